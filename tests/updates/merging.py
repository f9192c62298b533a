"""What Git's own merge makes of the team's work and a release: the measure of an update."""

from dataclasses import dataclass
from pathlib import Path

from tests import template
from tests.shell import run
from tests.updates.projects import git


@dataclass(frozen=True)
class Merge:
    """A tree of Git, and what could not be merged: `file: the lines of both`."""

    tree: str
    conflicts: dict[str, str]


def merge(project: Path, start: str, done: str, fresh: Path) -> Merge:
    """Merge the work from `start` to `done` with what a fresh rendering changes."""
    kept = [name for name in template.settings()["_skip_if_exists"] if (project / name).exists()]
    release = git(
        project, "commit-tree", "-m", "release", "-p", start, tree(project, fresh, start, kept)
    ).strip()
    # Copier follows no renames.
    words = ["git", "-c", "merge.renames=false", "-c", "merge.conflictStyle=merge"]
    merged = run(
        [*words, "merge-tree", "--write-tree", "--name-only", done, release], folder=project
    )
    assert merged.code in (0, 1), merged.output
    oid, *names = merged.output.partition("\n\n")[0].split()
    return Merge(oid, {name: _hunks(git(project, "show", f"{oid}:{name}")) for name in names})


def tree(project: Path, folder: Path, base: str = "", kept: list[str] | None = None) -> str:
    """Write a folder as a tree into the project's repository, without what Git ignores.

    The files `kept` are those of the commit `base`.
    """
    index = project / ".git" / "index-of-a-test"
    environment = {"GIT_INDEX_FILE": str(index), "GIT_DIR": str(project / ".git")}

    def words(*command: str) -> str:
        return run(
            ["git", "--work-tree", folder, *command], folder=folder, environment=environment
        ).check()

    words("add", "--all")
    for name in kept or []:
        words("update-index", "--add", "--cacheinfo", f"100644,{_blob(project, base, name)},{name}")
    written = words("write-tree").strip()
    index.unlink()
    return written


def _blob(project: Path, commit: str, name: str) -> str:
    return git(project, "rev-parse", f"{commit}:{name}").strip()


def _hunks(text: str) -> str:
    """Return what stands between the markers of conflicts; nothing for a file that one deleted."""
    shown, inside = [], False
    for number, line in enumerate(text.splitlines(), 1):
        inside = inside or line.startswith("<<<<<<<")
        if inside:
            shown.append(f"{number}: {line}")
        inside = inside and not line.startswith(">>>>>>>")
    return "\n".join(shown)
