"""Answers that are changed later, on a project with a team's work in it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import template
from tests.shell import OWN_COMMANDS, run
from tests.template import Rendered
from tests.updates import team
from tests.updates.merging import merge
from tests.updates.projects import copy, git
from tests.updates.releases import Releases

# What a team has to merge by hand: the title that it has replaced, and in lifespan.py the import
# that it has put among those which come and go with `auth`.
BY_HAND = {"project_name": {"README.md"}, "auth": {"src/my_service/lifespan.py"}}


def other_features() -> list[list[str]]:
    """Return the features with each one taken away, or added; and none."""
    every = list(template.choices("features").values())
    default = template.questions()["features"]["default"]
    return [[], *([each for each in every if (each in default) != (each == one)] for one in every)]


def single_changes() -> list[dict[str, object]]:
    """Return every other answer to every question, one at a time; of free text, one of each."""
    changes: list[dict[str, object]] = []
    for name, question in template.questions().items():
        if name == "features":
            changes += [{name: answer} for answer in other_features()]
        elif name not in ("scope", "package_name"):  # tests beside this one
            answers = template.choices(name).values() or ["Something Else"]
            changes += [{name: one} for one in answers if one != question["default"]]
    return changes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Releases, Path]:
    """Return a template, and a project with the default answers: for copying only."""
    folder = tmp_path_factory.mktemp("answers")
    repository = Releases(folder / "template")
    repository.release_today()
    return repository, copy(repository.path, {}, folder / "project")


@pytest.fixture(scope="module")
def worked_on(
    made: tuple[Releases, Path],
    rendered: Callable[[str], Rendered],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return a project with the default answers and the work of a month, its last commit."""
    project = tmp_path_factory.mktemp("worked") / "project"
    shutil.copytree(made[1], project)
    team.work(Rendered(project, rendered("defaults").answers), None, project.parent)
    return project


@pytest.mark.parametrize("change", single_changes(), ids=str)
def test_changed_answer_conflicts_with_no_edit_of_a_month(
    change: dict[str, object], worked_on: Path, tmp_path: Path
) -> None:
    """Lines that teams add to have none beside them that an answer changes.

    This asks Git's merge, which makes the same tree as Copier's: see test_releases.py.
    """
    fresh = template.render(change, tmp_path / "fresh").path

    found = merge(worked_on, "HEAD~1", "HEAD", fresh).conflicts

    allowed = BY_HAND.get(next(iter(change)), set())
    assert {file: hunk for file, hunk in found.items() if file not in allowed} == {}


def test_scope_cannot_be_changed(made: tuple[Releases, Path], tmp_path: Path) -> None:
    """It would take a service away, or put one beside the one that exists."""
    repository, original = made
    service, kit = tmp_path / "service", tmp_path / "kit"
    shutil.copytree(original, service)
    option = "--answers-file=.copier-answers.oneloop.yml"
    copy(repository.path, {"scope": "tests"}, kit, option)

    taken = _refused(service, "--data=scope=tests")
    added = _refused(kit, "--data=scope=service", option)

    assert "add `-a .copier-answers.oneloop.yml` to the command" in taken
    assert "these are answers of a test kit: copy a service elsewhere" in added
    for project in (service, kit):
        assert git(project, "status", "--porcelain") == ""


def _refused(project: Path, *options: str) -> str:
    command = [str(OWN_COMMANDS / "copier"), "update", "--defaults", *options, str(project)]
    finished = run(command, folder=project)
    assert finished.code != 0
    return finished.output
