"""Clients that others make work with a rendered service: generated ones, and one of OAuth2."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client

from benchmarks.service import PASSWORD, service
from tests import template
from tests.shell import OWN_COMMANDS, run

CLIENTS = Path(__file__).with_name("clients")
# The Node.js of a wheel: not every machine has one.
NODE = {"PATH": f"{OWN_COMMANDS}{os.pathsep}{os.environ['PATH']}"}


@dataclass(frozen=True)
class Served:
    """A served project, and where its OpenAPI document is stored."""

    address: str
    document: Path

    @property
    def password_flow(self) -> dict[str, str]:
        """Return what the document says about OAuth2, with whole addresses."""
        document = json.loads(self.document.read_text(encoding="utf-8"))
        (scheme,) = document["components"]["securitySchemes"].values()
        flow = scheme["flows"]["password"]
        return {name: urljoin(self.address, flow[name]) for name in ("tokenUrl", "refreshUrl")}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the default project, with a user for each client and few requests for each."""
    document = tmp_path_factory.mktemp("document") / "openapi.json"
    with service(template.answers_of("defaults"), {"RATE_LIMIT": "40/minute"}) as made:
        for name in ("typescript", "python", "oauth2"):
            made.make_user(f"{name}@example.com")
        with made.serving() as address:
            document.write_text(httpx2.get(f"{address}/openapi.json").text, encoding="utf-8")
            yield Served(address, document)


def test_generated_typescript_client(served: Served, tmp_path: Path) -> None:
    """Its types say what is true, to the strictest compiler, and Redocly finds no error."""
    folder = tmp_path / "client"
    shutil.copytree(CLIENTS / "typescript", folder)

    def node(*words: str | Path) -> str:
        return run(words, folder=folder, environment=NODE).check()

    node("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent")
    assert node("node", "lint.mjs", served.document) == ""
    node("npx", "openapi-typescript", served.document, "--output", "schema.d.ts")
    node("npx", "tsc")
    walked = node("node", "built/walk.js", served.address, "typescript@example.com", PASSWORD)
    assert walked == "walked\n"


def test_generated_python_client(served: Served, tmp_path: Path) -> None:
    """Its types say what is true, to mypy."""
    shutil.copy(CLIENTS / "python" / "walk.py", tmp_path)
    generate = ["openapi-python-client", "generate", "--meta=none", "--output-path=client"]
    run([*generate, f"--path={served.document}"], folder=tmp_path, environment=NODE).check()
    mypy = OWN_COMMANDS / "mypy"
    run([mypy, "--strict", "--follow-imports=silent", "walk.py"], folder=tmp_path).check()
    words = [sys.executable, "walk.py", served.address, "python@example.com", PASSWORD]
    assert run(words, folder=tmp_path).check() == "walked\n"


def test_oauth2_client_logs_in_and_refreshes_by_itself(served: Served) -> None:
    """At the addresses that the document names, and it tells a refusal from a token."""
    flow = served.password_flow
    client = OAuth2Client("any", token_endpoint=flow["refreshUrl"], leeway=3600)
    login = {"username": "oauth2@example.com", "password": PASSWORD}
    with client:
        first = client.fetch_token(flow["tokenUrl"], grant_type="password", **login)
        # Its leeway is longer than the token is good: it refreshes before the request.
        assert client.get(f"{served.address}/api/v1/users/me").status_code == 200
        assert client.token["refresh_token"] != first["refresh_token"]

        with pytest.raises(OAuthError) as refused:
            client.refresh_token(flow["refreshUrl"], refresh_token="unknown")
        assert refused.value.error == "invalid_grant"
        with pytest.raises(OAuthError) as refused:
            client.fetch_token(flow["tokenUrl"], grant_type="password", **login | {"password": "x"})
        assert refused.value.error == "invalid_grant"
