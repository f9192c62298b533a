"""Services that are not ours adopt the test kit: only new files, and no change to their code.

Each folder of tests/foreign is one: the service, its old suite, and in converted/ what its team
makes of that. `orders` has no such folder: docs/moving.md converts it, step by step.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import template
from tests.shell import OWN_COMMANDS, Finished, clean_environment, run

FOREIGN = template.ROOT / "tests" / "foreign"
GUIDE = template.ROOT / "docs" / "moving.md"
ANSWERS_FILE = ".copier-answers.oneloop.yml"
AUDIT = ("-p", "tests.kit.audit", "--audit-clients")
BLOCK = re.compile(r"(?ms)^(?:`(?P<path>[^`\n]+)`:\n\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$")
SERVE = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("foreign.devtools.postgres", sys.argv[1])
module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
with module.temporary_server() as url:
    print(url, flush=True)
    sys.stdin.read()
"""
CREATE = """
import sys, psycopg
with psycopg.connect(f"postgresql://{sys.argv[1]}", autocommit=True) as connection:
    connection.execute(f"CREATE DATABASE {sys.argv[2]}")
"""
OLD_DATABASE = """
import sqlalchemy

@pytest.fixture(scope="session", autouse=True)
def old_database():
    engine = sqlalchemy.create_engine("sqlite:///old.db")
    with engine.connect() as connection:
        yield connection.exec_driver_sql("SELECT 1")
    engine.dispose()
"""
OLD_TEST = """
from app.main import app
from fastapi.testclient import TestClient

def test_lists():
    with TestClient(app) as client:
        assert client.get("/heroes").json() == []
"""


@dataclass(frozen=True)
class Service:
    """A foreign service, and what is known of it."""

    name: str
    package: str
    driver: str
    tests: int
    """Of the old suite."""
    old_result: str
    """How the old suite ends, in the words of pytest."""
    converted: int
    """The tests of the converted suite."""
    bug: tuple[str, str, str]
    """A file, what is written there, and what a bug would be."""

    @property
    def database(self) -> str:
        """The answer to the question of that name."""
        return "sqlite" if "sqlite" in self.driver else "postgres"


SERVICES = [
    Service(
        *("orders", "app", "postgresql+asyncpg", 5, "3 failed, 1 passed, 1 error", 6),
        bug=("app/main.py", '    await db.commit()\n    return {"id"', '    return {"id"'),
    ),
    Service(
        *("heroes", "app", "sqlite+aiosqlite", 4, "3 passed, 1 skipped", 6),
        bug=("app/db.py", "PRAGMA foreign_keys = ON", "PRAGMA foreign_keys = OFF"),
    ),
    Service(
        *("tickets", "ticketing", "sqlite+aiosqlite", 3, "1 failed, 2 passed", 5),
        bug=("ticketing/main.py", "ticket.is_open = False", "pass"),
    ),
    Service(
        *("library", "library", "postgresql+psycopg", 2, "2 passed", 4),
        bug=("library/main.py", "await session.commit()", "pass"),
    ),
]
every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)


