"""Speaking REST with one seller: token, pinned version, envelope, and Square's errors as our classes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import OutcomeUnknown, RemoteError, RemoteRefused, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Usage
from stores.platforms.square import capabilities, errors

VERSION = "2025-08-20"
IDENT = re.compile(r"[A-Za-z0-9_-]{1,192}", re.ASCII)
BURST, PER_SECOND = 10.0, 10.0  # not published; of one seller


class Api:
    """One seller's door; also the transport's Caller (token and rate limit)."""

    def __init__(self, connection: ConnectorContext, base_url: str) -> None:
        self.connection = connection
        self.url = base_url
        self._places: list[Node] | None = None

    def get(self, path: str) -> Node:
        return self._read(self._send("GET", path))

    def ask(self, path: str, body: Mapping[str, Any]) -> Node:
        """A read whose question is too long for an address."""
        return self._read(self._send("POST", path, body))

    def effect(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Answer:
        """Send through the journal, exactly once. Raises OutcomeUnknown for an answer of another contract."""
        answer = self._send(method, path, body, effect=True, key=key)
        check_version(answer, effect=True)
        return answer

    def places(self) -> list[Node]:
        """The seller's locations, asked for once."""
        if self._places is None:
            self._places = json_readers.nodes(self.get("v2/locations"), "locations")
        return self._places

    def _read(self, answer: Answer) -> Node:
        check_version(answer, effect=False)
        if not isinstance(answer.body, Mapping) or (answer.body.get("errors") and len(answer.body) == 1):
            raise RemoteUnavailable("bad shape", code="bad_shape", status=answer.status, request_id=answer.request_id,
                                    user_message=str(capabilities.UNREADABLE))  # fmt: skip
        return answer.body

    def _send(self, method: str, path: str, body: Any = None, *, effect: bool = False, key: str = "") -> Answer:
        try:
            answer: Answer = self.connection.transport.send(
                method, f"{self.url}/{path}", json=body, headers={"Square-Version": VERSION}, effect=effect, key=key,
                caller=self, may_be_empty=method == "DELETE",
            )  # fmt: skip
        except RemoteError as exc:
            raise errors.sorted_out(exc) from exc
        return answer

    # --- the transport's Caller ----------------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.connection.secrets.get('token', '')}"}

    def renew(self) -> bool:
        """A personal access token does not expire and cannot be had again."""
        return False

    def usage(self, answer: Answer) -> Usage:
        return Usage(requested=1, actual=1, maximum=BURST, per_second=PER_SECOND)


def check_version(answer: Answer, *, effect: bool) -> None:
    """An answer in another contract is not read; one that does not name its version is taken as asked for."""
    said = answer.headers.get("square-version", VERSION)
    if said != VERSION:
        kind = OutcomeUnknown if effect else RemoteUnavailable
        raise kind("another version", code="version", status=answer.status, request_id=answer.request_id,
                   user_message=capabilities.other_version(said[:20], VERSION))  # fmt: skip


def part(ident: str) -> str:
    """An id as part of an address. Raises RemoteRefused for what is none, before anything is sent."""
    if not IDENT.fullmatch(ident):
        raise RemoteRefused("no such order", code="not_found", user_message=capabilities.refused("NOT_FOUND", ""))
    return quote(ident, safe="")
