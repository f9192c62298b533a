"""Who follows docs/adding-a-resource.md has a resource, and who forgets a step is told which."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path
from typing import Any

import pytest

from tests import template
from tests.installed import Installed
from tests.servers import interrupt, serving
from tests.shell import run
from tests.walkthrough import steps

Answers = Mapping[str, Any]
Edit = Callable[[str], str]

SOURCE = "src/my_service/invoices"
RESOURCE = "tests/resources/invoices.py"
SNAPSHOT = "tests/contract/openapi.txt"
UPDATE = ("tests/contract/test_openapi.py", "--update-openapi")

ELSEWHERE = {"src/my_service/api.py": 2, "src/my_service/models.py": 1}
"""The lines that the page adds to files of others; the snapshot is written by a command."""

DECLARED = "tests/declarations/test_declarations.py::test_resources_declare_everything"
TRIED = "tests/declarations/test_examples.py::test_examples_lead_to_success"
EXAMINED = "tests/contract/test_schema.py::test_operation_does_as_documented"


@dataclass(frozen=True)
class Omission:
    """What somebody forgets, and what the failure says about it."""

    name: str
    path: str
    edit: Edit | None  # None: the file is not there
    says: tuple[str, ...]
    test: str = DECLARED
    concerns: Callable[[Answers], bool] = lambda answers: True

    @contextmanager
    def forgotten(self, project: Path) -> Iterator[None]:
        """Leave it out until the block ends."""
        (path,) = project.glob(self.path)
        text = path.read_text(encoding="utf-8")
        left = self.edit(text) if self.edit else None
        assert left != text, f"nothing to leave out of {path}"
        path.unlink()
        if left is not None:
            path.write_text(left, encoding="utf-8")
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")


def without(word: str) -> Edit:
    """Leave out the lines with a word."""
    return lambda text: "".join(line for line in text.splitlines(True) if word not in line)


def replaced(*pairs: tuple[str, str]) -> Edit:
    """Write something else."""

    def edit(text: str) -> str:
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        return text

    return edit


def has_login(answers: Answers) -> bool:
    """Return whether routes ask who is calling."""
    return bool(answers["auth"] != "none")


OMISSIONS = [
    Omission(
        "import of the model",
        "src/my_service/models.py",
        without("invoices"),
        ("src/my_service/models.py:", "\nfrom .invoices.models import Invoice\n"),
    ),
    Omission(
        "routes in api.py",
        "src/my_service/api.py",
        without("invoices"),
        (
            "src/my_service/api.py:",
            "\nfrom .invoices.router import router as invoices_router\n",
            "\napi_router.include_router(invoices_router)\n",
        ),
    ),
    Omission(
        "revision",
        "migrations/versions/*add_invoices*",
        None,
        ("migrations/versions/", "table invoices of Invoice", "alembic revision --autogenerate"),
        concerns=lambda answers: bool(answers["migrations"] == "alembic"),
    ),
    Omission(
        "file of dbmate",
        "migrations/*add_invoices*",
        None,
        ("migrations/", "table invoices of Invoice", "_add_invoices.sql"),
        concerns=lambda answers: bool(answers["migrations"] == "dbmate"),
    ),
    Omission(
        "audit log",
        f"{SOURCE}/models.py",
        without("__audited__"),
        (f"{SOURCE}/models.py:", "audit log", "\n    __audited__ = True"),
        concerns=lambda answers: "audit_log" in answers["features"],
    ),
    Omission(
        "scope",
        f"{SOURCE}/router.py",
        replaced(('prefix="/invoices"', 'prefix="/{number}/invoices"')),
        (f"{SOURCE}/router.py:", "no scope of API keys covers", 'APIRouter(prefix="/invoices")'),
        concerns=lambda answers: bool(answers.get("has_api_keys")),
    ),
    Omission(
        "resource of the tests",
        RESOURCE,
        None,
        (f"{RESOURCE}: create it", "\nasync def example(", '"invoice_id": ...'),
    ),
    Omission(
        "row of a route",
        RESOURCE,
        without('"DELETE /api/v1/invoices/{invoice_id}"'),
        (f"{RESOURCE}: ", "ACCESS", '\n    "DELETE /api/v1/invoices/{invoice_id}": ADMIN'),
        concerns=has_login,
    ),
    Omission(
        "route of a row",
        RESOURCE,
        replaced(("ACCESS = {", 'ACCESS = {\n    "PUT /api/v1/invoices/{invoice_id}": OWNER,')),
        (f"{RESOURCE}:", "there is no route PUT /api/v1/invoices/{invoice_id}"),
        concerns=has_login,
    ),
    Omission(
        "owners of a list",
        RESOURCE,
        replaced(('"GET /api/v1/invoices": OWNER', '"GET /api/v1/invoices": LOGGED_IN')),
        (f"{RESOURCE}:", "GET /api/v1/invoices lists rows that have owners"),
        concerns=has_login,
    ),
    Omission(
        "example",
        RESOURCE,
        lambda text: text.partition("async def example")[0],
        (f"{RESOURCE}: add", "\nasync def example(", '"POST /api/v1/invoices": {"json": ...}'),
    ),
    Omission(
        "parameter in the example",
        RESOURCE,
        replaced(('"invoice_id": invoice.id, ', "")),
        (RESOURCE, "takes invoice_id", 'Example({"invoice_id": ...})'),
        TRIED,
    ),
    Omission(
        "body in the example",
        RESOURCE,
        without('"POST /api/v1/invoices": {'),
        (RESOURCE, "POST /api/v1/invoices", "answers 422", '{"json": ...}'),
        TRIED,
    ),
    Omission(
        "reviewed API",
        SNAPSHOT,
        without("invoices"),
        (SNAPSHOT, "uv run pytest tests/contract/test_openapi.py --update-openapi"),
    ),
    Omission(
        "status in the document",
        f"{SOURCE}/router.py",
        replaced(
            ("import Depends, ", "import Depends, HTTPException, "),
            ("await invoices.delete(invoice_id)", "raise HTTPException(410)"),
        ),
        (f"{SOURCE}/router.py:", "delete_invoice", "\n    responses=problems(410)"),
        f"{EXAMINED}[DELETE /api/v1/invoices/{{invoice_id}}]",
    ),
]


@pytest.mark.parametrize("name", template.ONE_OF_EACH_STYLE)
def test_walkthrough_makes_a_resource(
    name: str,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    subtests: pytest.Subtests,
) -> None:
    """Every file, line and command of the page in their order, the last of which are all checks."""
    rendered = template.render(template.answers_of(name), tmp_path / "project")
    untouched = dict(rendered.texts())
    project = Installed(rendered.path, tmp_path_factory.getbasetemp())
    dev = "uv run my-service dev"
    with serving(dev, folder=project.folder, stop=interrupt, **project.environment):
        pass  # once, as the page says
    for step in steps(project.folder):
        if step.verb != "Run":
            step.write(project.folder)
        for words in step.commands:
            project.uv(*words[1:])

    for step in steps(project.folder):
        if step.verb == "Create":  # the page shows what the formatter writes
            assert (project.folder / step.path).read_text(encoding="utf-8") == step.text
    assert _added_lines(untouched, project.folder) == ELSEWHERE
    for omission in _omissions_to_try(name, rendered.answers):
        with subtests.test(omission.name), omission.forgotten(project.folder):
            _assert_told(omission, project)


def _omissions_to_try(name: str, answers: Answers) -> list[Omission]:
    """Return all for the default answers and without logins, else what those cannot show."""
    defaults = {"auth": "jwt", "migrations": "alembic", "features": ["audit_log"]}
    known = [] if name == "defaults" or not has_login(answers) else [defaults]
    return [
        omission
        for omission in OMISSIONS
        if omission.concerns(answers) and not any(map(omission.concerns, known))
    ]


def _added_lines(untouched: Mapping[str, str], project: Path) -> dict[str, int]:
    """Count the lines that were added to each file that was there. Fail if one was removed."""
    added = {}
    for name in untouched.keys() - {SNAPSHOT, "uv.lock"}:
        text = (project / name).read_text(encoding="utf-8")
        marks = [line[0] for line in ndiff(untouched[name].splitlines(), text.splitlines())]
        assert "-" not in marks, name
        if "+" in marks:
            added[name] = marks.count("+")
    return added


def _assert_told(omission: Omission, project: Installed) -> None:
    """Assert that the failure names what is missing, and nothing else."""
    snapshot = project.folder / SNAPSHOT
    reviewed = snapshot.read_text(encoding="utf-8")
    if omission.path.startswith("src/"):
        project.uv("run", "pytest", "-q", *UPDATE)
    try:
        words = ["uv", "run", "pytest", "-q", "-p", "no:randomly", omission.test]
        done = run(words, folder=project.folder, environment=project.environment)
    finally:
        if omission.path != SNAPSHOT:
            snapshot.write_text(reviewed, encoding="utf-8")
    assert done.code == 1, done.output
    assert [words for words in omission.says if words not in done.output] == [], done.output
    if omission.test == DECLARED and omission.name != "scope":
        assert "To do (1):" in done.output