class Project:
    """A copy of a foreign service, under Git."""

    def __init__(self, folder: Path, service: Service, python: Path, server: str) -> None:
        """Copy it, without what its team has not done yet."""
        self.folder, self.service = folder, service
        self._python, self._server = python, server
        shutil.copytree(
            FOREIGN / service.name,
            folder,
            ignore=shutil.ignore_patterns("converted", "__pycache__", ".pytest_cache", "*.db"),
        )
        (folder / ".gitignore").write_text("__pycache__\n.pytest_cache\n*.db\n")
        self.git("init", "--quiet")
        self.commit()

    def git(self, *words: str) -> str:
        """Run git, and return what it prints."""
        identity = ("-c", "user.name=Team", "-c", "user.email=team@example.com")
        return run(["git", *identity, *words], folder=self.folder).check()

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "what the team did")

    def status(self) -> list[str]:
        """Return the lines of `git status`."""
        return self.git("status", "--porcelain", "--untracked-files=all").splitlines()

    def adopt(self, source: Path = template.ROOT, *options: str) -> Finished:
        """Copy the kit, as a person would."""
        answers = {
            "scope": "tests",
            "package_name": self.service.package,
            "database": self.service.database,
        }
        data = [word for name, value in answers.items() for word in ("-d", f"{name}={value}")]
        options = options or ("-a", ANSWERS_FILE)
        command = ("copy", "--defaults", "--vcs-ref=HEAD", *options, *data)
        return run([OWN_COMMANDS / "copier", *command, source, self.folder], folder=template.ROOT)

    def convert(self) -> None:
        """Do what the team does: the guide for `orders`, the folder converted/ for others."""
        if self.service.name == "orders":
            for path, text in guide_files():
                (self.folder / path).write_text(text)
            (self.folder / "tests/conftest.py").unlink()
            return
        (self.folder / "tests/conftest.py").unlink(missing_ok=True)
        converted = FOREIGN / self.service.name / "converted"
        shutil.copytree(converted, self.folder, dirs_exist_ok=True)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that is there once."""
        path = self.folder / file
        text = path.read_text()
        assert text.count(old) == 1, (file, old)
        path.write_text(text.replace(old, new))

    def pytest(self, *options: str, **environment: str) -> Finished:
        """Run its tests."""
        environment = {"TEST_DATABASE_URL": self._server, **environment}
        command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *options)
        return run([self._python, *command], folder=self.folder, environment=environment)


@pytest.fixture(scope="session")
def foreign_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a Python with the libraries of all foreign services, one for all workers."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "foreign-venv"
    python = folder / "bin" / "python"
    with (folder.parent / "foreign-venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            requirements = FOREIGN / "requirements.txt"
            install = ("pip", "install", "-q", "--python", python, "-r", requirements)
            run(["uv", "venv", "-q", "--clear", folder], folder=base).check()
            run(["uv", *install], folder=base, timeout=900).check()
            (folder / "ready").touch()
    return python


@pytest.fixture(scope="session")
def server(foreign_python: Path) -> Iterator[str]:
    """Return the URL of an embedded PostgreSQL, without its driver."""
    launcher = next(template.ROOT.glob("template/src/*/devtools/postgres.py"))
    with subprocess.Popen(
        [foreign_python, "-c", SERVE, launcher],
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip().partition("://")[2]
        process.stdin.close()


Make = Callable[[str], Project]


@pytest.fixture
def make(tmp_path: Path, foreign_python: Path, request: pytest.FixtureRequest) -> Make:
    """Return what copies a foreign service: `make("orders")`."""

    def make(name: str) -> Project:
        service = next(one for one in SERVICES if one.name == name)
        url = ""
        if service.database == "postgres":
            server = request.getfixturevalue("server")
            database = f"{name}_{len(list(tmp_path.parent.iterdir()))}_{os.getpid()}"
            run([foreign_python, "-c", CREATE, server, database], folder=tmp_path).check()
            url = f"{service.driver}://{server.replace('/postgres?', f'/{database}?')}"
        return Project(tmp_path / name, service, foreign_python, url)

    return make


def guide_files() -> list[tuple[str, str]]:
    """Return the files that the guide writes, in their order."""
    return [(one["path"], one["text"]) for one in BLOCK.finditer(GUIDE.read_text()) if one["path"]]


# --- What is copied ------------------------------------------------------------------------------


@every_service
def test_adopting_writes_new_files_only(service: Service, make: Make) -> None:
    """The kit, the adapter, a page and the answers; the message has the lines to add."""
    project = make(service.name)

    output = project.adopt().check()

    kit = "tests/kit/"
    new = [line.removeprefix("?? ") for line in project.status()]
    assert {path for path in new if not path.startswith(kit)} == {
        ANSWERS_FILE,
        "tests/adapter.py",
        "tests/oneloop.md",
    }
    own = template.ROOT / "template" / kit
    assert {path.removeprefix(kit) for path in new if path.startswith(kit)} == {
        path.relative_to(own).as_posix()
        for path in own.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    for line in ("addopts = -p tests.kit.plugin", "asyncio_mode = auto", "oneloop_guards = warn"):
        assert line in output


def test_file_in_the_way_is_kept(make: Make) -> None:
    """An adapter stays without a question; for another file Copier asks, and stops."""
    project = make("heroes")
    adapter, page = project.folder / "tests/adapter.py", project.folder / "tests/oneloop.md"
    adapter.write_text("# ours\n")
    project.adopt().check()
    assert adapter.read_text() == "# ours\n"

    page.write_text("ours\n")
    assert project.adopt().code != 0
    assert page.read_text() == "ours\n"


def test_answers_of_another_template_are_kept(make: Make) -> None:
    """Without `-a` Copier would overwrite them, so it is asked for."""
    project = make("heroes")
    answers = project.folder / ".copier-answers.yml"
    answers.write_text("_src_path: another\n")

    finished = project.adopt(template.ROOT, "--quiet")
    assert finished.code != 0
    assert "add `-a .copier-answers.oneloop.yml`" in finished.output.splitlines()[-1]
    assert answers.read_text() == "_src_path: another\n"
    project.adopt().check()
    assert answers.read_text() == "_src_path: another\n"


def test_update_changes_only_the_kit(make: Make, tmp_path: Path) -> None:
    """A fix arrives, a file that is gone goes, and the team's work stays."""
    release = tmp_path / "template"
    release.mkdir()
    for part in ("copier.yml", "extensions", "template"):
        source = template.ROOT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, release / part)
    releases = Project.__new__(Project)
    releases.folder = release
    releases.git("init", "--quiet")
    releases.commit()
    releases.git("tag", "1.0.0")
    project = make("heroes")
    project.adopt(release).check()
    project.convert()
    (project.folder / "tests/kit/README.md").unlink()
    project.commit()

    releases.edit(
        "template/tests/kit/live.py", "Serves an application", "Now serves an application"
    )
    releases.edit("extensions/adapter.py.jinja", "It is yours", "It is all yours")
    next(release.glob("template/pytest.ini*")).write_text("[pytest]\n")
    (release / "template/NEWS.md").write_text("Of services.\n")
    releases.commit()
    releases.git("tag", "1.1.0")
    update = ["copier", "update", "--defaults", "--conflict=inline", "-a", ANSWERS_FILE]
    run([OWN_COMMANDS / update[0], *update[1:]], folder=project.folder).check()

    assert project.status() == [f" M {ANSWERS_FILE}", " M tests/kit/live.py"]
    assert "6 passed" in project.pytest().check()


