"""Every answer set renders what the formatters would have written, and nothing else."""

import configparser
import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_copie.plugin import Copie

from tests import template
from tests.shell import OWN_COMMANDS, run
from tests.template import ANSWERS_FILE, Rendered

Render = Callable[[str], Rendered]

every_answer_set = pytest.mark.parametrize("name", template.answer_sets())

GITHUB_EXPRESSION = re.compile(r"\$\{\{.*?\}\}")
JINJA = re.compile(r"\{\{ |\{%|\{#")
MARKDOWN_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
MAY_BE_EMPTY = ("__init__.py", "py.typed", ".gitkeep")

LONG_NAME = "a_package_whose_name_has_forty_character"
HOSTILE = """It's "quoted", 100% #1: {braces} [list] <b> & \\back\\slash ü 🚀 `tick` $HOME * - |"""


@every_answer_set
def test_no_jinja_is_left(name: str, rendered: Render) -> None:
    """Rendering ran in full; only GitHub's own expressions look like Jinja."""
    left = [
        f"{path}:{number}: {line}"
        for path, text in rendered(name).texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if JINJA.search(GITHUB_EXPRESSION.sub("", line)) or JINJA.search(path)
    ]

    assert left == []


@every_answer_set
def test_a_setting_reaches_the_container(name: str, rendered: Render) -> None:
    """What .env.example offers has an effect under Compose too; the image says where a file is."""
    project = rendered(name)
    example = (project.path / ".env.example").read_text(encoding="utf-8")
    compose = yaml.safe_load((project.path / "compose.yaml").read_text(encoding="utf-8"))
    offered = set(re.findall(r"(?m)^([A-Z_]+)=", example))
    if project.answers["database"] == "sqlite":
        offered.remove("DATABASE_URL")

    assert set(compose["x-service"]["environment"]) == offered


def test_a_server_is_given_the_factory_that_the_readme_names(tmp_path: Path) -> None:
    """`uvicorn --factory` and FastAPI's own command find the application by the same string."""
    project = template.render({}, tmp_path / "project").path
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    factory = settings["tool"]["fastapi"]["entrypoint"]
    readme = (project / "README.md").read_text(encoding="utf-8")
    assert f"uv run uvicorn {factory} --factory" in readme

    load = "import sys, uvicorn; uvicorn.Config(sys.argv[1], factory=True, log_config=None).load()"
    run(
        ["uv", "run", "-q", "python", "-c", load, factory],
        folder=project,
        environment={
            "ENVIRONMENT": "development",
            "SECRET_KEY": "a-key-of-this-test-0123456789-abcdefgh",
        },
    ).check()


@every_answer_set
def test_no_file_is_empty_or_dangling(name: str, rendered: Render) -> None:
    """No empty file, no link to nowhere, no package of which only the `__init__.py` is left."""
    project = rendered(name)
    empty = [
        path
        for path, text in project.texts()
        if not text.strip() and not path.endswith(MAY_BE_EMPTY)
    ]
    dangling = [path for path in project.files() if path.is_symlink()]
    bare_packages = [
        path.parent
        for path in project.files()
        if path.name == "__init__.py" and [*path.parent.iterdir()] == [path]
    ]

    assert (empty, dangling, bare_packages) == ([], [], [])


@every_answer_set
def test_links_between_files_lead_somewhere(name: str, rendered: Render) -> None:
    """A page of the project links only to files that were rendered with it."""
    project = rendered(name)
    broken = [
        f"{path}: {link}"
        for path, text in project.texts()
        if path.endswith(".md")
        for link in MARKDOWN_LINK.findall(text)
        if not ((project.path / path).parent / link).exists()
    ]

    assert broken == []


@every_answer_set
def test_files_are_as_an_editor_would_save_them(name: str, rendered: Render) -> None:
    """One newline at the end, no space at the end of a line, no doubled blank line."""
    wrong = []
    for path, text in rendered(name).texts():
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            wrong.append(f"{path}: end of file")
        if text.startswith("\n"):
            wrong.append(f"{path}: blank first line")
        if "\r" in text or re.search(r"[ \t]$", text, re.MULTILINE):
            wrong.append(f"{path}: space at the end of a line")
        prose = re.sub(r"(?s)```python\n.*?\n```", "code", text)  # Python is as in a module
        if not path.endswith((".py", ".mako")) and "\n\n\n" in prose:
            wrong.append(f"{path}: two blank lines")

    assert wrong == []


@every_answer_set
def test_configuration_files_parse(name: str, rendered: Render) -> None:
    """Each of them in the reader of its own format."""
    for path, text in rendered(name).texts():
        _parse(path, text)


@every_answer_set
def test_ruff_has_nothing_to_say(name: str, rendered: Render) -> None:
    """The formatter would change nothing, and the linter is content."""
    _assert_ruff_clean(rendered(name))


