"""Stands before the transport of one shop: passes reads on, refuses the rest, remembers what came back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from stores.connectors.roles import Transport
from stores.kernel import clock
from stores.kernel.errors import RemoteError, RemoteRefused, RemoteThrottled

WAITS = 30
MUTATION = re.compile(r"\bmutation\b")
ENTRY = re.compile(r"/oauth/access_token$")  # a token for credentials: needed to read, never kept
READING_POSTS = re.compile(
    r"/graphql\.json$|/v2/orders/search$|/batch-retrieve$|/oauth2/token/status$|/refunds/preview$|/oauth/access_token$"
)


@dataclass(frozen=True)
class Exchange:
    """What was asked and what came back, not redacted yet. `status` None: no answer."""

    method: str
    path: str
    asked: Any
    status: int | None
    answer: Any


@dataclass
class Recorder:
    """A Transport. may_send: this probe was allowed to change something."""

    transport: Transport
    may_send: bool = False
    seen: list[Exchange] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)  # of the last answer, in lower case

    def send(self, method: str, path: str, *, json: Any = None, effect: bool = False, **more: Any) -> Any:
        """As the transport; RemoteRefused for what would change something and may not, before anything is sent."""
        if not self.may_send and (effect or not is_read(method, path, json)):
            raise RemoteRefused(
                "not a read", code="not_a_read", user_message="A reading probe tried to change something."
            )
        try:
            answer = in_turn(lambda: self.transport.send(method, path, json=json, effect=effect, **more))
        except RemoteError as exc:
            self._remember(method, path, json, exc.status, exc.answer)
            raise
        self.headers = answer.headers
        self._remember(method, path, json, answer.status, answer.body)
        return answer

    def _remember(self, method: str, path: str, asked: Any, status: int | None, answer: Any) -> None:
        where = urlsplit(path).path
        if not ENTRY.search(where):
            self.seen.append(Exchange(method, where, asked, status, answer))


def in_turn(send: Callable[[], Any]) -> Any:
    """Wait for a slot of the shop's limit, half a minute at most: nothing has left before it is had."""
    for _ in range(WAITS):
        try:
            return send()
        except RemoteThrottled as exc:
            if exc.code != "slot":
                raise
            clock.wait(min(exc.retry_after or 1.0, 1.0))
    return send()


def is_read(method: str, url: str, body: Any) -> bool:
    """By what it is, not by what its caller calls it."""
    if method in ("GET", "HEAD"):
        return True
    query = body.get("query", "") if isinstance(body, dict) else ""
    is_mutation = isinstance(query, str) and bool(MUTATION.search(query))
    return method == "POST" and bool(READING_POSTS.search(urlsplit(url).path)) and not is_mutation
