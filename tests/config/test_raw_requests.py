"""Bytes on a socket of the real server: what it refuses by itself is answered and logged as everything else is."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from config.up import children
from tests.rigs import processes
from tests.rigs.stack import answers, environment

pytestmark = [pytest.mark.live, pytest.mark.loopback]

HOST = "Host: localhost\r\n"
GARBAGE = {
    "no request": "hello\r\n\r\n",
    "no HTTP": "GET /hooks/secrettoken?q=ada@example.com XXTP/1.1\r\n\r\n",
    "odd method": f"ge t /hooks/secrettoken HTTP/1.1\r\n{HOST}\r\n",
    "long address": f"GET /hooks/secrettoken{'a' * 9000} HTTP/1.1\r\n{HOST}\r\n",
    "broken header": f"GET /hooks/secrettoken HTTP/1.1\r\n{HOST}secrettoken\r\n\r\n",
    "NUL in a header": f"GET /hooks/secrettoken HTTP/1.1\r\n{HOST}Cookie: secrettoken\0\r\n\r\n",
    "header too long": f"GET /hooks/secrettoken HTTP/1.1\r\n{HOST}A: {'secrettoken' * 900}\r\n\r\n",
    "length of a word": f"POST /hooks/secrettoken HTTP/1.1\r\n{HOST}Content-Length: many\r\n\r\n",
    "negative length": f"POST /hooks/secrettoken HTTP/1.1\r\n{HOST}Content-Length: -5\r\n\r\n",
    "two lengths": f"POST /hooks/secrettoken HTTP/1.1\r\n{HOST}Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "length and chunks": f"POST / HTTP/1.1\r\n{HOST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "unknown coding": f"POST /hooks/secrettoken HTTP/1.1\r\n{HOST}Transfer-Encoding: secrettoken\r\n\r\n",
    "utf-16": f"POST /account/login/ HTTP/1.1\r\n{HOST}Content-Type: a/b; charset=utf-16\r\nContent-Length: 0\r\n\r\n",
    "NUL in the address": f"GET /start/secrettoken%00 HTTP/1.1\r\n{HOST}\r\n",
    "chunks that are none": f"POST /account/login/ HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\nsecrettoken\r\n",
}
TIMES = 30


class Web(NamedTuple):
    port: int
    log: Path

    def say(self, raw: str) -> str:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as line:
            line.sendall(raw.encode("latin-1"))
            line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(65536), b"")).decode("latin-1")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The web process alone: nothing here may need a database."""
    folder, port = tmp_path_factory.mktemp("web"), processes.free_port()
    (folder / "static").mkdir()
    env, log = environment(folder, port, port, "", {}), folder / "web.log"
    process = processes.start(children.web("127.0.0.1", port).command, env=env, log=log)
    try:
        processes.until(lambda: answers(f"http://127.0.0.1:{port}/alive"), what="the web process answers")
        yield Web(port, log)
    finally:
        processes.stop(process)


def test_garbage_is_refused_with_every_header_and_without_a_name(web: Web) -> None:
    for name, raw in GARBAGE.items():
        head, _, body = web.say(raw).partition("\r\n\r\n")
        status, *headers = head.split("\r\n")

        assert status.split()[1] in ("400", "403", "404"), (name, head)
        told = {line.partition(": ")[0] for line in headers}
        assert {"Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Cache-Control"} <= told, name
        assert "27." not in head, name
        assert "secrettoken" not in body, name


def test_nobody_says_from_outside_where_the_desk_is_mounted(web: Web) -> None:
    """The server believes its own machine's proxies, and not all of them drop a name with an underscore."""
    told = web.say(f"GET /evil/alive HTTP/1.1\r\n{HOST}SCRIPT_NAME: /evil\r\nConnection: close\r\n\r\n")

    assert told.split()[1] == "404"


def test_a_flood_of_garbage_leaves_little_in_the_log(web: Web) -> None:
    for _ in range(TIMES):
        for raw in GARBAGE.values():
            web.say(raw)

    written = web.log.read_text()
    assert "secrettoken" not in written
    assert "ada@example.com" not in written
    assert "127.0.0.1" not in written.replace("http://127.0.0.1", "")
    assert "Traceback" not in written
    assert max(map(len, written.splitlines())) < 2000
    assert len(written.splitlines()) < 20 * 10  # four kinds, and a minute may end; not TIMES * len(GARBAGE)
