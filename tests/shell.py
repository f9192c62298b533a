"""Commands, run as a person would type them: in a folder, with a clean environment."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

OWN_COMMANDS = Path(sys.prefix) / "bin"
TAIL = 80
_KEPT = ("HOME", "LANG", "NODE_EXTRA_CA_CERTS", "TMPDIR", "USER", "CI")
_KEPT_PREFIXES = ("LC_", "NPM_CONFIG_", "SSL_", "UV_", "XDG_", "npm_config_")
_DROPPED = ("UV_FROZEN", "UV_LOCKED", "UV_NO_SYNC", "UV_PROJECT_ENVIRONMENT")


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    command: str
    code: int
    output: str

    def check(self) -> str:
        """Return the output, or fail the test with its last lines."""
        if self.code != 0:
            tail = "\n".join(self.output.splitlines()[-TAIL:])
            pytest.fail(f"`{self.command}` ended with {self.code}:\n{tail}", pytrace=False)
        return self.output


def clean_environment(**extra: str) -> dict[str, str]:
    """Return an environment without this test run in it.

    Pytest, xdist and the virtual environment of this repository leave variables that would change
    what a rendered project does; so would a DATABASE_URL of the person who runs the tests.
    """
    path = [place for place in os.environ["PATH"].split(os.pathsep) if Path(place) != OWN_COMMANDS]
    if "UV" in os.environ:  # `uv run` tells where uv is; it need not be on PATH
        path.append(str(Path(os.environ["UV"]).parent))
    kept = {
        name: value
        for name, value in os.environ.items()
        if (name in _KEPT or name.startswith(_KEPT_PREFIXES) or name.lower().endswith("_proxy"))
        and name not in _DROPPED
    }
    return {**kept, "PATH": os.pathsep.join(path), **extra}


def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    timeout: float = 300,
    environment: Mapping[str, str] | None = None,
    stdin: str = "",
) -> Finished:
    """Run a command without a terminal; after `timeout` seconds end it with all it started."""
    words = [str(word) for word in command]
    with subprocess.Popen(
        words,
        cwd=folder,
        env=clean_environment(**(environment or {})),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            output += f"\n(ended after {timeout:.0f} s)"
    return Finished(shlex.join(words), process.returncode, output)
