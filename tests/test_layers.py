"""The layers hold for packages that a team adds, without a line in pyproject.toml."""

from pathlib import Path

import pytest

from tests import template
from tests.shell import run

LINT = ["uv", "run", "-q", "lint-imports"]
MODULES = {
    "__init__.py": '"""Invoices."""\n',
    "models.py": '"""Models."""\n',
    "numbers.py": '"""Numbers."""\n\nfrom . import models as models\n',
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


# What each module says in addition, and the imports that are reported for it.
CIRCLES = {
    "two new packages": (
        {
            "invoices/service.py": "from ..orders import models as order_models",
            "orders/repository.py": "from ..invoices import models as invoice_models",
        },
        [
            "my_service.invoices.service -> my_service.orders.models (l.4)",
            "my_service.orders.repository -> my_service.invoices.models (l.4)",
        ],
    ),
    "a new package and users": (
        {
            "invoices/repository.py": "from ..users import models as user_models",
            "users/__init__.py": "from ..invoices import models as invoice_models",
        },
        [
            "my_service.invoices.repository -> my_service.users.models (l.4)",
            "my_service.users -> my_service.invoices.models (l.2)",
        ],
    ),
    "users and logins": (
        {"users/__init__.py": "from ..logins import throttle as throttle"},
        [
            "my_service.users -> my_service.logins.throttle (l.2)",
            "my_service.logins.password_login -> my_service.users.repository (l.20)",
        ],
    ),
    "two modules of one package": (
        {"invoices/models.py": "from . import numbers as numbers"},
        ["my_service.invoices.models -> my_service.invoices.numbers (l.2)"],
    ),
}
UPWARD = {
    "core": ("core/clock.py", "core knows no other package"),
    "db": ("db/base.py", "db knows core and the settings only"),
    "auth": ("auth/secret.py", "auth knows core, db, rate_limit and the settings only"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render a default project and add two packages, as a team would."""
    path = template.render({}, tmp_path_factory.mktemp("layers") / "project").path
    for package in ("invoices", "orders"):
        folder = path / "src" / "my_service" / package
        folder.mkdir()
        for name, text in MODULES.items():
            (folder / name).write_text(text, encoding="utf-8")
    run(["uv", "sync", "-q"], folder=path).check()
    return path


def test_new_packages_keep_the_contracts(project: Path) -> None:
    """They are held to them, and they can keep them."""
    run(LINT, folder=project).check()


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_violation_in_a_new_package_is_reported(project: Path, violation: str) -> None:
    """The contract is named: the new package did not have to be listed."""
    name, line, contract = VIOLATIONS[violation]

    report = _broken_contracts(project, {f"invoices/{name}": line})

    assert contract in report


@pytest.mark.parametrize("circle", CIRCLES)
def test_circle_between_packages_is_reported_with_its_lines(project: Path, circle: str) -> None:
    """Whether the packages are new or came with the project."""
    lines, expected = CIRCLES[circle]

    report = _broken_contracts(project, lines)

    assert "packages do not import each other in a circle" in report
    for imported in expected:
        assert imported in report


@pytest.mark.parametrize("lower", UPWARD)
def test_upward_import_is_reported_with_its_line(project: Path, lower: str) -> None:
    """Also of a package that does not import the lower one, so that there is no circle."""
    module, contract = UPWARD[lower]

    report = _broken_contracts(project, {module: "from ..invoices import models as models"})

    assert contract in report
    importer = f"my_service.{module.removesuffix('.py').replace('/', '.')}"
    assert (
        f"{importer} -> my_service.invoices.models (l.{_last_line(project, module) + 1})" in report
    )


def _broken_contracts(project: Path, lines: dict[str, str]) -> str:
    """Return what import-linter says when each module has one more line."""
    folder = project / "src" / "my_service"
    before = {name: (folder / name).read_text(encoding="utf-8") for name in lines}
    for name, line in lines.items():
        (folder / name).write_text(f"{before[name]}{line}\n", encoding="utf-8")
    try:
        result = run(LINT, folder=project)
    finally:
        for name, text in before.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert result.code == 1
    return result.output.partition("Broken contracts")[2]


def _last_line(project: Path, module: str) -> int:
    return len((project / "src" / "my_service" / module).read_text(encoding="utf-8").splitlines())
