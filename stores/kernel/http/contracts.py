"""What the transport is given and gives: requests as they will be sent, and the hooks of those who watch.

The kernel knows no models, so what the desk remembers of a shop or a step is handed in through these.
"""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlencode

from stores.kernel.errors import RemoteError
from stores.kernel.http.responses import Answer

LONGEST_WAIT = 1.0  # seconds in the line for a slot; longer waits belong to `next_attempt_at`


@dataclass(frozen=True)
class Prepared:
    """A request as it will be sent, secrets left out. `key`: the platform's own idempotency key in it, "" if none.

    Only a request with a key is worth sending again byte for byte: the platform then knows it for the same.
    """

    method: str
    path: str  # the whole address
    body: bytes
    headers: Mapping[str, str]
    key: str = ""


@dataclass(frozen=True)
class Usage:
    """What a platform said about its rate limit in an answer, in points. None where it said nothing."""

    requested: float
    actual: float | None = None
    available: float | None = None
    maximum: float | None = None
    per_second: float | None = None


class Caller(Protocol):
    """The adapter, as far as the transport must know it."""

    def auth_headers(self) -> Mapping[str, str]:
        """The secret headers of one request; added after the journal has stored the rest."""

    def renew(self) -> bool:
        """After a 401: forget what was refused. True when a fresh credential can be had."""

    def usage(self, answer: Answer) -> Usage | None:
        """What an answer says about the rate limit."""


@runtime_checkable
class Signer(Protocol):
    """A caller whose addresses carry its proof: made anew for each send, after the journal has kept the plain one."""

    def signed(self, method: str, url: str) -> str: ...


class Limiter(Protocol):
    def reserve(self, cost: float) -> float:
        """Seconds until the slot that was taken; above LONGEST_WAIT nothing was taken."""

    def correct(self, usage: Usage) -> None: ...

    def throttled(self, retry_after: float) -> None:
        """The platform said: slower."""


class Breaker(Protocol):
    def check(self, *, effect: bool) -> None:
        """Raises RemoteUnavailable while the way to the shop is closed."""

    def record(self, error: RemoteError | None) -> None:
        """How an exchange ended; None: it was answered."""


class Journal(Protocol):
    """The executor's memory of effects. Each send is one before and one after, also a send after a 401."""

    def before(self, request: Prepared) -> Prepared:
        """Store the intent and `sent_at`, commit, and say what is really sent. Called just before the socket opens."""

    def after(self, outcome: Answer | RemoteError) -> None: ...


@dataclass(frozen=True)
class Timeouts:
    """Seconds and bytes of one exchange."""

    connect: float = 5
    read: float = 30
    whole: float = 90
    size: int = 10_000_000


def prepare(
    method: str,
    path: str,
    *,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    key: str = "",
) -> Prepared:
    """The request's exact bytes. Raises TypeError for a Decimal in `json`: amounts travel as text."""
    kind, body = "", b""
    if form is not None:
        kind, body = "application/x-www-form-urlencoded", urlencode(form).encode()
    elif json is not None:
        kind, body = "application/json", jsonlib.dumps(json, ensure_ascii=True, separators=(",", ":")).encode()
    named = {"Content-Type": kind, **(headers or {})} if kind else dict(headers or {})
    return Prepared(method=method, path=path, body=body, headers=named, key=key)
