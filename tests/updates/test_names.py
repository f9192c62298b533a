"""The names that teams may import: docs/names.md has them, and every rendered project too."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import overlays, template
from tests.template import Rendered
from tests.updates import team

ROW = re.compile(r"^\| `([\w.]+)` \| (`\w+`(?:, `\w+`)*) \| (.+) \|$", re.MULTILINE)
QUOTED = re.compile(r"`(\w+)`")
BLOCK = re.compile(r"(?m)(?:^    .*\n|^\n)+")
# Private on purpose: the second domain tries revisions of its own step by step.
LOOKS_INSIDE = {("my_service.db", "_alembic")}

Names = set[tuple[str, str]]


def page() -> str:
    """Read the page."""
    return (template.ROOT / "docs" / "names.md").read_text(encoding="utf-8")


def promised(answers: template.Answers) -> Names:
    """Return the names that the page promises to a project with these answers."""
    return {
        (module, name)
        for module, names, where in ROW.findall(page())
        if _holds(where, answers)
        for name in QUOTED.findall(names)
    }


def _holds(where: str, answers: template.Answers) -> bool:
    if where == "always":
        return True
    if unless := re.fullmatch(r"unless `(\w+)` is `(\w+)`", where):
        return bool(answers[unless[1]] != unless[2])
    feature = re.fullmatch(r"with `(\w+)`", where)
    assert feature is not None, where
    return feature[1] in answers["features"]


@pytest.mark.parametrize("name", template.answer_sets())
def test_every_promised_name_is_there(name: str, rendered: Callable[[str], Rendered]) -> None:
    """In the module that the page names."""
    project = rendered(name)

    missing = {
        (module, one)
        for module, one in promised(project.answers)
        if one not in _bound(_file(project, module))
    }

    assert missing == set()


@pytest.mark.parametrize("name", template.answer_sets())
def test_every_promised_fixture_is_there(name: str, rendered: Callable[[str], Rendered]) -> None:
    """In one of the two files that a team reads; and so are the methods of the adapter."""
    project = rendered(name)
    [methods] = re.findall(r"(?s)The methods of `Adapter`.+?\n\n", page())
    [fixtures] = re.findall(r"(?s)The fixtures, of .+?\n\n", page())
    files = (project.path / "tests/conftest.py", project.path / "tests/kit/fixtures.py")

    defined = set().union(*(_fixtures(file) for file in files))
    [adapter] = [
        node
        for node in _module(project.path / "tests/kit/adapter.py").body
        if isinstance(node, ast.ClassDef) and node.name == "Adapter"
    ]
    inside = {node.name for node in adapter.body if isinstance(node, _FUNCTIONS)}

    assert set(QUOTED.findall(fixtures)) - defined == set()
    assert set(QUOTED.findall(methods)) - {"Adapter"} - inside == set()


@pytest.mark.parametrize("name", template.ONE_OF_EACH_STYLE)
def test_teams_import_promised_names_only(name: str, rendered: Callable[[str], Rendered]) -> None:
    """The second domain, a month of work, and the walk-through that everybody follows."""
    project = rendered(name)
    known = promised(project.answers)

    imported = set().union(*(_imports(path, text) for path, text in _of_a_team(project)))

    own = {path.parent.name for path, _ in _of_a_team(project)} | {"invoices", "documents"}
    foreign = {(module, one) for module, one in imported if not own & set(module.split("."))}
    assert foreign - known == LOOKS_INSIDE & foreign
    assert len(foreign) > 30


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _of_a_team(project: Rendered) -> Iterator[tuple[Path, str]]:
    """Return the Python files that a team adds, by their paths in the project."""
    for domain in (overlays.HERE, team.MONTH):
        for path, text in overlays.new_files(project, domain):
            if path.suffix == ".py":
                yield path.relative_to(project.path), text
    walk = (project.path / "docs/adding-a-resource.md").read_text(encoding="utf-8")
    for block in BLOCK.findall(walk):
        code = "\n".join(line[4:] for line in block.splitlines() if "import" in line)
        if re.match(r"from \.|from my_service|from tests", code):
            test = "def test" in block or "Example" in block
            folder = "tests/resources" if "Example" in block else "tests/integration"
            yield Path(folder if test else "src/my_service/invoices") / "block.py", code


def _imports(path: Path, text: str) -> Names:
    """Return what a file takes from the service and from its tests."""
    found: Names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            folder = [*path.parts[: len(path.parts) - node.level]] if node.level else []
            module = ".".join([*folder, *filter(None, [node.module])]).removeprefix("src.")
            if module.split(".")[0] in {"my_service", "tests"}:
                found |= {(module, alias.name) for alias in node.names}
    return found


def _file(project: Rendered, module: str) -> Path:
    path = project.path.joinpath(
        "src" if module.startswith("my_service") else "", *module.split(".")
    )
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _module(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _bound(path: Path) -> set[str]:
    """Return the names that a module has."""
    names: set[str] = set()
    for node in _module(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _fixtures(path: Path) -> set[str]:
    return {
        node.name
        for node in _module(path).body
        if isinstance(node, _FUNCTIONS)
        and any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
    }
