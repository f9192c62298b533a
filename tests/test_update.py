"""Updates: what `copier update` brings to a project, and what it leaves alone.

Typed as a person would: without --trust, with nobody at the keyboard, in a project under Git.
"""

import filecmp
import itertools
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests import template
from tests.shell import OWN_COMMANDS, run
from tests.template import Answers, Rendered

Render = Callable[[str], Rendered]

CONFLICT = "<<<<<<<"
PARTS = ("copier.yml", "extensions", "template")

# A circle that leaves and reaches every strategy, both databases, every style and every feature.
WALK = [
    "defaults",
    "postgres-dbmate-session",
    "sqlite-create_all-none",
    "postgres-alembic-api_key",
    "defaults",
]


class Template:
    """A copy of the template with releases of its own."""

    def __init__(self, path: Path) -> None:
        """Release the template as it is on disk."""
        self.path = path
        path.mkdir()
        for part in PARTS:
            source = template.ROOT / part
            (shutil.copytree if source.is_dir() else shutil.copy)(source, path / part)
        _git(path, "init", "--quiet")
        self.release("1.0.0")

    def release(self, version: str) -> None:
        """Release what is in the folder now."""
        _commit(self.path, version)
        _git(self.path, "tag", version)

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file of the template."""
        _edit(next(self.path.glob(f"template/{file}*")), old, new)


@pytest.fixture
def released(tmp_path: Path) -> Template:
    """Return the template as it is on disk, as release 1.0.0."""
    return Template(tmp_path / "template")


@pytest.fixture
def project(released: Template, tmp_path: Path) -> Path:
    """Return a project with the default answers of release 1.0.0."""
    return _copy(released, {}, tmp_path / "project")


def test_a_fix_arrives_and_edits_stay(released: Template, project: Path) -> None:
    """A team changed, added and removed files; so did the template, elsewhere in the same ones."""
    service = project / "src" / "my_service" / "documents" / "service.py"
    _edit(service, "class DocumentService", "# The team's own.\n\n\nclass DocumentService")
    _edit(project / "README.md", "# My Service", "# The Service of the Team")
    (project / "src" / "my_service" / "teams.py").write_text('"""Teams."""\n')
    (project / "compose.yaml").unlink()
    removed = project / ".pre-commit-config.yaml"
    removed.write_text(removed.read_text() + "# The team's own.\n")
    _commit(project, "what the team did")

    documents = "src/*/documents/service.py"
    released.edit(documents, "Make a document that belongs", "Make one document that belongs")
    released.edit("README.md", "## Read on", "## Read more")
    (released.path / "template" / "NEWS.md").write_text("A file of the new release.\n")
    next(released.path.glob(f"template/{removed.name}*")).unlink()
    released.release("1.1.0")
    output = _update(project)

    assert "My Service is updated." in output
    assert "Make one document that belongs" in service.read_text()
    assert "# The team's own." in service.read_text()
    readme = (project / "README.md").read_text()
    assert readme.startswith("# The Service of the Team")
    assert "## Read more" in readme
    assert (project / "NEWS.md").exists()
    assert f" D {removed.name}" in _git(project, "status", "--porcelain").splitlines()
    assert (project / "src" / "my_service" / "teams.py").exists()
    assert not (project / "compose.yaml").exists()
    assert _conflicts(project) == []
    assert template.remembered(project)["_commit"] == "1.1.0"


def test_only_a_line_that_both_changed_is_a_conflict(released: Template, project: Path) -> None:
    """It carries the markers of Git, with both versions; everything else has arrived.

    The undo of the documentation brings back what was committed, although a file is unmerged.
    """
    _edit(project / "README.md", "## Read on", "## Where to read on")
    _commit(project, "what the team did")

    released.edit("README.md", "## Read on", "## Read more")
    released.edit(
        "src/*/documents/service.py",
        "Make a document that belongs",
        "Make one document that belongs",
    )
    (released.path / "template" / "NEWS.md").write_text("A file of the new release.\n")
    released.release("1.1.0")
    _update(project)

    assert _conflicts(project) == ["README.md"]
    readme = (project / "README.md").read_text()
    assert "## Where to read on" in readme
    assert "## Read more" in readme
    service = project / "src" / "my_service" / "documents" / "service.py"
    assert "Make one document that belongs" in service.read_text()
    assert (project / "NEWS.md").exists()

    run(["sh", "-c", _undo()], folder=project).check()
    assert _git(project, "status", "--porcelain") == ""


def test_update_leaves_the_first_migration_alone(released: Template, project: Path) -> None:
    """The history of the schema is the project's: its databases have it."""
    released.edit("migrations/versions/0001_initial.py", "The tables that", "All the tables that")
    released.release("1.1.0")

    _update(project)

    assert "migrations" not in _git(project, "status", "--porcelain")
    assert _conflicts(project) == []


def test_an_update_to_the_same_release_changes_nothing(project: Path) -> None:
    """Neither a file nor an answer."""
    _update(project)

    assert _git(project, "status", "--porcelain") == ""


