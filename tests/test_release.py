"""A release is tagged only where it is prepared: version, date, notes, and what to do by hand."""

from pathlib import Path

import pytest
import yaml

from tests import template
from tools.release import NotPrepared, notes, version

PREPARED = """# Changelog

## Unreleased

## 1.2.0 - 2027-01-31

### Added

- Something.

### Update notes

- Nothing.

## 1.1.0 - 2026-12-01

### Fixed

- Something else.
"""


def test_notes_are_the_section_of_the_version() -> None:
    """Not that of another one, whatever its dots could match."""
    assert notes(PREPARED, "1.2.0").startswith("### Added\n\n- Something.")
    assert "Something else" not in notes(PREPARED, "1.2.0")
    with pytest.raises(NotPrepared, match="no section"):
        notes(PREPARED.replace("1.2.0", "1x2.0"), "1.2.0")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("## 1.2.0 - 2027-01-31", "## 1.2.0", 'has no section "## 1.2.0 - <date>": add it'),
        ("## Unreleased\n", "## Unreleased\n\n- Left.\n", 'Move what is below "## Unreleased"'),
        ("### Update notes", "### Changed", "say what to do by hand"),
    ],
    ids=["date", "unreleased", "update notes"],
)
def test_release_that_is_not_prepared_is_refused(old: str, new: str, says: str) -> None:
    """With what is missing."""
    with pytest.raises(NotPrepared, match=says):
        notes(PREPARED.replace(old, new), "1.2.0")


def test_version_is_in_one_place() -> None:
    """The changelog, once released, and the tag take it from pyproject.toml."""
    pyproject = (template.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert pyproject.count(f'"{version(pyproject)}"') == 1


def test_workflow_tags_only_what_passes() -> None:
    """All jobs of CI come first, and the notes are those of the changelog."""
    path: Path = template.ROOT / ".github" / "workflows" / "release.yml"
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["jobs"]["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert workflow["jobs"]["release"]["needs"] == "ci"
    steps = [step.get("run", "") for step in workflow["jobs"]["release"]["steps"]]
    assert any("tools.release > notes.md" in step for step in steps)
    assert any("gh release create" in step and "--notes-file notes.md" in step for step in steps)
