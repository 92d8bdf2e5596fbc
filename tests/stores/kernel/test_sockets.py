"""The same over real sockets: what a fake cannot tell (when the first byte leaves, what drips, what TLS says)."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from stores.kernel.errors import OutcomeUnknown, RemoteUnavailable
from stores.kernel.http import network
from stores.kernel.http.transport import HttpTransport, Timeouts

LOOPBACK = network.Egress.allowing(["127.0.0.0/8"])
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
pytestmark = [pytest.mark.loopback, pytest.mark.usefixtures("unmocked")]


@contextmanager
def server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """One connection at a time, answered by `answer`; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                peer, _ = listening.accept()
            except OSError:
                return
            with peer, suppress(OSError):
                answer(peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        ended.set()
        listening.shutdown(socket.SHUT_RDWR)  # wakes the accept; closing alone would not
        listening.close()


def transport(*, whole: float = 5, read: float = 5) -> HttpTransport:
    limits = Timeouts(connect=1, read=read, whole=whole)
    return HttpTransport(network.open_session(LOOPBACK), egress=LOOPBACK, limits=limits, read_tries=1)


def drip_body(peer: socket.socket) -> None:
    peer.recv(65536)
    peer.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
    drip(peer)


def drip_headers(peer: socket.socket) -> None:
    peer.recv(65536)
    peer.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(peer)


def drip(peer: socket.socket) -> None:
    for _ in range(1000):
        peer.sendall(b" ")
        threading.Event().wait(0.05)


@pytest.mark.parametrize("slowly", [drip_body, drip_headers])
def test_a_dripping_answer_ends_at_the_deadline(slowly):
    with server(slowly) as host:
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            transport(whole=0.4).send("POST", f"http://{host}/", json={}, effect=True)

    assert time.monotonic() - began < 2


def test_a_refused_connection_sent_nothing():
    with server(lambda peer: None) as host:
        pass

    with pytest.raises(RemoteUnavailable) as caught:
        transport().send("POST", f"http://{host}/", json={}, effect=True)

    assert caught.value.code == "unreachable"


def test_a_failing_handshake_sent_nothing():
    plain = server(lambda peer: peer.sendall(b"HTTP/1.1 400 This is not TLS\r\n\r\n"))
    with plain as host, pytest.raises(RemoteUnavailable) as caught:
        transport().send("POST", f"https://{host}/", json={}, effect=True)

    assert caught.value.code == "unreachable"


def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    heard = []

    def answer(peer: socket.socket) -> None:
        with context.wrap_socket(peer, server_side=True) as safe:
            heard.append(safe.recv(65536))

    with server(answer) as host, pytest.raises(RemoteUnavailable):
        transport().send("POST", f"https://{host}/", json={}, effect=True)

    assert b"".join(heard) == b""


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"nonsense\r\n\r\n"])
def test_a_drop_after_sending_is_unknown(said):
    def answer(peer: socket.socket) -> None:
        peer.recv(65536)
        peer.sendall(said)

    with server(answer) as host, pytest.raises(OutcomeUnknown):
        transport().send("POST", f"http://{host}/", json={}, effect=True)


def test_a_silent_server_is_a_timeout_and_unknown():
    with server(lambda peer: drip_nothing(peer)) as host, pytest.raises(OutcomeUnknown):
        transport(read=0.3).send("POST", f"http://{host}/", json={}, effect=True)


def drip_nothing(peer: socket.socket) -> None:
    peer.recv(65536)
    threading.Event().wait(1)


def test_a_whole_answer_comes_through_and_the_connection_is_used_again():
    seen: list[bytes] = []
    connections = []

    def answer(peer: socket.socket) -> None:
        connections.append(peer)
        while asked := peer.recv(65536):
            seen.append(asked)
            if asked.endswith(b"{}"):  # head and body may come in two pieces
                peer.sendall(HEAD + b"Content-Length: 11\r\n\r\n" + b'{"ok":true}')

    with server(answer) as host:
        way = transport()
        answers = [way.send("POST", f"http://{host}/", json={}, effect=True).body for _ in range(3)]

    assert answers == [{"ok": True}] * 3
    assert b"".join(seen).count(b"POST / ") == 3
    assert len(connections) == 1
    assert b"Host: 127.0.0.1" in seen[0]
