"""The real WSGI application without a socket: what gunicorn would call, from gate to page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client

from config.gate import Gate


@dataclass
class Reply:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Front:
    """`ask(method, path, body, **environ)`: percent-escapes of `path` are decoded already; `as_`: whose cookies."""

    def __init__(self, application: Any) -> None:
        self.application = application

    def ask(self, method: str, path: str, body: bytes = b"", *, as_: Client | None = None, **environ: Any) -> Reply:
        where, _, query = path.partition("?")
        told = {
            "REQUEST_METHOD": method, "PATH_INFO": where, "QUERY_STRING": query, "SERVER_NAME": "testserver",
            "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(body), "wsgi.errors": BytesIO(), "wsgi.multithread": True,
            "wsgi.multiprocess": False, "wsgi.run_once": False, "wsgi.version": (1, 0), "SCRIPT_NAME": "",
            "CONTENT_LENGTH": str(len(body)) if body else "",
        }  # fmt: skip
        if as_ is not None:
            told["HTTP_COOKIE"] = "; ".join(f"{name}={morsel.value}" for name, morsel in as_.cookies.items())
        reply = Reply()

        def start(line: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
            reply.status, reply.headers = int(line.split()[0]), dict(headers)

        answer = self.application(told | environ, start)
        reply.body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return reply


@pytest.fixture
def front(db: None) -> Iterator[Front]:
    """Its requests share the test's transaction, as those of the test client do."""
    application = Gate(get_wsgi_application())  # config.wsgi starts threads besides
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Front(application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
