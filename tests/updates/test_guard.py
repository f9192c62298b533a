"""A guard on the future: what is on disk merges with what teams have done since the last release.

Where it fails, it names file and lines. Move the change to where no team edits; if it has to be
there, the release is a major one, and the changelog says what to do by hand.

Until 0.1.0 is released, the branch point from main stands for the last release.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.template import Rendered
from tests.updates import releases, team
from tests.updates.merging import merge
from tests.updates.projects import copy, git
from tests.updates.releases import LATER, Releases

VERSION, COMMIT = releases.last()
CONFLICTING = [
    # What the team replaces, deletes, and adds lines beside.
    ("README.md", "# {{ project_name }}\n", "# {{ project_name }} again\n", "# My Service again"),
    (".pre-commit-config.yaml", "repos:", "repos: # none", ""),
    ("tests/builders.py", "async def _store(", "async def _keep(", "async def _keep("),
]


@pytest.mark.parametrize("name", ["defaults", "postgres-dbmate-session"])
def test_template_conflicts_with_no_edit_of_a_month(
    name: str, rendered: Callable[[str], Rendered], tmp_path: Path
) -> None:
    """On a project of the last release."""
    repository = Releases(tmp_path / "template")
    repository.release_commit(VERSION, COMMIT)

    found = conflicts_of(repository, rendered(name), COMMIT, tmp_path)

    if found:
        hunks = "\n".join(f"{file}\n{hunk}" for file, hunk in found.items())
        pytest.fail(f"this conflicts with what teams have edited since {VERSION}:\n{hunks}", False)


def test_guard_names_file_and_lines(rendered: Callable[[str], Rendered], tmp_path: Path) -> None:
    """Of a change that does conflict."""
    repository = Releases(tmp_path / "template")
    repository.release_today()
    changed = Releases(tmp_path / "changed")
    changed.release_today()
    for file, old, new, _ in CONFLICTING:
        changed.edit(file, old, new)
    changed.release(LATER)
    path = copy(changed.path, rendered("defaults").answers, tmp_path / "rendering")

    found = conflicts_of(repository, Rendered(path, rendered("defaults").answers), None, tmp_path)

    assert {file: words in found[file] for file, _, _, words in CONFLICTING} == {
        file: True for file, *_ in CONFLICTING
    }
    assert found.keys() == {file for file, *_ in CONFLICTING}


def conflicts_of(
    repository: Releases, fresh: Rendered, commit: str | None, folder: Path
) -> dict[str, str]:
    """Merge a month of work on a project of the last release with a fresh rendering."""
    project = copy(repository.path, fresh.answers, folder / "project")
    start = git(project, "rev-parse", "HEAD").strip()
    team.work(Rendered(project, fresh.answers), commit, folder / "domain")
    answers_file = ".copier-answers.yml"  # it holds the path of the template and its release
    found = merge(project, start, "HEAD", fresh.path).conflicts
    return {file: hunk for file, hunk in found.items() if file != answers_file}
