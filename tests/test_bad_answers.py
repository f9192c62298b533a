"""A bad answer ends in one sentence; a folder that is in use is left as it is."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from tests import template
from tests.shell import OWN_COMMANDS, Finished, run

FORM = "'project_name': begin with a letter; use letters, digits, spaces, - and _"
IDENTIFIER = "'package_name': not a Python identifier in lower case, such as my_service"
LIBRARY = "'project_name': the name of a library or a command: choose another one"
MODULE = "'package_name': a module of the standard library: choose another name"
KEYWORD = "'package_name': a keyword of Python: choose another name"
USED = "'package_name': the name of a library of the service: choose another one"
ONE_LINE = "'description': more than one line: write one"

REFUSED = [
    ("scope", "kit", "Invalid choice for 'scope': 'kit' is not in"),
    ("project_name", "", FORM),
    ("project_name", "1st service", FORM),
    ("project_name", " Padded", FORM),
    ("project_name", 'My "Service"', FORM),
    ("project_name", "It's mine", FORM),
    ("project_name", "{{ 7 * 7 }}", FORM),
    ("project_name", "{% raw %}", FORM),
    ("project_name", "Two\nlines", FORM),
    ("project_name", "My Service\n", FORM),
    ("project_name", "Ünïcode", FORM),
    ("project_name", "../escape", FORM),
    ("project_name", "A" * 61, "'project_name': longer than 60 characters"),
    ("project_name", "FastAPI", LIBRARY),
    ("project_name", "Python", LIBRARY),
    ("project_name", "Email", MODULE),
    ("package_name", "", IDENTIFIER),
    ("package_name", "My_Service", IDENTIFIER),
    ("package_name", "my-service", IDENTIFIER),
    ("package_name", "_private", IDENTIFIER),
    ("package_name", "2fast", IDENTIFIER),
    ("package_name", "my_service\n", IDENTIFIER),
    ("package_name", "größe", IDENTIFIER),
    ("package_name", "a" * 41, "'package_name': longer than 40 characters"),
    ("package_name", "class", KEYWORD),
    ("package_name", "match", KEYWORD),
    ("package_name", "secrets", MODULE),
    ("package_name", "test", MODULE),
    ("package_name", "fastapi", USED),
    ("package_name", "tests", USED),
    ("description", "", "'description': empty"),
    ("description", "   ", "'description': empty"),
    ("description", "Two\nlines", ONE_LINE),
    ("description", "A bell \a rings", ONE_LINE),
    ("description", "Another\u2028line", ONE_LINE),
    ("description", "d" * 201, "'description': longer than 200 characters"),
    ("database", "mysql", "Invalid choice for 'database': 'mysql' is not in"),
    ("migrations", "none", "Invalid choice for 'migrations': 'none' is not in"),
    ("auth", "basic", "Invalid choice for 'auth': 'basic' is not in"),
    ("features", "[teleport]", "Invalid choice for 'features': 'teleport' is not in"),
    ("features", "metrics", "Not a YAML list: 'metrics'"),
    ("python_version", "3.10", "Invalid choice for 'python_version': '3.10' is not in"),
]


def _documented() -> list[tuple[str, str]]:
    """Return what docs/choosing.md says to be typed, and what Copier says to it."""
    page = (template.ROOT / "docs" / "choosing.md").read_text(encoding="utf-8")
    _, _, table = page.partition("| you type |")
    rows = re.findall(r"(?m)^\| `(-d .+?)` \| `?(.+?)`? \|", table.partition("\n\n")[0])
    assert len(rows) == 4
    return rows


OF_TESTS = ("-a", ".copier-answers.oneloop.yml", "-d", "scope=tests")
OF_THE_TESTS = "'package_name': not a Python module, such as app or backend.app"

ACCEPTED = [
    ("project_name", "A"),
    ("project_name", "Orders 2 go_now-please"),
    ("project_name", "A" * 40),
    ("package_name", "a"),
    ("package_name", "orders2_"),
    ("package_name", "a" * 40),
    ("description", "d" * 200),
    ("description", "Zwölf Boxkämpfer: 'quoted', \"twice\" 🚀"),
    ("features", "[]"),
]


@pytest.mark.parametrize(("question", "answer", "sentence"), REFUSED)
def test_a_bad_answer_is_refused(question: str, answer: str, sentence: str, tmp_path: Path) -> None:
    """Its sentence is the last line, the exit code is not 0, and nothing is written."""
    finished = _copy(tmp_path / "project", "-d", f"{question}={answer}")

    assert finished.code != 0
    assert sentence in finished.output.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("option", "said"), _documented())
def test_documented_mistakes_end_as_documented(option: str, said: str, tmp_path: Path) -> None:
    """The table of docs/choosing.md."""
    finished = _copy(tmp_path / "project", *shlex.split(option))

    if said == "nothing":
        assert finished.code == 0
        assert template.remembered(tmp_path / "project")["auth"] == "jwt"
    else:
        assert finished.code != 0
        assert said in "\n".join(finished.output.splitlines()[-4:])
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("auth", ["none", "api_key"])
def test_personal_keys_need_a_login(auth: str, tmp_path: Path) -> None:
    """A person has to log in somehow before making a key of their own."""
    asked = ("-d", f"auth={auth}", "-d", "features=[personal_api_keys]")
    finished = _copy(tmp_path / "project", *asked)

    assert finished.code != 0
    assert "'features': needs auth to be jwt or session" in finished.output.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "my-app", "app.", "2fast", "app\n"])
def test_module_that_cannot_exist_is_refused(name: str, tmp_path: Path) -> None:
    """The name of a service that exists may be any that Python can import."""
    finished = _copy(tmp_path / "project", *OF_TESTS, "-d", f"package_name={name}")

    assert finished.code != 0
    assert OF_THE_TESTS in finished.output.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["app", "MyService", "platform", "src.app"])
def test_module_that_may_exist_is_accepted(name: str, tmp_path: Path) -> None:
    """Also one whose name a new service could not have."""
    _copy(tmp_path / "project", *OF_TESTS, "-d", f"package_name={name}").check()

    assert f"from {name}.main import app" in (tmp_path / "project/tests/adapter.py").read_text()


@pytest.mark.parametrize(("question", "answer"), ACCEPTED)
def test_a_good_answer_is_kept(question: str, answer: str, tmp_path: Path) -> None:
    """The validators refuse no more than they must."""
    _copy(tmp_path / "project", "-d", f"{question}={answer}").check()

    assert (tmp_path / "project" / template.ANSWERS_FILE).exists()


def test_the_standard_library_of_this_python_is_refused() -> None:
    """The list in extensions/ holds the modules of every supported Python, so also of this one."""
    names = (template.ROOT / "extensions" / "names.jinja").read_text(encoding="utf-8").split()
    possible = {name for name in sys.stdlib_module_names if re.fullmatch("[a-z][a-z0-9_]*", name)}

    assert possible - set(names) == set()


def test_a_folder_in_use_is_left_as_it_is(tmp_path: Path) -> None:
    """Copier asks before it overwrites; without anybody to ask it stops, and changes nothing."""
    mine = tmp_path / "README.md"
    mine.write_text("mine\n", encoding="utf-8")

    finished = _copy(tmp_path)

    assert finished.code != 0
    assert mine.read_text(encoding="utf-8") == "mine\n"


def _copy(destination: Path, *options: str) -> Finished:
    """Run `copier copy` as a command, with nobody at the keyboard."""
    options = ("--defaults", "--vcs-ref=HEAD", *options)
    copier = OWN_COMMANDS / "copier"
    return run([copier, "copy", *options, template.ROOT, destination], folder=template.ROOT)
