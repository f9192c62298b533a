"""How a run begins: where pytest may be started, and what it needs."""

from pathlib import Path

import pytest

from tests import template
from tests.shell import run


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with a service in services/api, installed."""
    project = tmp_path / "services" / "api"
    template.render({}, project)
    run(["uv", "sync", "--quiet"], folder=project).check()
    return tmp_path


def test_pytest_runs_from_a_parent_folder_that_names_the_service(
    repository: Path, subtests: pytest.Subtests
) -> None:
    """A service in a folder of a bigger repository."""
    command = [str(repository / "services/api/.venv/bin/pytest"), "-q", "-k", "test_health"]

    with subtests.test("with the folder"):
        output = run([*command, "services/api"], folder=repository).check()
        assert " passed" in output
    with subtests.test("without it"):
        finished = run(command, folder=repository)
        assert finished.code != 0
        words = (
            "pytest has not read services/api/pytest.ini: name the folder, `pytest services/api`."
        )
        assert words in finished.output.splitlines()
        assert "Traceback" not in finished.output


@pytest.mark.parametrize(
    "line", ["asyncio_default_test_loop_scope = session", "asyncio_mode = auto"]
)
def test_missing_setting_is_named(repository: Path, line: str) -> None:
    """With another loop scope every test would fail in the words of a library."""
    project = repository / "services" / "api"
    ini = project / "pytest.ini"
    ini.write_text(ini.read_text().replace(f"{line}\n", ""))

    finished = run([project / ".venv/bin/pytest", "-q"], folder=project)

    assert finished.code == pytest.ExitCode.USAGE_ERROR
    assert f"pytest.ini: the kit needs the line `{line}`." in finished.output
