"""Runs pytest again and again in one project, without loading the libraries anew each time.

It runs in the environment of the project, so it imports nothing of this repository. Each line of
its input is a JSON list: a time limit in seconds, a file for the output, the arguments. Each line
of its output is the exit code. A child is born with the libraries loaded, and loads the project.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

LIBRARIES = (
    "aiosqlite",
    "alembic.command",
    "argon2",
    "asyncpg",
    "email_validator",
    "fastapi",
    "hypothesis",
    "jwt",
    "limits.aio.storage",
    "pwdlib.hashers.argon2",
    "pydantic_settings",
    "pytest",
    "redis.asyncio",
    "schemathesis",
    "sqlalchemy.ext.asyncio",
    "starlette.testclient",
    "structlog",
    "typer",
    "uvicorn",
)
TIMED_OUT = -signal.SIGKILL


def main() -> None:
    """Load, and run what the input says."""
    for name in LIBRARIES:
        with suppress(ImportError):
            import_module(name)
    for line in sys.stdin:
        seconds, output, arguments = json.loads(line)
        child = os.fork()
        if child == 0:
            _be_pytest(output, arguments)
        print(_wait(child, seconds), flush=True)


def _be_pytest(output: str, arguments: Sequence[str]) -> None:
    import pytest  # of the project

    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream in (1, 2):
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream)
    sys.path.insert(0, str(Path.cwd()))  # the filters of warnings name classes of the project
    code = int(pytest.main([*arguments, "-W", "ignore::pytest.PytestAssertRewriteWarning"]))
    sys.stdout.flush()
    os._exit(code)


def _wait(child: int, seconds: float) -> int:
    """Wait for the end of a child, and then of all that it has started."""
    deadline = time.monotonic() + seconds
    code = None
    while code is None and time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
        else:
            time.sleep(0.05)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if code is None:
        os.waitpid(child, 0)
        return TIMED_OUT
    return code


if __name__ == "__main__":
    main()
