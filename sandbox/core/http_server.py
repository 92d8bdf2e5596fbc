"""The sandbox over real HTTP/1.1: a thread a connection, kept alive; faults happen on the socket itself."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import requests

from sandbox.core.messages import Reply, Request, json_reply
from sandbox.core.router import handle
from sandbox.core.world import World

logger = logging.getLogger(__name__)
MAX_BODY = 5_000_000  # bytes
PULSE_SECONDS = 0.25  # how often what is due is run and webhooks are sent without a request
DRIP_SECONDS = 0.05  # between two bytes


class Server(ThreadingHTTPServer):
    """Listens on loopback; `stop()` from any thread ends it."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, world: World, port: int, host: str = "127.0.0.1") -> None:
        self.world = world
        self.stopping = threading.Event()
        super().__init__((host, port), Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def run(self) -> None:
        """Serves until stopped; closes the world."""
        pulse = threading.Thread(target=self._beat, name="sandbox-pulse", daemon=True)
        pulse.start()
        try:
            self.serve_forever(poll_interval=0.1)
        finally:
            self.stopping.set()
            pulse.join(5)
            self.server_close()

    def stop(self) -> None:
        """Safe inside a signal handler: shutdown() waits, so it gets a thread."""
        self.stopping.set()
        threading.Thread(target=self.shutdown, daemon=True).start()

    def _beat(self) -> None:
        http = requests.Session()
        http.trust_env = False
        while not self.stopping.wait(PULSE_SECONDS):
            try:
                self.world.tick()
                self.world.hooks.deliver_due(http)
            except Exception:
                logger.exception("sandbox pulse failed")


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    timeout = 300  # seconds an idle connection is kept
    no_body: ClassVar[frozenset[str]] = frozenset({"GET", "HEAD", "DELETE"})

    def answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_BODY or "chunked" in self.headers.get("Transfer-Encoding", ""):
            self.close_connection = True
            self._send(json_reply(413, {"errors": "Payload Too Large"}))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(length))
        path, _, query = self.path.partition("?")
        self._travel(handle(self.server.world, Request(self.command, path, headers, body, query=query)))

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815  names that http.server calls

    def _travel(self, reply: Reply) -> None:
        """Lets the reply go its way, or not."""
        if reply.delivery in ("hang", "delay"):
            self.server.stopping.wait(reply.seconds)
        if reply.delivery in ("refuse", "drop", "reset", "hang"):
            self._die(is_reset=reply.delivery == "reset")
        elif reply.delivery == "drip":
            self._drip(reply)
        else:
            self._send(reply, is_cut=reply.delivery == "cut")

    def _head(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()

    def _send(self, reply: Reply, *, is_cut: bool = False) -> None:
        self._head(reply)
        self.wfile.write(reply.body[: len(reply.body) // 2] if is_cut else reply.body)
        self.wfile.flush()
        if is_cut:
            self._die(is_reset=False)

    def _drip(self, reply: Reply) -> None:
        self._head(reply)
        for place in range(len(reply.body)):
            self.wfile.write(reply.body[place : place + 1])
            self.wfile.flush()
            if self.server.stopping.wait(reply.seconds or DRIP_SECONDS):
                break

    def _die(self, *, is_reset: bool) -> None:
        self.close_connection = True
        if is_reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            self.connection.shutdown(socket.SHUT_RDWR)

    def handle(self) -> None:
        """A client that goes away is no error of ours."""
        try:
            super().handle()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def finish(self) -> None:
        """The thread ends with its connection, and so does its hold on the world's file."""
        super().finish()
        self.server.world.store.release()

    def log_message(self, format: str, *args: object) -> None:
        """Silent: the world counts requests."""
