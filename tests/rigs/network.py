"""The outer world is faked at the HTTP level; nothing else leaves this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
import responses

PUBLIC_ADDRESS = "93.184.215.14"  # what any name resolves to here; nothing is ever sent to it
LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


@pytest.fixture(autouse=True)
def network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    """An unregistered call fails the test, an unused answer fails it too.

    Mark a test `loopback` to let it speak to servers that it started itself on this machine.
    """
    _keep_at_home(monkeypatch)
    with responses.RequestsMock(assert_all_requests_are_fired=True) as mock:
        if request.node.get_closest_marker("loopback"):
            for host in ("http://127.0.0.1", "http://localhost"):
                mock.add_passthru(host)
        yield mock
        stray = [call.request.url for call in mock.calls if _was_unregistered(call.response)]
        if stray:
            pytest.fail(f"unregistered calls: {stray}")


def _was_unregistered(answer: Any) -> bool:
    return isinstance(answer, Exception) and "Connection refused by Responses" in str(answer)


def _keep_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names resolve without asking anybody, and no socket leaves this machine."""
    really_connect, really_resolve = socket.socket.connect, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        really_connect(self, address)

    def resolve(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host is None or str(host).startswith(LOOPBACK):
            return really_resolve(host, port, *args, **kwargs)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC_ADDRESS, int(port or 0)))]

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