@pytest.mark.parametrize(
    ("name", "package_name"),
    [(name, LONG_NAME) for name in template.answer_sets()]
    + [(name, "ab") for name in ("defaults", "everything")],
)
def test_the_name_of_the_package_does_not_matter(
    name: str, package_name: str, tmp_path: Path
) -> None:
    """Import order and line breaks are right for a short name and for the longest."""
    answers = template.answers_of(name)
    named = {**answers, "project_name": f"{package_name}_service", "package_name": package_name}

    _assert_ruff_clean(template.render(named, tmp_path / "project"))


@pytest.mark.parametrize("name", ["defaults", "everything"])
def test_rendering_again_gives_the_same(name: str, rendered: Render, tmp_path: Path) -> None:
    """Nothing random or dated is rendered: otherwise every update would conflict."""
    again = template.render(template.answers_of(name), tmp_path / "project")

    assert _without_source(again) == _without_source(rendered(name))


@pytest.mark.parametrize("name", ["defaults", "everything"])
def test_through_pytest_copie(name: str, rendered: Render, copie: Copie) -> None:
    """The plugin that people know from other templates renders the same project."""
    result = copie.copy(extra_answers=template.answers_of(name))

    assert result.exception is None
    assert result.project_dir is not None
    known = rendered(name)
    assert _without_source(Rendered(result.project_dir, known.answers)) == _without_source(known)


@every_answer_set
def test_the_image_is_made_of_what_is_there(name: str, rendered: Render) -> None:
    """The Dockerfile copies files that exist, and .dockerignore lets them through.

    A source that ends with an asterisk, such as the lock file, may be missing.
    """
    project = rendered(name).path
    dockerfile = (project / "Dockerfile").read_text(encoding="utf-8")
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    sources = {source for words in copies for source in words.split()}
    ignored = (project / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line.removeprefix("!") for line in ignored if line.startswith("!")}

    assert {source.rstrip("*/") for source in sources} <= let_through
    missing = [source for source in sources if not (project / source).exists()]
    assert [source for source in missing if not source.endswith("*")] == []
    assert (project / "migrations").exists() == ("migrations/ migrations/" in dockerfile)


@every_answer_set
def test_the_answers_are_remembered(name: str, rendered: Render) -> None:
    """`copier update` finds every answer, and none that was derived."""
    project = rendered(name)
    remembered = yaml.safe_load((project.path / ANSWERS_FILE).read_text(encoding="utf-8"))
    questions = set(template.questions())

    assert {key for key in remembered if not key.startswith("_")} == questions
    assert {key: remembered[key] for key in questions} == {
        key: project.answers[key] for key in questions
    }


@pytest.mark.parametrize("name", ["defaults", "everything"])
def test_a_description_is_only_text(name: str, tmp_path: Path) -> None:
    """Quotes, braces, backslashes and an emoji break no file and stay what they were."""
    answers = {**template.answers_of(name), "description": HOSTILE}
    project = template.render(answers, tmp_path / "project")

    for path, text in project.texts():
        _parse(path, text)
    _assert_ruff_clean(project)
    metadata = tomllib.loads((project.path / "pyproject.toml").read_text(encoding="utf-8"))
    assert metadata["project"]["description"] == HOSTILE
    assert HOSTILE in (project.path / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("version", ["3.12", "3.13", "3.14"])
@pytest.mark.parametrize("name", ["defaults", "everything"])
def test_the_lowest_python_is_said_everywhere(name: str, version: str, tmp_path: Path) -> None:
    """A service that starts at 3.13 names no older Python anywhere."""
    answers = {**template.answers_of(name), "python_version": version}
    project = template.render(answers, tmp_path / "project")
    metadata = tomllib.loads((project.path / "pyproject.toml").read_text(encoding="utf-8"))
    supported = list(template.choices("python_version").values())
    older = supported[: supported.index(version)]
    pattern = re.compile("|".join(rf"\b{old}\b|py{old.replace('.', '')}\b" for old in older))

    assert metadata["project"]["requires-python"] == f">={version}"
    assert [path for path, text in project.texts() if pattern.search(text)] == []
    _assert_ruff_clean(project)


def _parse(path: str, text: str) -> None:
    """Read a configuration file with the parser of its format."""
    name = path.rpartition("/")[2]
    if name.endswith(".toml"):
        tomllib.loads(text)
    elif name.endswith((".yml", ".yaml")):
        yaml.safe_load(text)
    elif name.endswith(".json"):
        json.loads(text)
    elif name.endswith((".ini", ".cfg")) or name in {".editorconfig", ".importlinter"}:
        configparser.ConfigParser(interpolation=None).read_string(f"[top]\n{text}")


def _assert_ruff_clean(project: Rendered) -> None:
    """Ask the formatter and the linter, both with the configuration of the project."""
    ruff = OWN_COMMANDS / "ruff"
    run([ruff, "format", "--no-cache", "--diff", "."], folder=project.path).check()
    run([ruff, "check", "--no-cache", "."], folder=project.path).check()


def _without_source(project: Rendered) -> dict[str, Any]:
    """Return every file's text, without the two lines that name the template's place and commit."""
    texts: dict[str, Any] = dict(project.texts())
    texts[ANSWERS_FILE] = re.sub(r"(?m)^_(commit|src_path):.*\n", "", texts[ANSWERS_FILE])
    return texts
