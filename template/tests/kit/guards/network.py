"""Refuses to talk to anything but this machine, and the servers that variables of tests name."""

import asyncio
import ipaddress
import os
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from .. import origin
from ..refusal import refuse

_allowed: set[str] = set()
"""The addresses of the servers that are allowed by name."""


def is_outside(host: Any) -> bool:
    """Return whether a host is neither this machine nor that of a variable `TEST_..._URL`."""
    name = _name(host)
    if name == "localhost" or name in _allowed or name in _servers_of_tests():
        return False
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return True
    return not (address.is_loopback or address.is_unspecified)


def _name(host: Any) -> str:
    return host.decode() if isinstance(host, bytes) else str(host or "localhost")


def _servers_of_tests() -> set[str | None]:
    urls = (url for name, url in os.environ.items() if name.startswith("TEST_"))
    return {urlsplit(url).hostname for url in urls if "://" in url}


def _check(host: Any) -> None:
    if is_outside(host):
        refuse("network", host=_name(host), place=origin.place())


def pytest_configure(config: pytest.Config) -> None:
    """Watch every socket, and every question for the address of a name."""
    patch = pytest.MonkeyPatch()
    for name in ("connect", "connect_ex", "sendto"):
        patch.setattr(socket.socket, name, _checked(getattr(socket.socket, name)))
    ask, ask_in_loop = socket.getaddrinfo, asyncio.BaseEventLoop.getaddrinfo

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        _check(host)
        found = ask(host, *arguments, **options)
        _allowed.update(str(address[0]) for *_, address in found)
        return found

    async def getaddrinfo_in_loop(
        loop: asyncio.BaseEventLoop, host: Any, *arguments: Any, **options: Any
    ) -> Any:
        _check(host)  # here it is known whose work this is, and in the loop's thread it is not
        return await ask_in_loop(loop, host, *arguments, **options)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    patch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo_in_loop)
    config.add_cleanup(patch.undo)


def _checked(function: Callable[..., Any]) -> Callable[..., Any]:
    def checked(sock: socket.socket, *arguments: Any) -> Any:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            _check(arguments[-1][0])  # sendto() may have flags before the address
        return function(sock, *arguments)

    return checked
