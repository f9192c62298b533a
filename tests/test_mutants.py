"""The seeded bugs fit the template, and a few of them are let loose.

`uv run python -m tests.mutants` lets all of them loose.
"""

from collections import Counter
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest
import yaml

from tests import template
from tests.mutants import catalogue
from tests.mutants.hunt import Habitat, Verdict

AT_LEAST = dict.fromkeys(catalogue.STYLES, 60) | {catalogue.OVERLAY: 20}
"""Bugs in every style."""

ALL = [*catalogue.mutants(), *catalogue.overlay_mutants()]


def test_every_bug_has_a_name_of_its_own() -> None:
    """A bug is found by its name."""
    names = Counter(mutant.name for mutant in ALL)
    assert {name for name, times in names.items() if times > 1} == set()


def test_every_bug_is_tried_somewhere() -> None:
    """None asks for answers that no project has."""
    tried = {mutant.name for style in catalogue.STYLES for mutant, _ in catalogue.of_style(style)}
    assert {mutant.name for mutant in ALL} - tried == set()


@pytest.mark.parametrize("style", catalogue.STYLES)
def test_every_bug_fits(style: str, tmp_path: Path) -> None:
    """Its texts are found exactly once, and what comes of them is still Python."""
    projects = {
        name: catalogue.render(style, name, tmp_path / name) for name in catalogue.PROJECTS[style]
    }
    bugs = catalogue.of_style(style)
    assert len(bugs) >= AT_LEAST[style]
    complaints = {mutant.name: _complaint(mutant, projects[project]) for mutant, project in bugs}
    assert {name: said for name, said in complaints.items() if said} == {}


@pytest.mark.parametrize("style", catalogue.STYLES)
def test_one_bug_is_noticed(style: str, tmp_path: Path) -> None:
    """One bug for each style, which stays the same until bugs come or go."""
    bugs = [mutant for mutant, project in catalogue.of_style(style) if project == style]
    chosen = min(bugs, key=lambda mutant: crc32(f"{style} {mutant.name}".encode()))
    with closing(Habitat(style, style, tmp_path / style)) as habitat:
        outcome = habitat.try_out(chosen, style)
    assert outcome.verdict is Verdict.KILLED, str(outcome)


def test_the_nightly_job_tries_every_style() -> None:
    """The matrix of the workflow is the catalogue's list of styles."""
    path = template.ROOT / ".github" / "workflows" / "nightly.yml"
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]

    assert jobs["mutants"]["strategy"]["matrix"]["auth"] == [*catalogue.STYLES]


def _complaint(mutant: catalogue.Mutant, project: Path) -> str | None:
    """Return why a bug does not fit into a project; None if it does."""
    try:
        before = mutant.apply(project)
    except ValueError as error:
        return str(error)
    try:
        for path in before:
            compile(path.read_text(encoding="utf-8"), path, "exec")
    except SyntaxError as error:
        return str(error)
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
    return None
