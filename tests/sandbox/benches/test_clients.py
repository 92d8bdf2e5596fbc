"""The clients of a bench count what was answered, and an answer that is not 200 ends it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.benches import clients

pytestmark = pytest.mark.loopback
GET = b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n"


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[str] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_response(500 if self.path == "/13" else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *words: Any) -> None: ...


@pytest.fixture
def port() -> Iterator[int]:
    _Answers.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def test_each_request_is_answered_once(port: int) -> None:
    seconds, waits = clients.measured(port, [GET % number for number in range(10)])

    assert sorted(_Answers.seen) == sorted(f"/{number}" for number in range(10))
    assert len(waits) == 10
    assert seconds > 0


def test_a_wrong_answer_is_no_figure(port: int) -> None:
    with pytest.raises(RuntimeError, match="not answered well"):
        clients.measured(port, [GET % number for number in range(10, 20)])
