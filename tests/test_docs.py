"""The documentation builds, its links lead somewhere, and it shows what the code does."""

import html
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import template, walkthrough
from tests.servers import interrupt, serving, terminate
from tests.shell import OWN_COMMANDS, run
from tests.template import Rendered
from tools import pictures, reference

ROOT = template.ROOT
DOCS = ROOT / "docs"
RECIPES = ROOT / "tests" / "recipes"
PAGES = sorted(DOCS.rglob("*.md"))
NAMES_THE_REPOSITORY = re.compile(r"(?:github\.com/|gh:)([\w.-]+/oneloop)\b")
FILE_OF_THE_REPOSITORY = re.compile(r"/(?:blob|tree)/main/([\w./{}-]+)(?:#([\w-]+))?")
HEADING = re.compile(r"(?m)^#+ (.+)$")


def test_site_builds_strictly(tmp_path: Path) -> None:
    """Links and anchors are right, and a page that is read loads nothing from elsewhere."""
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copyfile(ROOT / "zensical.toml", tmp_path / "zensical.toml")

    run([OWN_COMMANDS / "zensical", "build", "--strict"], folder=tmp_path).check()

    for page in PAGES:
        built = tmp_path / "site" / page.relative_to(DOCS).with_suffix(".html")
        loaded = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?:[^"]+)"', _text(built))
        assert loaded == [], page


def test_every_page_is_in_the_navigation() -> None:
    """And the navigation names no other one."""
    named = re.findall(r'"([\w/-]+\.md)"', _text(ROOT / "zensical.toml"))

    assert sorted(named) == sorted(page.relative_to(DOCS).as_posix() for page in PAGES)


def test_one_place_says_where_the_repository_is() -> None:
    """It is `repository` of copier.yml: the template uses it, and all others agree with it."""
    address = template.settings()["repository"]["default"]
    known = NAMES_THE_REPOSITORY.findall(address)
    elsewhere = {
        path: set(NAMES_THE_REPOSITORY.findall(_text(path)))
        for path in (*ROOT.glob("*.md"), ROOT / "zensical.toml", *PAGES, *DOCS.rglob("*.svg"))
    }
    template_files = [path for path in (ROOT / "template").rglob("*") if path.is_file()]

    assert known
    assert [path for path, names in elsewhere.items() if not names <= set(known)] == []
    assert [path for path in template_files if NAMES_THE_REPOSITORY.search(_text(path))] == []


def test_links_into_the_repository_lead_to_files() -> None:
    """The links of README.md and the like, and those of pages to what is beside docs/."""
    for page in (*ROOT.glob("*.md"), *PAGES):
        text = _without_blocks(_text(page))
        targets = FILE_OF_THE_REPOSITORY.findall(text)
        if page.parent == ROOT:
            targets += re.findall(r"\]\((?!https?:|#)([^)#]+)(?:#([\w-]+))?\)", text)
        assert [target for target in targets if not _leads(*target)] == [], page


def test_contributing_names_files_that_exist() -> None:
    """The places that a new choice touches are there."""
    folders = "benchmarks|docs|extensions|template|tests|tools"
    names = re.findall(rf"`((?:{folders})/[^`]*)`", _text(ROOT / "CONTRIBUTING.md"))

    assert len(names) > 20
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_links_of_a_rendered_project_lead_to_pages(rendered: Callable[[str], Rendered]) -> None:
    """Those of its README, its AGENTS.md and its docs/ to the documentation of the template."""
    found = 0
    for name in template.ONE_OF_EACH_STYLE:
        for page in rendered(name).path.rglob("*.md"):
            targets = FILE_OF_THE_REPOSITORY.findall(_text(page))
            found += len(targets)
            assert [target for target in targets if not _leads(*target)] == [], page
            local = re.findall(r"\]\((?!https?:|#)([^)#]+)\)", _without_blocks(_text(page)))
            assert [each for each in local if not (page.parent / each).exists()] == [], page

    assert found


def test_headings_are_the_messages() -> None:
    """What a diagnosis searches for is the heading that it names, and a guard names one, too."""
    page = _text(DOCS / "troubleshooting.md")
    headings = dict(re.findall(r'(?m)^<a id="([\w-]+)"></a>\n\n## (.+)$', page))
    explained = tomllib.loads(_text(ROOT / "template/tests/kit/explanations.toml"))
    wrong = [
        each["page"]
        for each in explained["diagnosis"]
        if not re.search(each["pattern"], headings.get(each["page"], ""))
    ]

    assert wrong == []
    assert {each["page"] for each in explained["guard"].values() if "page" in each} <= set(headings)


def test_reference_is_that_of_the_code(rendered: Callable[[str], Rendered]) -> None:
    """Else run `uv run python -m tools.reference`."""
    made = reference.texts(rendered)

    assert [path.name for path, text in made.items() if _text(path) != text] == []


def test_picture_of_the_questionnaire_is_the_questionnaire() -> None:
    """Else run `uv run python -m tools.pictures`."""
    assert _text(pictures.QUESTIONNAIRE) == pictures.ask()


def test_picture_of_a_failure_shows_what_is_printed() -> None:
    """In the words of docs/mistakes.md, which tests/test_mistakes.py compares with a run."""
    mistake = _text(ROOT / "tests" / "mistakes" / f"{pictures.MISTAKE}.py")
    title = mistake.split('"""')[1].partition("\n")[0].removesuffix(".")
    _, _, section = _text(DOCS / "mistakes.md").partition(f"### {title}\n")
    printed = section.partition("```text\n")[2].partition("\n```")[0].splitlines()
    drawn = re.sub(r"<[^>]+>", "", _text(pictures.FAILURE))
    shown = " ".join(html.unescape(drawn).split())

    assert printed
    assert [line for line in printed if line not in shown] == []


def test_tutorial_can_be_typed(tmp_path: Path) -> None:
    """Each block of docs/start.md does what it says, but for the whole suite at the end."""
    project = tmp_path / "my-service"
    first, *others = walkthrough.read(_text(DOCS / "start.md"))
    copy = first.text.replace("uvx copier copy", f"{OWN_COMMANDS}/copier copy --vcs-ref=HEAD")
    _type(copy.replace("gh:org/oneloop", str(ROOT)), tmp_path)
    enter, dev, requests, *rest = others
    _type(enter.text, tmp_path)
    with serving(dev.text.strip(), folder=project, stop=interrupt) as client:
        typed = requests.text.replace("http://127.0.0.1:8000", str(client.base_url))
        assert '"title":"First"' in _type(typed, project).replace(" ", "").splitlines()[-1]

    *before, printed, after, declarations, _ = rest
    mistake = before[-1]
    for step in before[:-1]:
        step.write(project) if step.verb == "Create" else _type(step.text, project)
    failed = run(["bash", "-c", mistake.text], folder=project)
    assert failed.code == 1
    assert [line for line in printed.text.splitlines() if line not in failed.output] == []
    _type(after.text, project)
    _type(declarations.text, project)


@pytest.mark.parametrize("name", ["defaults", "sqlite-create_all-api_key", "sqlite-dbmate-none"])
def test_deployment_can_be_typed(name: str, tmp_path: Path) -> None:
    """The commands of a project's docs/deploying.md, as one user and without a proxy in front."""
    project = tmp_path / "srv" / "my-service"
    template.render(template.answers_of(name), project)
    (tmp_path / "var" / "lib" / "my-service").mkdir(parents=True)
    run(["uv", "lock", "--quiet"], folder=project).check()
    page = _text(project / "docs" / "deploying.md")
    for folder in ("/srv/", "/var/lib/"):
        page = page.replace(folder, f"{tmp_path}{folder}")
    install, configure, prepare, unit = (step.text for step in walkthrough.read(page))
    password = "create-user --password-stdin <<< 'correct horse battery staple'"
    if "gen-secret" in configure:
        prepare = prepare.replace("create-user", password)

    _type(install + configure + prepare, project)
    before, serve = (line.partition("=")[2] for line in unit.splitlines() if "ExecStart" in line)
    _type(f"set -a && . ./production.env && {before}", project)
    settings = dict(line.split("=", 1) for line in _text(project / "production.env").splitlines())
    with serving(serve, folder=project, stop=terminate, **settings) as client:
        ready = client.get("/health/ready", headers={"Host": "api.example.com"})
        assert ready.status_code == 200, ready.text


def test_recipes_pass(tmp_path: Path) -> None:
    """Each of them is a file of tests for a service with the default answers."""
    project = template.render({}, tmp_path / "project").path
    folder = project / "tests" / "recipes"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for recipe in RECIPES.glob("*.py"):
        shutil.copyfile(recipe, folder / f"test_{recipe.name}")

    run(["uv", "sync", "--quiet"], folder=project).check()
    run(["uv", "run", "pytest", "-q", "tests/recipes"], folder=project).check()


def _type(text: str, folder: Path) -> str:
    """Type the lines of a block in a shell, and stop at the first that fails."""
    return run(["bash", "-ec", text], folder=folder, timeout=600).check()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _without_blocks(text: str) -> str:
    """Leave out code: brackets and parentheses there are no links."""
    return re.sub(r"(?ms)^```.*?^```|`[^`\n]*`", "", text)


def _leads(path: str, anchor: str) -> bool:
    """Return whether a file of this repository exists, with a heading of that anchor."""
    target = ROOT / path
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> Iterator[str]:
    """Return what a link can name of a page, as GitHub and the site make it from headings."""
    yield from re.findall(r'<a id="([\w-]+)">', _text(page))
    for heading in HEADING.findall(_text(page)):
        plain = re.sub(r"[^\w\s-]", "", heading.lower())
        yield re.sub(r"\s", "-", plain.strip())


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy from the work tree without a warning that it is not committed."""
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
