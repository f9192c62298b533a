"""The Pythons on this machine that a rendered service may run on."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.template import choices

CURRENT = f"{sys.version_info.major}.{sys.version_info.minor}"


@cache
def installed() -> dict[str, Path]:
    """Map each supported version that is installed (`3.12`) to its interpreter.

    uv knows its own Pythons and those on PATH; pyenv hides the others behind its shims.
    """
    found: dict[str, Path] = {}
    for path in [*_known_to_uv(), *_known_to_pyenv()]:
        version = _version(path)
        if version in choices("python_version").values():
            found.setdefault(str(version), path)
    return dict(sorted(found.items()))


def _known_to_uv() -> list[Path]:
    command = [os.environ.get("UV", "uv"), "python", "list", "--only-installed"]
    listed = subprocess.run(
        [*command, "--output-format=json"], check=True, capture_output=True, text=True
    ).stdout
    return [Path(entry["path"]) for entry in json.loads(listed)]


def _known_to_pyenv() -> list[Path]:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return sorted(root.glob("versions/*/bin/python"))


def _version(python: Path) -> str | None:
    """Ask an interpreter for its version; None if it does not run, as a shim may not."""
    program = "import sys; print('{}.{}'.format(*sys.version_info))"
    asked = subprocess.run([python, "-c", program], check=False, capture_output=True, text=True)
    return asked.stdout.strip() if asked.returncode == 0 else None