def test_renamed_package_keeps_its_edits_and_is_updated(released: Template, project: Path) -> None:
    """The commands are those of docs/updating.md."""
    service = "documents/service.py"
    _edit(
        project / "src/my_service" / service,
        "class DocumentService",
        "# Ours.\n\n\nclass DocumentService",
    )
    (project / "src/my_service/teams.py").write_text('"""Teams of my_service."""\n')
    _commit(project, "what the team did")

    rename, replace = re.findall(r"(?m)^    (git mv .+|git grep .+)$", _page())
    run(["sh", "-c", f"{rename} && {replace}"], folder=project).check()
    _commit(project, "another name")
    released.edit("src/*/documents/service.py", "Make a document that", "Make one document that")
    released.release("1.1.0")
    _update(project)

    assert _conflicts(project) == []
    assert "# Ours." in (project / "src/billing" / service).read_text()
    assert "Make one document that" in (project / "src/billing" / service).read_text()
    assert (project / "src/billing/teams.py").read_text() == '"""Teams of billing."""\n'
    assert not (project / "src/my_service").exists()
    assert template.remembered(project)["package_name"] == "billing"
    fresh = _copy(released, {"package_name": "billing"}, project.with_name("fresh"))
    tracked = set(_git(fresh, "ls-files").split()) - {f"src/billing/{service}"}
    different = filecmp.cmpfiles(fresh, project, tracked, shallow=False)[1:]
    assert different == ([], []), different


def test_oldest_supported_copier_renders_and_updates(released: Template, tmp_path: Path) -> None:
    """The minimum of copier.yml is a release that works; the newest one runs everywhere else."""
    oldest = f"copier=={template.settings()['_min_copier_version']}"
    project = tmp_path / "project"
    copier = ("uvx", "--quiet", "--from", oldest, "copier")
    run([*copier, "copy", "--defaults", released.path, project], folder=tmp_path).check()
    _git(project, "init", "--quiet")
    _commit(project, "Start from Oneloop")

    released.edit("README.md", "## Read on", "## Read more")
    released.release("1.1.0")
    run([*copier, "update", "--defaults", project], folder=tmp_path).check()

    assert _git(project, "diff", "--name-only").split() == [template.ANSWERS_FILE, "README.md"]


@pytest.mark.parametrize(("before", "after"), list(itertools.pairwise(WALK)))
def test_answers_can_be_changed(
    rendered: Render, released: Template, tmp_path: Path, before: str, after: str
) -> None:
    """The project is then the one that would have been rendered from the new answers.

    So it passes its suite: tests/test_variants.py runs that.
    """
    project = _copy(released, rendered(before).answers, tmp_path / "project")

    _update(project, *_given(rendered(after).answers, project), "--vcs-ref=:current:")

    new = rendered(after).path
    files = {path.relative_to(new).as_posix() for path in rendered(after).files()}
    tracked = set(_git(project, "ls-files", "--others", "--cached").split())
    assert {file for file in tracked if (project / file).exists()} == files
    files -= {template.ANSWERS_FILE, *template.settings()["_skip_if_exists"]}
    assert filecmp.cmpfiles(new, project, files, shallow=False)[1:] == ([], [])
    asked = template.questions()
    assert {name: template.remembered(project)[name] for name in asked} == {
        name: rendered(after).answers[name] for name in asked
    }


def _undo() -> str:
    """Read the command that the documentation gives to somebody whose update went wrong."""
    [command] = re.findall("Something went wrong\\? `(.+?)`", _page())
    return str(command)


def _page() -> str:
    return (template.ROOT / "docs" / "updating.md").read_text(encoding="utf-8")


def _copy(released: Template, answers: Answers, project: Path) -> Path:
    """Start a project, and put it under Git as the message after the copy says."""
    _copier("copy", *_given(answers, project), released.path, project)
    _git(project, "init", "--quiet")
    _commit(project, "Start from Oneloop")
    return project


def _update(project: Path, *options: str) -> str:
    """Bring a project up to date; what that did is left to be looked at and committed."""
    return _copier("update", *options, project)


def _copier(command: str, *words: str | Path) -> str:
    return run(
        [OWN_COMMANDS / "copier", command, "--defaults", *words], folder=template.ROOT
    ).check()


def _given(answers: Answers, project: Path) -> list[str]:
    """Return the answers to the questions as an option of Copier."""
    file = project.with_suffix(".yml")
    asked = template.questions().keys() & answers.keys()
    file.write_text(yaml.safe_dump({name: answers[name] for name in asked}), encoding="utf-8")
    return [f"--data-file={file}"]


def _conflicts(project: Path) -> list[str]:
    """Name the files with markers of a conflict, and those that Copier could not merge."""
    changed = _git(project, "ls-files", "--modified", "--others", "--exclude-standard").split()
    return [
        name
        for name in dict.fromkeys(changed)
        if name.endswith(".rej")
        or ((project / name).exists() and CONFLICT in (project / name).read_text(encoding="utf-8"))
    ]


def _edit(path: Path, old: str, new: str) -> None:
    """Replace a text that is in the file, once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def _commit(folder: Path, message: str) -> None:
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", f"--message={message}")


def _git(folder: Path, *words: str) -> str:
    """Run Git as nobody in particular: a machine for tests knows no name."""
    name = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    return run(["git", *name, *words], folder=folder).check()
