"""Addresses of databases as hosting prints them: in service, commands, dbmate and tests alike."""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from benchmarks.postgres import SOCKET, Postgres
from benchmarks.service import Server, Service, installed
from tests.servers import free_port
from tests.shell import run
from tests.tls import Authority, encrypted

PASSWORD = "p@ss:w/rd%"
ENCODED = "p%40ss%3Aw%2Frd%25"
HBA = "local all postgres trust\nlocal all all scram-sha-256\n"


@dataclass(frozen=True)
class Database:
    """A service, and a database that it reaches over TLS only, with a password."""

    service: Service
    port: int
    authority: Authority
    server: Postgres

    def address(
        self,
        parameters: str,
        password: str = ENCODED,
        *,
        host: str = "localhost",
        name: str = "app",
    ) -> str:
        """Return the address with these parameters."""
        return f"postgres://app:{password}@{host}:{self.port}/{name}?{parameters}"

    def output(self, *words: str, address: str) -> tuple[int, str]:
        """Run a command of the service on this address."""
        command = ["uv", "run", "--no-sync", *words]
        finished = run(command, folder=self.service.folder, environment={"DATABASE_URL": address})
        return finished.code, finished.output


@pytest.fixture(scope="module", params=["alembic", "dbmate"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """One service for each strategy: dbmate has a driver of its own."""
    answers = {"database": "postgres", "migrations": request.param, "auth": "none"}
    with installed(answers, {}) as made, tempfile.TemporaryDirectory(prefix="oneloop-tls-") as name:
        folder = Path(name)
        authority = Authority(folder)
        server = Postgres(made.folder, folder)
        server.create()
        (server.data / "pg_hba.conf").write_text(HBA, encoding="utf-8")
        server.start()
        try:
            server.sql(f"CREATE ROLE app LOGIN CREATEDB PASSWORD '{PASSWORD}'")
            server.sql("CREATE DATABASE app OWNER app")
            with encrypted(folder / SOCKET, authority.context) as port:
                yield Database(made, port, authority, server)
        finally:
            server.stop()


@pytest.mark.parametrize(("password", "mode"), [(PASSWORD, "require"), (ENCODED, "verify-full")])
def test_address_of_hosting_works_for_every_command(
    database: Database, password: str, mode: str
) -> None:
    """The hosted form: its own scheme, TLS, a parameter of another driver, any password."""
    root = f"&sslrootcert={database.authority.certificate}" if mode == "verify-full" else ""
    address = database.address(f"sslmode={mode}&channel_binding=require{root}", password)

    for command in ("migrate", "doctor"):
        code, output = database.output("my-service", command, address=address)
        assert code == 0, output
    assert "ok    schema: current" in output


def test_address_of_hosting_works_for_the_tests(database: Database) -> None:
    """They create their databases on that server."""
    address = database.address("sslmode=require&channel_binding=require")
    command = ["uv", "run", "--no-sync", "pytest", "-q", "tests/integration/test_health.py"]
    run(command, folder=database.service.folder, environment={"TEST_DATABASE_URL": address}).check()


@pytest.mark.parametrize(
    ("parameters", "password", "cause"),
    [
        ("sslmode=disable", ENCODED, "no encryption"),
        ("sslmode=require", "hunter2", 'password authentication failed for user "app"'),
        ("sslmode=verify-full&sslrootcert={another}", ENCODED, "certificate"),
        ("sslmode=require&sslmod=on", "hunter2", "may have only these parameters"),
    ],
)
def test_failure_names_its_cause_and_no_password(
    database: Database, parameters: str, password: str, cause: str
) -> None:
    """In one line, from every command."""
    parameters = parameters.format(another=database.authority.another)
    for command in ("migrate", "doctor"):
        address = database.address(parameters, password)
        code, output = database.output("my-service", command, address=address)
        assert code == 1
        assert cause in output
        assert "Traceback" not in output
        assert "hunter2" not in output
        assert ENCODED not in output
        assert PASSWORD not in output


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        ({"host": "no-such-host.invalid"}, r"gaierror|no such host|lookup"),
        ({"name": "missing"}, r'database "missing" does not exist'),
    ],
)
def test_wrong_place_is_named(database: Database, place: dict[str, str], cause: str) -> None:
    """A host or a database that is not there."""
    for command in ("migrate", "doctor"):
        address = database.address("sslmode=require", **place)
        code, output = database.output("my-service", command, address=address)
        assert code == 1
        assert re.search(cause, output), output
        assert "Traceback" not in output
        assert ENCODED not in output


BROKEN = {
    "28P01": ("ALTER ROLE app PASSWORD 'another'", f"ALTER ROLE app PASSWORD '{PASSWORD}'"),
    "53300": ("ALTER ROLE app CONNECTION LIMIT 0", "ALTER ROLE app CONNECTION LIMIT -1"),
    "3D000": ("ALTER DATABASE app RENAME TO away", "ALTER DATABASE away RENAME TO app"),
}
"""By its SQLSTATE, what happens to a database that a service uses, and what mends it."""


def test_service_that_loses_its_database_says_why_and_finds_it_again(database: Database) -> None:
    """Readiness and log name the cause, once for each change, while the process goes on."""
    address = database.address("sslmode=require")
    assert database.output("my-service", "migrate", address=address)[0] == 0
    server = Server(database.service, free_port())
    server.start(DATABASE_URL=address)
    try:
        assert _ready(server, 200)
        for breaks, mends in BROKEN.values():
            # No connection is left: what it did before has to fail.
            gone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'"
            database.server.sql(gone)
            database.server.sql(breaks)
            database.server.sql(gone)
            assert _ready(server, 503)
            database.server.sql(mends)
            assert _ready(server, 200)
    finally:
        server.kill()
    log = server.log.read_text(encoding="utf-8")
    causes = [line for line in log.splitlines() if "not ready" in line]
    assert [code for code in BROKEN if any(code in line for line in causes)] == list(BROKEN), log
    assert "Traceback" not in log
    assert "another" not in log
    assert PASSWORD not in log


def _ready(server: Server, status: int) -> bool:
    """Wait until readiness answers so."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(httpx2.TransportError):
            if httpx2.get(f"{server.address}/health/ready", timeout=5).status_code == status:
                return True
        time.sleep(0.1)
    return False
