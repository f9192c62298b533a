"""Updates: what `copier update` brings to a project, and what it leaves alone."""

import filecmp
import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import template
from tests.shell import run
from tests.template import Rendered
from tests.updates.projects import commit_all, conflicts, copy, edit, git, given, update
from tests.updates.releases import Releases

Render = Callable[[str], Rendered]

# A circle that leaves and reaches every strategy, both databases, every style and every feature.
WALK = [
    "defaults",
    "postgres-dbmate-session",
    "sqlite-create_all-none",
    "postgres-alembic-api_key",
    "defaults",
]


@pytest.fixture
def released(tmp_path: Path) -> Releases:
    """Return the template as it is on disk, as release 1.0.0."""
    releases = Releases(tmp_path / "template")
    releases.release_today()
    return releases


@pytest.fixture
def project(released: Releases, tmp_path: Path) -> Path:
    """Return a project with the default answers of release 1.0.0."""
    return copy(released.path, {}, tmp_path / "project")


def test_a_fix_arrives_and_edits_stay(released: Releases, project: Path) -> None:
    """A team changed, added and removed files; so did the template, elsewhere in the same ones."""
    service = project / "src" / "my_service" / "documents" / "service.py"
    edit(service, "class DocumentService", "# The team's own.\n\n\nclass DocumentService")
    edit(project / "README.md", "# My Service", "# The Service of the Team")
    (project / "src" / "my_service" / "teams.py").write_text('"""Teams."""\n')
    (project / "compose.yaml").unlink()
    removed = project / ".pre-commit-config.yaml"
    removed.write_text(removed.read_text() + "# The team's own.\n")
    commit_all(project, "what the team did")

    documents = "src/*/documents/service.py"
    released.edit(documents, "document that belongs", "document which belongs")
    released.edit("README.md", "## Read on", "## Read more")
    (released.path / "template" / "NEWS.md").write_text("A file of the new release.\n")
    next(released.path.glob(f"template/{removed.name}*")).unlink()
    released.release("1.1.0")
    output = update(project)

    assert "My Service is updated." in output
    assert "document which belongs" in service.read_text()
    assert "# The team's own." in service.read_text()
    readme = (project / "README.md").read_text()
    assert readme.startswith("# The Service of the Team")
    assert "## Read more" in readme
    assert (project / "NEWS.md").exists()
    assert f" D {removed.name}" in git(project, "status", "--porcelain").splitlines()
    assert (project / "src" / "my_service" / "teams.py").exists()
    assert not (project / "compose.yaml").exists()
    assert conflicts(project) == []
    assert template.remembered(project)["_commit"] == "1.1.0"


def test_only_a_line_that_both_changed_is_a_conflict(released: Releases, project: Path) -> None:
    """It carries the markers of Git, with both versions; everything else has arrived.

    The undo of the documentation brings back what was committed, although a file is unmerged.
    """
    edit(project / "README.md", "## Read on", "## Where to read on")
    commit_all(project, "what the team did")

    released.edit("README.md", "## Read on", "## Read more")
    released.edit(
        "src/*/documents/service.py",
        "document that belongs",
        "document which belongs",
    )
    (released.path / "template" / "NEWS.md").write_text("A file of the new release.\n")
    released.release("1.1.0")
    update(project)

    assert conflicts(project) == ["README.md"]
    readme = (project / "README.md").read_text()
    assert "## Where to read on" in readme
    assert "## Read more" in readme
    service = project / "src" / "my_service" / "documents" / "service.py"
    assert "document which belongs" in service.read_text()
    assert (project / "NEWS.md").exists()

    run(["sh", "-c", _undo()], folder=project).check()
    assert git(project, "status", "--porcelain") == ""


def test_update_leaves_the_first_migration_alone(released: Releases, project: Path) -> None:
    """The history of the schema is the project's: its databases have it."""
    released.edit("migrations/versions/0001_initial.py", "The tables that", "All the tables that")
    released.release("1.1.0")

    update(project)

    assert "migrations" not in git(project, "status", "--porcelain")
    assert conflicts(project) == []


def test_an_update_to_the_same_release_changes_nothing(project: Path) -> None:
    """Neither a file nor an answer."""
    update(project)

    assert git(project, "status", "--porcelain") == ""


def test_renamed_package_keeps_its_edits_and_is_updated(released: Releases, project: Path) -> None:
    """The commands are those of docs/updating.md."""
    service = "documents/service.py"
    edit(
        project / "src/my_service" / service,
        "class DocumentService",
        "# Ours.\n\n\nclass DocumentService",
    )
    (project / "src/my_service/teams.py").write_text('"""Teams of my_service."""\n')
    commit_all(project, "what the team did")

    rename, replace = re.findall(r"(?m)^    (git mv .+|git grep .+)$", _page())
    run(["sh", "-c", f"{rename} && {replace}"], folder=project).check()
    commit_all(project, "another name")
    released.edit("src/*/documents/service.py", "document that belongs", "document which belongs")
    released.release("1.1.0")
    update(project)

    assert conflicts(project) == []
    assert "# Ours." in (project / "src/billing" / service).read_text()
    assert "document which belongs" in (project / "src/billing" / service).read_text()
    assert (project / "src/billing/teams.py").read_text() == '"""Teams of billing."""\n'
    assert not (project / "src/my_service").exists()
    assert template.remembered(project)["package_name"] == "billing"
    fresh = copy(released.path, {"package_name": "billing"}, project.with_name("fresh"))
    tracked = set(git(fresh, "ls-files").split()) - {f"src/billing/{service}"}
    different = filecmp.cmpfiles(fresh, project, tracked, shallow=False)[1:]
    assert different == ([], []), different


def test_oldest_supported_copier_renders_and_updates(released: Releases, tmp_path: Path) -> None:
    """The minimum of copier.yml is a release that works; the newest one runs everywhere else."""
    oldest = f"copier=={template.settings()['_min_copier_version']}"
    project = tmp_path / "project"
    copier = ("uvx", "--quiet", "--from", oldest, "copier")
    run([*copier, "copy", "--defaults", released.path, project], folder=tmp_path).check()
    git(project, "init", "--quiet")
    commit_all(project, "Start from Oneloop")

    released.edit("README.md", "## Read on", "## Read more")
    released.release("1.1.0")
    run([*copier, "update", "--defaults", project], folder=tmp_path).check()

    assert git(project, "diff", "--name-only").split() == [template.ANSWERS_FILE, "README.md"]


@pytest.mark.parametrize(("before", "after"), list(itertools.pairwise(WALK)))
def test_answers_can_be_changed(
    rendered: Render, released: Releases, tmp_path: Path, before: str, after: str
) -> None:
    """The project is then the one that would have been rendered from the new answers.

    So it passes its suite: tests/test_variants.py runs that.
    """
    project = copy(released.path, rendered(before).answers, tmp_path / "project")

    update(project, *given(rendered(after).answers, project), "--vcs-ref=:current:")

    new = rendered(after).path
    files = {path.relative_to(new).as_posix() for path in rendered(after).files()}
    tracked = set(git(project, "ls-files", "--others", "--cached").split())
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
