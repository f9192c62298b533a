"""Prints the notes of the release that pyproject.toml names: its section of CHANGELOG.md.

    uv run python -m tools.release

It ends with one sentence where the release is not prepared: the workflow tags what passes this.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECTION = r"(?ms)^## {version} - \d{{4}}-\d\d-\d\d\n+(?P<notes>.+?)(?=^## |\Z)"
UNRELEASED = re.compile(r"(?ms)^## Unreleased\n(?P<notes>.*?)(?=^## |\Z)")


class NotPrepared(Exception):
    """The release cannot be made; the message says what to do."""


def version(pyproject: str) -> str:
    """Return the version that pyproject.toml names: the one place that has it."""
    return str(tomllib.loads(pyproject)["project"]["version"])


def notes(changelog: str, version: str) -> str:
    """Return the notes of a version. Raise `NotPrepared`."""
    section = re.search(SECTION.format(version=re.escape(version)), changelog)
    if section is None:
        raise NotPrepared(f'CHANGELOG.md has no section "## {version} - <date>": add it.')
    left = UNRELEASED.search(changelog)
    if left is not None and left["notes"].strip():
        raise NotPrepared(f'Move what is below "## Unreleased" in CHANGELOG.md to {version}.')
    if "### Update notes" not in section["notes"]:
        raise NotPrepared(
            f'The section {version} of CHANGELOG.md has no "### Update notes": say what to do by '
            "hand after `copier update`, or that there is nothing."
        )
    return section["notes"].strip()


def main() -> None:
    """Print the notes, or why there are none."""
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    try:
        print(notes(changelog, version(pyproject)))
    except NotPrepared as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
