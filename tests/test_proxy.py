"""A rendered service behind a proxy that serves it under a path: what it names is right there.

Where nginx is installed it is the proxy, with the configuration of docs/running.md. Everywhere, a
client sends what such a proxy would send.
"""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from benchmarks.service import PASSWORD, service
from tests import template
from tests.servers import free_port, wait_for_port

PREFIX = "/shop"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")


class PrefixTransport(httpx2.HTTPTransport):
    """Sends requests as a proxy does: without the prefix, and with the address of the caller."""

    def __init__(self, upstream: httpx2.URL) -> None:
        """Send to the service at `upstream`."""
        super().__init__()
        self._upstream = upstream

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request to the service; `Host` stays that of the proxy."""
        path = request.url.raw_path
        assert path.startswith(PREFIX.encode())
        request.url = self._upstream.copy_with(raw_path=path.removeprefix(PREFIX.encode()))
        request.headers["X-Forwarded-For"] = "198.51.100.9"
        request.headers["X-Forwarded-Proto"] = "http"
        return super().handle_request(request)


@contextmanager
def requests_of_a_proxy(upstream: httpx2.URL, folder: Path) -> Iterator[httpx2.Client]:
    """Provide a client that is a proxy and its caller in one."""
    transport = PrefixTransport(upstream)
    with httpx2.Client(base_url=f"http://shop.example{PREFIX}", transport=transport) as client:
        yield client


@contextmanager
def nginx(upstream: httpx2.URL, folder: Path) -> Iterator[httpx2.Client]:
    """Run nginx with the configuration that the documentation shows."""
    port = free_port()
    page = (template.ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"(?s)```nginx\n(.*?)```", page)
    shown = shown.replace("127.0.0.1:8000", f"127.0.0.1:{upstream.port}")
    shown = shown.replace("listen 80;", f"listen 127.0.0.1:{port};")
    places = "".join(
        f"{name}_temp_path {folder / name};\n"
        for name in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off;\npid {folder / 'nginx.pid'};\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}{shown}}}\n",
        encoding="utf-8",
    )
    assert NGINX is not None
    with (folder / "nginx.log").open("wb") as log:
        process = subprocess.Popen([NGINX, "-c", configuration], stderr=log)
    try:
        wait_for_port(port, "nginx")
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}{PREFIX}") as client:
            yield client
    finally:
        process.terminate()
        process.wait()


PROXIES = [requests_of_a_proxy, *([nginx] if NGINX else [])]


@pytest.fixture(scope="module")
def upstream() -> Iterator[httpx2.URL]:
    """Serve the default project under a path."""
    settings = {"ROOT_PATH": PREFIX, "TRUSTED_PROXIES": "127.0.0.1"}
    with service(template.answers_of("defaults"), settings) as made:
        made.make_user("ada@example.com")
        with made.serving() as address:
            yield httpx2.URL(address)


@pytest.fixture(params=PROXIES, ids=lambda proxy: proxy.__name__)
def client(
    request: pytest.FixtureRequest, upstream: httpx2.URL, tmp_path: Path
) -> Iterator[httpx2.Client]:
    """Provide a client behind each proxy that there is."""
    with request.param(upstream, tmp_path) as client:
        yield client


def test_docs_page_and_what_it_loads_are_under_the_prefix(client: httpx2.Client) -> None:
    """The page would be blank otherwise."""
    page = client.get("/docs").raise_for_status().text
    loaded = [*re.findall(r'(?:src|href)="([^"]+)"', page), *re.findall(r"url: '([^']+)'", page)]
    assert len(loaded) == 4
    for address in loaded:
        assert address.startswith(f"{PREFIX}/")
        assert client.get(urljoin(str(client.base_url), address)).status_code == 200


def test_login_works_at_the_address_that_the_document_names(client: httpx2.Client) -> None:
    """So does every other operation, from the server that it names."""
    document = client.get("/openapi.json").raise_for_status().json()
    assert document["servers"] == [{"url": PREFIX}]
    (scheme,) = document["components"]["securitySchemes"].values()
    address = urljoin(str(client.base_url), scheme["flows"]["password"]["tokenUrl"])
    form = {"username": "ada@example.com", "password": PASSWORD}
    token = client.post(address, data=form).raise_for_status().json()["access_token"]
    credential = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/users/me", headers=credential).status_code == 200

    redirect = client.get("/api/v1/documents/", headers=credential)
    assert redirect.status_code == 307
    target = urljoin(str(redirect.url), redirect.headers["Location"])
    assert target == f"{str(client.base_url).rstrip('/')}/api/v1/documents"
    assert client.get(target, headers=credential).status_code == 200


def test_health_answers_without_the_proxy(upstream: httpx2.URL) -> None:
    """Probes ask the process itself, which knows no prefix."""
    assert httpx2.get(upstream.join("/health/ready")).status_code == 200
    assert httpx2.get(upstream.join(f"{PREFIX}/health/ready")).status_code == 404
