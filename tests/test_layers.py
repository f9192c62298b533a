"""The layers hold for packages that a team adds, without a line in pyproject.toml."""

from pathlib import Path

import pytest

from tests import template
from tests.shell import run

LINT = ["uv", "run", "-q", "lint-imports"]
MODULES = {
    "__init__.py": '"""Invoices."""\n',
    "models.py": '"""Models."""\n',
    "repository.py": '"""Repository."""\n\nfrom . import models as models\n',
    "service.py": '"""Service."""\n\nfrom . import repository as repository\n',
    "router.py": '"""Router."""\n\nfrom . import service as service\n',
}
VIOLATIONS = {
    "SQL in a service": ("service.py", "import sqlalchemy", "routers and services hold no SQL"),
    "SQL in a router": ("router.py", "import sqlalchemy", "routers and services hold no SQL"),
    "a repository that knows its router": (
        "repository.py",
        "from . import router as router",
        "router, service, repository, schemas, models",
    ),
    "a session in a service": (
        "service.py",
        "from ..db import session as session",
        "services open no sessions",
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render a default project and add a package, as a team would."""
    path = template.render({}, tmp_path_factory.mktemp("layers") / "project").path
    package = path / "src" / "my_service" / "invoices"
    package.mkdir()
    for name, text in MODULES.items():
        (package / name).write_text(text, encoding="utf-8")
    run(["uv", "sync", "-q"], folder=path).check()
    return path


def test_new_package_keeps_the_contracts(project: Path) -> None:
    """It is held to them, and it can keep them."""
    run(LINT, folder=project).check()


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_violation_in_a_new_package_is_reported(project: Path, violation: str) -> None:
    """The contract is named: the new package did not have to be listed."""
    name, line, contract = VIOLATIONS[violation]
    module = project / "src" / "my_service" / "invoices" / name
    before = module.read_text(encoding="utf-8")
    module.write_text(f"{before}{line}\n", encoding="utf-8")
    try:
        result = run(LINT, folder=project)
    finally:
        module.write_text(before, encoding="utf-8")

    assert result.code == 1
    assert contract in result.output.partition("Broken contracts")[2]