# --- The way in ----------------------------------------------------------------------------------


@every_service
def test_audit_lists_every_test_before_anything_is_set_up(service: Service, make: Make) -> None:
    """No setting, no library of the kit, no variable; the old conftest.py is not imported."""
    project = make(service.name)
    project.adopt().check()
    with (project.folder / "tests/conftest.py").open("a") as conftest:
        conftest.write("\n\nimport nothing_of_this_name\n")

    output = project.pytest(*AUDIT).check()

    assert output.splitlines()[-1].startswith(f"{service.tests} tests: ")
    assert output.splitlines()[-1].endswith(f" {service.tests} to change.")


@every_service
def test_converted_suite_passes_and_notices_a_bug(service: Service, make: Make) -> None:
    """The old failures are gone, and what the old suite let pass fails."""
    project = make(service.name)
    old = project.pytest()
    assert old.output.splitlines()[-1].startswith(service.old_result)
    project.adopt().check()

    project.convert()

    assert project.pytest().check().splitlines()[-1].startswith(f"{service.converted} passed")
    assert project.pytest(*AUDIT).check().endswith(" 0 to change.\n")
    changed = [line[3:] for line in project.status() if not line.startswith("??")]
    assert [path for path in changed if path.startswith(f"{service.package}/")] == []
    project.edit(*service.bug)
    assert project.pytest().code == pytest.ExitCode.TESTS_FAILED


def test_guide_leads_from_the_audit_to_errors(make: Make) -> None:
    """Each step as written; what passed before passes after each of them."""
    text = GUIDE.read_text()
    project = make("orders")
    project.adopt().check()
    tables = [one["text"] for one in BLOCK.finditer(text) if one["language"] == "text"]
    audit = project.pytest(*AUDIT).check()
    assert audit == tables[0]

    files = iter(guide_files())
    for wanted in ("pytest.ini", "tests/adapter.py"):
        path, content = next(files)
        assert path == wanted
        (project.folder / path).write_text(content)
    warned = project.pytest().output
    assert tables[1].strip() in warned.splitlines()
    assert "3 failed, 1 passed, 5 warnings, 1 error" in warned

    for wanted in ("tests/test_orders.py", "pytest.ini"):
        path, content = next(files)
        assert path == wanted
        (project.folder / path).write_text(content)
    half = project.pytest().output
    assert "tests/test_orders.py" not in half.partition("short test summary")[2]
    assert project.pytest("tests/test_orders.py").check().splitlines()[-1].startswith("4 passed")

    for path, content in files:
        (project.folder / path).write_text(content)
    (project.folder / "tests/conftest.py").unlink()
    assert project.pytest().check().splitlines()[-1].startswith("6 passed")


