"""The rendered test kit keeps what its docstrings promise."""

import shutil
from pathlib import Path

import pytest

from tests import template
from tests.shell import run

HERE = Path(__file__).parent


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_kit_passes_its_tests_in_a_rendered_project(database: str, tmp_path: Path) -> None:
    """Its tests know the sample service, and are no business of the teams that use the kit."""
    project = tmp_path / "project"
    template.render({"database": database}, project)
    inside = project / "tests" / "inside"
    shutil.copytree(HERE / "inside", inside)
    shutil.copyfile(HERE / "rows.py", inside / "rows.py")

    run(["uv", "sync", "--quiet"], folder=project).check()
    output = run(["uv", "run", "pytest", "-q", "tests/inside"], folder=project).check()

    assert " passed in " in output.splitlines()[-1]
    assert "skipped" not in output

    # What a person types at the prompt of the debugger, while the loop and the request wait.
    (inside / "debugger.py").rename(inside / "test_debugger.py")
    command = ["uv", "run", "pytest", "-q", "tests/inside/test_debugger.py"]
    output = run(command, folder=project, stdin="!number *= 7\np number\nc\n").check()
    assert "(Pdb) 42" in output
