"""A month of a team's work survives every update, and conflicts only where Git's own merge does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import template
from tests.installed import Installed
from tests.template import Rendered
from tests.updates import releases, team
from tests.updates.merging import merge, tree
from tests.updates.projects import commit_all, conflicts, copy, git, update
from tests.updates.releases import LATER, TODAY, Releases


@dataclass(frozen=True)
class Case:
    """A project that was made at one release and is updated to another one."""

    answers: str
    start: str
    end: str

    @property
    def is_promised(self) -> bool:
        """Whether it starts at a release: before 0.1.0 only the merge itself is promised."""
        return self.start >= "0.1"

    def __str__(self) -> str:
        """Name the case as its test does."""
        return f"{self.answers}-{self.start}-{self.end}"


CASES = [
    *(Case("defaults", version, TODAY) for version in releases.history()),
    *(Case("postgres-dbmate-session", version, TODAY) for version in [*releases.history()][-1:]),
    *(Case(name, TODAY, LATER) for name in template.ONE_OF_EACH_STYLE),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_update_keeps_the_work_of_a_month(
    case: Case,
    rendered: Callable[[str], Rendered],
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    record_property: Callable[[str, object], None],
) -> None:
    """The tree is the one of Git's own merge, and style, layers and collection are in order."""
    answers = rendered(case.answers).answers
    commit = releases.history().get(case.start)
    repository = Releases(tmp_path / "template")
    if commit is None:
        repository.release_today()
    else:
        repository.release_commit(case.start, commit)
    project = copy(repository.path, answers, tmp_path / "project")
    start = git(project, "rev-parse", "HEAD").strip()
    team.work(Rendered(project, answers), commit, tmp_path / "domain")
    done = git(project, "rev-parse", "HEAD").strip()

    repository.release_today() if case.end == TODAY else repository.release_later()
    update(project)

    fresh = copy(repository.path, answers, tmp_path / "fresh")
    expected = merge(project, start, done, fresh)
    found = conflicts(project)
    assert found == [*expected.conflicts]
    assert not found or not case.is_promised, expected.conflicts
    edits = git(project, "diff", "--shortstat", "--no-renames", start, done).strip()
    result = f"conflicts as in Git's merge: {', '.join(found)}" if found else "merged"
    record_property("update", (case.answers, case.start, case.end, edits, result))
    if found:
        return
    assert tree(project, project) == expected.tree
    assert team.lost(project, start, done) == []
    commit_all(project, "Update from the template")
    assert git(project, "status", "--porcelain") == ""
    if not case.is_promised:
        return
    installed = Installed(project, tmp_path_factory.getbasetemp())
    for words in installed.checks():
        if words[0] not in {"mypy", "pyright"}:
            installed.uv("run", *words)
    installed.uv("run", "pytest", "-q", "--collect-only")