def test_guards_warn_and_then_refuse(make: Make) -> None:
    """One line of the configuration for each folder: a green suite stays green as it is."""
    project = make("heroes")
    project.adopt().check()
    shutil.copy(FOREIGN / "heroes/converted/tests/adapter.py", project.folder / "tests/adapter.py")
    ini = (FOREIGN / "heroes/converted/pytest.ini").read_text()
    path = project.folder / "pytest.ini"

    path.write_text(f"{ini}oneloop_guards = warn\n")
    output = project.pytest().check()
    assert "3 passed, 1 skipped" in output
    assert "The guards would refuse: " in output

    path.write_text(f"{ini}oneloop_guards =\n    warn\n    error tests/test_heroes.py\n")
    output = project.pytest().output
    assert "has the mark `anyio`" in output
    assert project.pytest().code == pytest.ExitCode.TESTS_FAILED

    shutil.copy(
        FOREIGN / "heroes/converted/tests/test_heroes.py", project.folder / "tests/test_new.py"
    )
    (project.folder / "tests/test_before.py").write_text(OLD_TEST)
    project.edit("tests/conftest.py", "import pytest\n", f"import pytest\n{OLD_DATABASE}")
    path.write_text(f"{ini}oneloop_guards =\n    warn\n    error tests/test_new.py\n")
    chosen = ("tests/test_before.py", "tests/test_new.py", "-k", "stays or exists or lists")
    assert "3 passed, 4 deselected, 1 warning" in project.pytest(*chosen).check()
    assert (project.folder / "old.db").exists()

    path.write_text(f"{ini}oneloop_guards = silent\n")
    assert "`oneloop_guards` has the line 'silent'" in refused(project)
    path.write_text(f"{ini}oneloop_guards = warn tests/missing\n")
    assert "`oneloop_guards` names tests/missing: nothing is there." in refused(project)


# --- The recipes ---------------------------------------------------------------------------------


def test_recipes_are_those_of_the_converted_services() -> None:
    """Every block of Python in the page is found in an adapter that a test here runs."""
    page = (template.ROOT / "template/tests/oneloop.md.jinja").read_text()
    adapters = [path.read_text() for path in FOREIGN.glob("*/converted/tests/adapter.py")]
    adapters.append(dict(guide_files())["tests/adapter.py"])
    recipes = [one["text"] for one in BLOCK.finditer(page) if one["language"] == "python"]

    assert len(recipes) >= 8
    assert [text for text in recipes if not any(text in adapter for adapter in adapters)] == []


# --- Bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("from app.main import", "from app.start import", "No module named", id="path"),
        pytest.param("import app\n", "import api as app\n", "cannot import name 'api'", id="name"),
        pytest.param("(Adapter)", "", "is no kit.adapter.Adapter", id="class"),
        pytest.param("    package =", "    folder =", "needs `package`", id="attribute"),
        pytest.param(
            "return app", "return async_engine", "must return a FastAPI, not", id="no-app"
        ),
        pytest.param(
            "return Sessions(async_engine, [AsyncSession])",
            "return None",
            "`engine` is an AsyncEngine",
            id="no-database",
        ),
        pytest.param(
            "from fastapi",
            "import os; os.environ['NONE']\nfrom fastapi",
            "KeyError: 'NONE'",
            id="raises",
        ),
        pytest.param("[AsyncSession]", "[]", "`session_makers` are those", id="no-sessions"),
        pytest.param("+aiosqlite:", ":", "needs an asynchronous driver", id="driver"),
        pytest.param("no-database", "heroes.db", "names no database of anybody's", id="somebody's"),
        pytest.param(
            "        redirect(async_engine, database_url)\n",
            "",
            "and not the one whose URL",
            id="not-led",
        ),
    ],
)
def test_wrong_adapter_is_refused_in_a_sentence(
    old: str, new: str, words: str, make: Make, tmp_path: Path
) -> None:
    """It names the file, runs no test, and opens no database."""
    project = make("heroes")
    project.adopt().check()
    project.convert()
    project.edit("tests/adapter.py", old, new)
    database = tmp_path / "of-somebody.db"

    output = refused(project, DATABASE_URL=f"sqlite+aiosqlite:///{database}")

    assert words in output
    assert "adapter" in output
    assert not database.exists()


def test_folder_without_an_application_is_named(make: Make) -> None:
    """The kit alone, in an empty folder."""
    project = make("heroes")
    shutil.rmtree(project.folder / "app")
    project.adopt().check()
    shutil.copy(FOREIGN / "heroes/converted/pytest.ini", project.folder / "pytest.ini")
    (project.folder / "tests/conftest.py").unlink()

    assert "No module named 'app'" in refused(project)


@pytest.mark.parametrize("line", ["asyncio_mode", "asyncio_default_test_loop_scope"])
def test_missing_setting_is_named_as_it_is_written_there(line: str, make: Make) -> None:
    """In pyproject.toml the value is in quotes."""
    project = make("tickets")
    project.adopt().check()
    project.convert()
    path = project.folder / "pyproject.toml"
    path.write_text(re.sub(f"(?m)^{line} = .*\n", "", path.read_text()))

    assert f'pyproject.toml: the kit needs the line `{line} = "' in refused(project)


def refused(project: Project, **environment: str) -> str:
    """Return the one sentence with which a run ends before its first test."""
    finished = project.pytest(**environment)
    assert finished.code == pytest.ExitCode.USAGE_ERROR, finished.output
    assert "Traceback" not in finished.output
    return finished.output
