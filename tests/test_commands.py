"""What a person types on the first day: copy, the two commands of the README, a user."""

import re
from pathlib import Path

import httpx2
import pytest

from tests import template
from tests.servers import interrupt, serving, terminate
from tests.shell import OWN_COMMANDS, run

EMAIL, PASSWORD = "ada@example.org", "correct horse battery staple"


@pytest.fixture
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Copy as the README of the template says: without --trust, with nobody at the keyboard."""
    folder = tmp_path / "project"
    answers = ("--data-file", template.ANSWERS / f"{request.param}.yml")
    copy = (OWN_COMMANDS / "copier", "copy", "--defaults", "--vcs-ref=HEAD", *answers)
    run([*copy, template.ROOT, folder], folder=template.ROOT).check()
    return folder


@pytest.mark.parametrize("project", template.ONE_OF_EACH_STYLE, indirect=True)
def test_the_first_command_serves(project: Path) -> None:
    """A user made at the command line writes a document, and reads it again after a restart."""
    dev, _ = _commands(project)

    # What other servers read from the environment is not for this one.
    with serving(dev, folder=project, stop=interrupt, WEB_CONCURRENCY="many") as client:
        _make_user(project)
        _log_in(client, project)
        written = client.post("/api/v1/documents", json={"title": "First", "body": "Hello."})
        assert written.status_code == 201, written.text
        place = f"/api/v1/documents/{written.json()['id']}"
        assert client.get(place).json() == written.json()
    shown = (project / "server.log").read_text(encoding="utf-8")
    assert re.findall(r"alembic|uvicorn", shown) == []

    with serving(dev, folder=project, stop=terminate) as client:
        _log_in(client, project)
        assert client.get(place).json() == written.json()


def test_commands_of_a_clone_pass(tmp_path: Path) -> None:
    """What the README says to type in a clone, followed by the two commands of the project."""
    clone, project = tmp_path / "oneloop", tmp_path / "my-service"
    run(["git", "clone", "--quiet", template.ROOT, clone], folder=tmp_path).check()
    copy, suite = _typed_in_a_clone(clone)

    run(["bash", "-c", f"{copy} --defaults"], folder=clone).check()
    assert template.remembered(project)["_src_path"] == str(clone)
    assert suite == f"cd ../{project.name} && {_commands(project)[1]}"
    run(["bash", "-c", suite], folder=clone).check()


def test_words_after_the_copy_can_be_typed(tmp_path: Path) -> None:
    """The folder has a space in its name, and the first commit holds the lock file."""
    folder = tmp_path / "two words"
    copy = (OWN_COMMANDS / "copier", "copy", "--defaults", "--vcs-ref=HEAD")
    printed = run([*copy, template.ROOT, folder], folder=tmp_path).check()

    words = printed.partition("Next:\n")[2].partition("uv run")[0]
    name = {"GIT_AUTHOR_NAME": "Nobody", "GIT_AUTHOR_EMAIL": "nobody@example.org"}
    name |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in name.items()}
    run(["bash", "-ec", words], folder=tmp_path, environment=name).check()

    assert run(["git", "status", "--porcelain"], folder=folder).check() == ""
    assert "uv.lock" in run(["git", "ls-files"], folder=folder).check().split()


def _typed_in_a_clone(clone: Path) -> list[str]:
    """Return the commands of the README's section about a clone."""
    readme = (clone / "README.md").read_text(encoding="utf-8")
    _, _, section = readme.partition("## In a clone of this repository\n")
    return re.findall(r"(?m)^    (.+)$", section.partition("\n## ")[0])


def _commands(project: Path) -> list[str]:
    """Return the first two commands of a project's README."""
    readme = (project / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"(?m)^    (uv run .+)$", readme)[:2]
    assert commands == ["uv run my-service dev", "uv run pytest"]
    return commands


def _make_user(project: Path) -> None:
    """Make a writer with what the style asks for, while the server runs."""
    style = _style(project)
    role = () if style == "none" else ("--role", "writer")
    password = ("--password-stdin",) if style in {"jwt", "session"} else ()
    words = ("create-user", "--email", EMAIL, *role, *password)
    _service(project, *words, stdin=f"{PASSWORD}\n")


def _log_in(client: httpx2.Client, project: Path) -> None:
    """Log the client in as the style asks: with a token, a cookie, a key, or not at all."""
    style = _style(project)
    if style in {"jwt", "session"}:
        form = {"username": EMAIL, "password": PASSWORD}
        answer = client.post("/api/v1/auth/login", data=form).raise_for_status()
        if style == "jwt":
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    elif style == "api_key":
        made = _service(project, "create-api-key", "--email", EMAIL, "--name", "laptop")
        client.headers["X-API-Key"] = made.split()[-1]
        _check_scope(client, project)


def _check_scope(client: httpx2.Client, project: Path) -> None:
    """Check that a key that may only read makes nothing, and that an unknown scope is named."""
    words = ("create-api-key", "--email", EMAIL, "--name", "reader", "--scope")
    key = _service(project, *words, "documents:read").split()[-1]
    path, headers = "/api/v1/documents", {"X-API-Key": key}
    assert client.get(path, headers=headers).status_code == 200
    assert client.post(path, json={"title": "x"}, headers=headers).status_code == 403
    refused = run(["uv", "run", "my-service", *words, "all:read"], folder=project)
    assert refused.code == 1
    assert "Unknown scopes: all:read" in refused.output


def _service(project: Path, *words: str, stdin: str = "") -> str:
    """Run the command of the service."""
    return run(["uv", "run", "my-service", *words], folder=project, stdin=stdin).check()


def _style(project: Path) -> str:
    """Read which auth style was answered."""
    return str(template.remembered(project)["auth"])
