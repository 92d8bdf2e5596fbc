"""Clients that keep their connection and wait for each answer: plain sockets, since they must cost little."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from sandbox.benches import frame

HOW_MANY: Final = 4


def measured(port: int, requests: Sequence[bytes]) -> tuple[float, list[float]]:
    """Seconds until all are answered, and what each waited. Raises RuntimeError for an answer that is not 200."""
    waits: list[list[float]] = [[] for _ in range(HOW_MANY)]
    wrong: list[bytes] = []
    some = [
        threading.Thread(target=_ask, args=(port, requests[number::HOW_MANY], waits[number].append, wrong.append))
        for number in range(HOW_MANY)
    ]
    with frame.stopwatch() as seconds:
        for client in some:
            client.start()
        for client in some:
            client.join()
    if wrong or sum(map(len, waits)) != len(requests):
        raise RuntimeError(f"not answered well: {wrong[:1]}")
    return seconds(), [each for own in waits for each in own]


def _ask(
    port: int, requests: Sequence[bytes], note: Callable[[float], None], complain: Callable[[bytes], None]
) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        for request in requests:
            began = time.perf_counter()
            line.sendall(request)
            answer = _answer(line)
            note(time.perf_counter() - began)
            if not answer.startswith(b"HTTP/1.1 200 "):
                complain(answer)
                return


def _answer(line: socket.socket) -> bytes:
    said = b""
    while b"\r\n\r\n" not in said:
        if not (more := line.recv(65536)):
            return said
        said += more
    head, _, body = said.partition(b"\r\n\r\n")
    length = next(int(part[15:]) for part in head.lower().split(b"\r\n") if part.startswith(b"content-length:"))
    while len(body) < length and (more := line.recv(65536)):
        body += more
    return head
