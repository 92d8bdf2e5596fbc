"""`requests` without sockets: session.mount("https://", InProcess(world)) and every call is answered in process."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from sandbox.core.messages import Reply, Request
from sandbox.core.router import handle
from sandbox.core.world import World


class InProcess(HTTPAdapter):
    """Answers prepared requests from a world. Delays, hangs and drops become what `requests` would raise, at once."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        reply = handle(self.world, asked(request))
        if reply.delivery in ("delay", "drip"):
            reply = late(reply, read_timeout(timeout), request)
        if reply.delivery in RAISED:
            raise RAISED[reply.delivery](f"sandbox: {reply.delivery}", request=request)
        return self.build_response(request, raw(reply))


RAISED: dict[str, type[requests.RequestException]] = {
    "refuse": requests.ConnectionError,
    "drop": requests.ConnectionError,
    "reset": requests.ConnectionError,
    "hang": requests.ReadTimeout,
}


def asked(request: requests.PreparedRequest) -> Request:
    parts = urlsplit(request.url or "")
    headers = {name.lower(): str(value) for name, value in request.headers.items()}
    headers.setdefault("host", parts.netloc)
    body = request.body or b""
    raw_body = body.encode() if isinstance(body, str) else bytes(body)
    return Request(request.method or "GET", parts.path, headers, raw_body, query=parts.query)


def read_timeout(timeout: Any) -> float | None:
    value = timeout[1] if isinstance(timeout, tuple) else timeout
    return None if value is None else float(value)


def late(reply: Reply, limit: float | None, request: requests.PreparedRequest) -> Reply:
    """A slow answer is a timeout when the client would not have waited."""
    if limit is not None and reply.seconds > limit:
        raise requests.ReadTimeout("sandbox: slow", request=request)
    reply.delivery = "whole"
    return reply


def raw(reply: Reply) -> HTTPResponse:
    """A response as the network would hand it over; a cut body announces more than it brings."""
    length = len(reply.body)
    sent = reply.body[: length // 2] if reply.delivery == "cut" else reply.body
    headers = reply.headers | {"Content-Length": str(length)}
    return HTTPResponse(
        body=io.BytesIO(sent),
        headers=headers,
        status=reply.status,
        preload_content=False,
        decode_content=False,
        enforce_content_length=True,
    )


def session(world: World) -> requests.Session:
    """A ready session whose every call ends in this world."""
    made = requests.Session()
    made.trust_env = False
    adapter: BaseAdapter = InProcess(world)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    return made
