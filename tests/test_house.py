"""The rules of this repository: what its parts may hold, and how large they may become."""

import ast
import configparser
import io
import re
import tokenize
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import jinja2
import pytest

from tests import template
from tests.shell import OWN_COMMANDS, run
from tests.template import Rendered

Render = Callable[[str], Rendered]

CONDITIONAL_PATH = re.compile(r"\{%\s*if .+?%\}(?P<path>.+)\{%\s*endif\s*%\}")
JINJA = re.compile(r"\{\{ |\{%|\{#")
CONDITIONAL_PATHS = [
    pattern
    for pattern in template.settings()["_exclude"]
    if CONDITIONAL_PATH.search(pattern) and "scope" not in pattern  # tests/test_foreign.py has them
]
every_answer_set = pytest.mark.parametrize("name", template.answer_sets())


# --- copier.yml --------------------------------------------------------------------------------


def test_copying_runs_no_code_of_the_template() -> None:
    """Each of these would make Copier ask for --trust."""
    assert not {"_tasks", "_jinja_extensions", "_migrations"} & set(template.settings())


def test_an_unknown_name_stops_the_rendering() -> None:
    """Otherwise a misspelt answer would quietly render as nothing."""
    assert template.settings()["_envops"]["undefined"] == "jinja2.StrictUndefined"


def test_no_file_name_holds_a_condition() -> None:
    """A path reads as the path it becomes; conditions stand in the table of copier.yml."""
    assert [path for path in template.ROOT.glob("template/**/*") if "{%" in path.name] == []


@pytest.mark.parametrize("pattern", CONDITIONAL_PATHS)
def test_a_conditional_path_comes_and_goes(pattern: str, rendered: Render) -> None:
    """Each line of the table keeps a path out of some answer sets, and some others have it."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    unconditional = CONDITIONAL_PATH.sub(r"\g<path>", pattern)
    excluded, present = [], []
    for name in template.answer_sets():
        project = rendered(name)
        path = environment.from_string(unconditional).render(project.answers).lstrip("/")
        if environment.from_string(pattern).render(project.answers):
            excluded.append(name)
        if any(project.path.glob(path)):
            present.append(name)

    assert excluded
    assert present
    assert set(excluded).isdisjoint(present)


def test_a_path_is_listed_once() -> None:
    """Two lines for one path would hide each other's condition."""
    paths = [
        re.sub(CONDITIONAL_PATH, r"\g<path>", line) for line in template.settings()["_exclude"]
    ]

    assert len(set(paths)) == len(paths)


# --- template/ ---------------------------------------------------------------------------------


def test_the_suffix_says_whether_a_file_is_rendered() -> None:
    """`.jinja` on what holds Jinja, and on nothing else, so that plain files stay plain."""
    wrong = [
        path.relative_to(template.ROOT).as_posix()
        for path in _template_files()
        if (path.suffix == ".jinja")
        != bool(JINJA.search(_without_github(path.read_text(encoding="utf-8"))))
    ]

    assert wrong == []


def test_tests_never_replace_the_session() -> None:
    """The seam needs no override; BaseHTTPMiddleware breaks streaming and the one loop."""
    forbidden = re.compile("dependency_overrides|BaseHTTPMiddleware")
    kit = template.ROOT / "template/tests/kit"  # which finds them in services that exist
    found = [
        path
        for path in _template_files()
        if kit not in path.parents and forbidden.search(path.read_text(encoding="utf-8"))
    ]

    assert found == []


# --- What is rendered --------------------------------------------------------------------------


def test_the_default_service_is_short_enough_to_read(rendered: Render) -> None:
    """At most 5,182 lines of code in src/, and 2,750 in the kit.

    The design bounds modules and functions. This bound only keeps the whole from growing unseen.
    Blank lines, comments and docstrings are for the reader and are not counted.
    """
    project = rendered("defaults").path

    assert sum(map(_code_lines, (project / "src").rglob("*.py"))) <= 5182
    assert sum(map(_code_lines, (project / "tests" / "kit").rglob("*.py"))) <= 2750


@every_answer_set
def test_modules_and_functions_are_short(name: str, rendered: Render) -> None:
    """A module of the service or its kit stays under 300 lines, a function under 40."""
    project = rendered(name)
    folders = (project.path / "src", project.path / "tests" / "kit")
    modules = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    long_modules = [
        path.relative_to(project.path)
        for path in modules
        if len(path.read_text(encoding="utf-8").splitlines()) >= 300
    ]
    long_functions = [
        f"{path.relative_to(project.path)}:{function.lineno} {function.name}"
        for path in modules
        for function in _functions(path)
        if (function.end_lineno or 0) - function.lineno >= 40
    ]

    assert (long_modules, long_functions) == ([], [])


@every_answer_set
def test_warnings_are_errors_in_every_rendered_suite(name: str, rendered: Render) -> None:
    """So that "no warning" is what a passing suite means."""
    ini = configparser.ConfigParser(interpolation=None)
    ini.read(rendered(name).path / "pytest.ini", encoding="utf-8")

    assert ini["pytest"]["filterwarnings"].split()[0] == "error"
    assert "disable-warnings" not in ini["pytest"]["addopts"]


def test_every_dependency_has_its_reason(rendered: Render) -> None:
    """docs/dependencies.md names what the service and this repository install, and no more."""
    page = (template.ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    _, own = page.split("## Of this repository")
    services = [rendered(name).path for name in template.answer_sets()]

    assert _reasons(page.removesuffix(own)) == set().union(*map(_dependencies, services))
    assert _reasons(own) == _dependencies(template.ROOT)


def test_no_service_may_be_called_like_a_dependency(rendered: Render) -> None:
    """The list in extensions/ refuses every name that an installed service depends on."""
    names = (template.ROOT / "extensions" / "names.jinja").read_text(encoding="utf-8").split()
    services = [rendered(name).path for name in template.answer_sets()]
    depended_on = set().union(*map(_dependencies, services))

    assert {name.replace("-", "_") for name in depended_on} - set(names) == set()


# --- This repository ---------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["ruff check .", "ruff format --diff .", "mypy"])
def test_these_tests_are_clean(command: str) -> None:
    """What is asked of a rendered service is asked of its judges."""
    tool, *options = command.split()

    run([OWN_COMMANDS / tool, *options], folder=template.ROOT).check()


def _reasons(page: str) -> set[str]:
    """Return the first column of the tables of a page."""
    return set(re.findall(r"(?m)^\| `([^`]+)`", page))


def _dependencies(project: Path) -> set[str]:
    """Return the names that a pyproject.toml asks for, in whichever list."""
    metadata = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = [
        *metadata["project"].get("dependencies", []),
        *metadata["dependency-groups"]["dev"],
        *metadata.get("build-system", {}).get("requires", []),
    ]
    return {re.split(r"[\[<>=~!; ]", requirement)[0] for requirement in requirements}


def _template_files() -> Iterator[Path]:
    """Return the files of template/ that git would know."""
    for path in sorted((template.ROOT / "template").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _without_github(text: str) -> str:
    return re.sub(r"\$\{\{.*?\}\}", "", text)


def _code_lines(path: Path) -> int:
    """Count the lines of a module that are neither blank nor comment nor docstring."""
    text = path.read_text(encoding="utf-8")
    documented = [
        node.body[0]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and ast.get_docstring(node) is not None
    ]
    docstrings = {
        line for node in documented for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING)
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(code - docstrings)


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return every function of a module, methods and inner ones too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
