"""Updates where projects are in real life, and what no command of Copier touches."""

import shutil
from pathlib import Path

import pytest

from tests import template
from tests.shell import OWN_COMMANDS, run
from tests.updates.projects import commit_all, conflicts, copier, copy, edit, git, update
from tests.updates.releases import LATER, Releases

ANSWERS_FILE = ".config/oneloop.yml"
SERVICE = "src/my_service/documents/service.py"
# Of the developer and the machine: it is in no commit, or is not the template's.
UNTOUCHED = {
    ".env": "SECRET_KEY=of-a-person\n",
    ".git/hooks/pre-commit": "#!/bin/sh\n",
    ".venv/pyvenv.cfg": "home = /usr/bin\n",
    "my_service.db": "rows",
    "uv.lock": "version = 1\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Releases, Path]:
    """Return two releases, and a project of the first one: for copying only."""
    folder = tmp_path_factory.mktemp("places")
    repository = Releases(folder / "template")
    repository.release_today()
    project = copy(repository.path, {}, folder / "project")
    repository.release_later()
    return repository, project


@pytest.fixture
def project(made: tuple[Releases, Path], tmp_path: Path) -> Path:
    """Return a project of the first release with an edit."""
    project = tmp_path / "project"
    shutil.copytree(made[1], project)
    edit(project / SERVICE, "class DocumentService", "# Ours.\n\n\nclass DocumentService")
    commit_all(project, "what the team did")
    return project


def assert_updated(project: Path) -> None:
    """Check that the later release has arrived and that the edit is there."""
    assert "document which belongs" in (project / SERVICE).read_text()
    assert "# Ours." in (project / SERVICE).read_text()
    assert (project / "src/my_service/core/greeting.py").exists()
    assert conflicts(project) == []


def test_update_leaves_alone_what_is_not_the_templates(project: Path) -> None:
    """The database, secrets, the environment, the lock file, Git's hooks and settings."""
    for name, text in UNTOUCHED.items():
        path = project / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    commit_all(project, "a lock file")
    settings = (project / ".git/config").read_bytes()
    history = git(project, "log", "--all", "--format=%H")

    update(project)

    assert_updated(project)
    assert {name: (project / name).read_text() for name in UNTOUCHED} == UNTOUCHED
    assert (project / ".git/config").read_bytes() == settings
    assert git(project, "log", "--all", "--format=%H") == history
    assert git(project, "diff", "--cached", "--name-only") == ""


def test_update_in_a_folder_of_a_bigger_repository(project: Path, tmp_path: Path) -> None:
    """It changes nothing outside of the folder, and neither does its undo."""
    repository = tmp_path / "repository"
    folder = repository / "services" / "api"
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns(".git"))
    (repository / "README.md").write_text("# All services\n")
    git(repository, "init", "--quiet")
    commit_all(repository, "all services")

    update(folder)

    assert_updated(folder)
    changed = git(repository, "status", "--porcelain").splitlines()
    assert changed
    assert {line[3:].startswith("services/api/") for line in changed} == {True}

    (repository / "README.md").write_text("# All services, and more\n")
    page = (template.ROOT / "docs" / "updating.md").read_text(encoding="utf-8")
    undo = page.partition("Something went wrong? `")[2].partition("`")[0]
    run(["sh", "-c", undo], folder=folder).check()
    assert git(repository, "status", "--porcelain").split() == ["M", "README.md"]


def test_update_with_an_answers_file_in_a_folder(
    made: tuple[Releases, Path], tmp_path: Path
) -> None:
    """Where several templates have rendered files, although the team has deleted some."""
    repository, _ = made
    options = ("--vcs-ref=1.0.0", f"--answers-file={ANSWERS_FILE}")
    project = copy(repository.path, {}, tmp_path / "project", *options)
    edit(project / SERVICE, "class DocumentService", "# Ours.\n\n\nclass DocumentService")
    (project / "compose.yaml").unlink()
    commit_all(project, "what the team did")

    update(project, f"--answers-file={ANSWERS_FILE}")

    assert_updated(project)
    assert not (project / "compose.yaml").exists()
    assert template.remembered(project, ANSWERS_FILE)["_commit"] == LATER


def test_update_of_a_shallow_clone(project: Path, tmp_path: Path) -> None:
    """As a job of CI has it, which opens a pull request with the update."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", project.as_uri(), str(clone))

    update(clone)

    assert_updated(clone)


def test_check_update_names_the_newer_release(project: Path) -> None:
    """With --quiet it ends with 2 where there is one, so that a scheduled job can act on it."""
    command = [str(OWN_COMMANDS / "copier"), "check-update"]

    named = run(command, folder=project).check()
    before = run([*command, "--quiet"], folder=project).code
    update(project)
    after = run([*command, "--quiet"], folder=project).code

    assert LATER in named
    assert (before, after) == (2, 0)


def test_recopy_keeps_files_of_the_team_and_the_first_migration(project: Path) -> None:
    """What the template rendered is afterwards as the newest release renders it."""
    (project / "src/my_service/teams.py").write_text('"""Teams."""\n')
    migration = project / "migrations/versions/0001_initial.py"
    before = migration.read_text()

    copier("recopy", "--overwrite", project)

    assert "# Ours." not in (project / SERVICE).read_text()
    assert "document which belongs" in (project / SERVICE).read_text()
    assert (project / "src/my_service/teams.py").exists()
    assert migration.read_text() == before
