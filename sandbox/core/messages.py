"""What travels through the sandbox's door: a request in, a reply out, whatever platform is asked."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class SimulatedShop:
    """A shop as the sandbox serves it. `settings` and `secrets` as `connections.connect` takes them."""

    platform: str
    settings: dict[str, str]
    secrets: dict[str, str]
    currency: str
    scopes: tuple[str, ...] = ()


@dataclass
class Request:
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    query: str = ""

    def as_dict(self) -> dict[str, Any]:
        kept = {"method": self.method, "path": self.path, "headers": dict(self.headers), "id": self.id}
        return kept | {"query": self.query, "body": self.body.decode("utf-8", "replace")}

    def json(self) -> Any:
        """The body; None when there is none. Raises ValueError."""
        return json.loads(self.body) if self.body else None

    def is_json(self) -> bool:
        """Does it say that its body is JSON?"""
        return "json" in self.headers.get("content-type", "")


@dataclass
class Reply:
    """`delivery`: whole | drop | reset | hang | cut | drip | refuse: how the bytes travel; seconds: its timing."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    delivery: str = "whole"
    seconds: float = 0.0


class Refused(Exception):
    """A platform says no: status, what stands in the body (bytes are a page, None is nothing), headers."""

    def __init__(self, status: int, body: Any, **headers: str) -> None:
        self.status = status
        self.body = body
        self.headers = headers
        super().__init__(status)


def compact(payload: Any) -> bytes:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


def json_reply(status: int, payload: Any, **headers: str) -> Reply:
    content = {"Content-Type": "application/json; charset=utf-8"} | headers
    return Reply(status, json.dumps(payload, separators=(",", ":")).encode(), content)


def reply(status: int, payload: Any, **headers: str) -> Reply:
    """JSON; bytes are a page, None is nothing."""
    if payload is None:
        return Reply(status, b"", headers | {"Content-Type": "text/plain"})
    if isinstance(payload, bytes):
        return Reply(status, payload, headers | {"Content-Type": "text/html; charset=UTF-8"})
    return json_reply(status, payload, **headers)
