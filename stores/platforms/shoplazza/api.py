"""Speaking REST with one shop: token, addresses, both envelopes, and the platform's errors as our classes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import OutcomeUnknown, RemoteError, RemoteRefused, RemoteUnavailable
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Usage
from stores.platforms.shoplazza import capabilities, errors
from stores.platforms.shoplazza.fields import Misread, Node

IDENT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
BUCKET, PER_SECOND = 40.0, 2.0  # requests of one app in one store; no answer ever says it
# A misspelt parameter is ignored and the whole shop comes back, so there are no others than these.
PARAMETERS = frozenset({"cursor", "page_size", "updated_at_min", "status"})


class Api:
    """One shop's REST door; also the transport's Caller (token and rate limit)."""

    def __init__(self, connection: ConnectorContext, base_url: str, version: str) -> None:
        self.connection = connection
        self.url = f"{base_url}/openapi/{version}"

    def get(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Node:
        """The `data` of a read."""
        if unknown := {name for name, _ in query} - PARAMETERS:
            raise ValueError(f"no such parameter: {unknown}")
        answer = self._send("GET", path + (f"?{urlencode(query)}" if query else ""))
        return data_of(answer, effect=False)

    def order(self, order_id: str, rest: str = "") -> Node:
        return self.get(f"orders/{check_id(order_id)}{rest}")

    def effect(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send through the journal, exactly once; what the answer proves is `data_of`'s and the caller's to say."""
        return self._send(method, path, body, effect=True)

    def _send(self, method: str, path: str, body: Any = None, *, effect: bool = False) -> Answer:
        try:
            answer: Answer = self.connection.transport.send(
                method, f"{self.url}/{path}", json=body, effect=effect, caller=self, may_be_empty=method == "DELETE"
            )
        except RemoteError as exc:
            raise errors.sorted_out(exc, effect=effect) from exc
        return answer

    # --- the transport's Caller ----------------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        return {"Access-Token": self.connection.secrets.get("token", "")}

    def renew(self) -> bool:
        """A private app's token cannot be had again."""
        return False

    def usage(self, answer: Answer) -> Usage:
        return Usage(requested=1, actual=1, maximum=BUCKET, per_second=PER_SECOND)


def check_id(order_id: str) -> str:
    """Raises RemoteRefused for what is no id, before anything is sent."""
    if not IDENT.fullmatch(order_id):
        raise not_found()
    return quote(order_id, safe="")


def not_found() -> RemoteRefused:
    return RemoteRefused("no such order", code="not_found", user_message=str(capabilities.NOT_FOUND))


@contextmanager
def understood() -> Iterator[None]:
    """A shape that the registry does not promise is an answer we cannot use: the read failed, nothing else did."""
    try:
        yield
    except Misread as exc:
        raise RemoteUnavailable(f"misread {exc}", code="bad_shape", user_message=str(capabilities.UNREADABLE)) from exc


def data_of(answer: Answer, *, effect: bool) -> Node:
    """What an answer brings, out of either envelope. Raises by its `code`, also on HTTP 200."""
    body = answer.body
    if body is None:
        return {}
    if not isinstance(body, Mapping):
        raise _unknown(answer, effect=effect)
    if errors.is_refusal(body):
        raise errors.inside_200(body, answer, effect=effect)
    if "code" not in body:  # 2022-01 has no envelope
        return body
    data = body.get("data")
    if not isinstance(data, Mapping):
        raise _unknown(answer, effect=effect)
    return data


def _unknown(answer: Answer, *, effect: bool) -> RemoteError:
    kind = OutcomeUnknown if effect else RemoteUnavailable
    return kind("bad shape", code="bad_shape", status=answer.status, request_id=answer.request_id, answer=answer.body)
