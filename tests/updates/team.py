"""What a team does in a month: on top of what was rendered, and committed."""

from pathlib import Path

from tests import overlays
from tests.template import Rendered
from tests.updates import releases
from tests.updates.projects import commit_all, git

MONTH = Path(__file__).parent / "month"
DELETED = (".pre-commit-config.yaml",)
DOMAIN = "tests/overlays/bookings"


def work(project: Rendered, commit: str | None, folder: Path) -> None:
    """Add the second domain as it fitted the release, edit, add and delete other files.

    `commit` is that of the release, `folder` is where its second domain may be put.
    """
    domain = overlays.HERE
    if commit is not None:
        folder.mkdir()
        releases.extract(commit, folder, DOMAIN)
        domain = folder / DOMAIN
    overlays.lay(project, domain)
    overlays.lay(project, MONTH)
    for file in DELETED:
        (project.path / file).unlink()
    commit_all(project.path, "What the team did")


def lost(project: Path, start: str, done: str) -> list[str]:
    """Name the team's work between two commits that is no longer in the folder."""
    names = git(project, "diff", "--name-only", "--no-renames", start, done).split()
    return [problem for name in names if (problem := _lost_in(project, name, start, done))]


def _lost_in(project: Path, name: str, start: str, done: str) -> str:
    added = [
        line[1:]
        for line in git(
            project, "diff", "-U0", "--no-renames", start, done, "--", name
        ).splitlines()
        if line.startswith("+") and not line.startswith("+++ ")
    ]
    path = project / name
    if not added:
        return f"{name} is back" if path.exists() else ""
    if not path.exists():
        return f"{name} is gone"
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    gone = [line for line in added if line not in lines]  # in the same order
    return f"{name}: {gone[0]}" if gone else ""
