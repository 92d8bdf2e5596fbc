"""Speaking with the network: key, version header, envelopes, and its two shapes of errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import OutcomeUnknown, RemoteError, RemoteRefused, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Usage
from stores.platforms.modern_dropship import cancellable, capabilities

ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class Api:
    """One account's door; also the transport's Caller."""

    def __init__(self, connection: ConnectorContext, base_url: str, version: str) -> None:
        self.connection = connection
        self.base_url = base_url
        self.accept = f"application/vnd.convictional.{version}"

    def read(self, path: str) -> Any:
        """The body of an answer, its envelope kept."""
        answer = self._send("GET", path, None)
        if is_error(answer.body):
            raise RemoteUnavailable("an error in a 200", code="error_in_200", user_message=str(capabilities.UNREADABLE))
        return answer.body

    def read_order(self, external_id: str) -> Node:
        """One order. Raises Misread, and RemoteRefused "not_found" when this account has none of this id."""
        if not ID.fullmatch(external_id):
            raise not_found()
        try:
            return cancellable.complete(unwrapped(self.read(f"/orders/{external_id}")), external_id)
        except RemoteRefused as exc:
            if exc.status == 404 or (exc.status == 400 and said_by(exc.answer).lower() == "not found"):
                raise not_found() from exc
            raise

    def effect(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Send through the journal, exactly once; what the answer proves is the receipts' to say."""
        return self._send("POST", path, body)

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        try:
            answer: Answer = self.connection.transport.send(
                method,
                f"{self.base_url}{path}",
                json=body,
                headers={"Accept": self.accept},
                effect=body is not None,
                caller=self,
            )
        except RemoteError as exc:
            explain(exc)
            raise
        return answer

    # --- the transport's Caller ----------------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        """The bare key: with `Bearer` in front of it every call is refused."""
        return {"Authorization": self.connection.secrets.get("api_key", "")}

    def renew(self) -> bool:
        """A key is never renewed by itself."""
        return False

    def usage(self, answer: Answer) -> Usage | None:
        """Their headers said "Unlimited" when they last said anything."""
        return None


def check_id(external_id: str) -> str:
    """Fit for a path. Raises RemoteRefused "not_found"."""
    if not ID.fullmatch(external_id):
        raise not_found()
    return external_id


def not_found() -> RemoteRefused:
    return RemoteRefused("no such order", code="not_found", user_message=str(capabilities.NOT_FOUND))


def explain(exc: RemoteError) -> None:
    """Words for a person; the class was chosen by the status alone."""
    if exc.status in capabilities.STATUSES:
        exc.user_message = str(capabilities.STATUSES[exc.status])
    elif isinstance(exc, RemoteRefused) and exc.status is not None:
        exc.user_message = capabilities.refused(said_by(exc.answer))


def said_by(body: Any) -> str:
    """The text of an error in either shape: {"error": "…"} or {"data": null, "error": [{"message": "…"}]}."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, str):
        return error
    parts = error if isinstance(error, list) else [error]
    texts = [part.get("message") for part in parts if isinstance(part, Mapping)]
    return "; ".join(text for text in texts if isinstance(text, str))


def is_error(body: Any) -> bool:
    return isinstance(body, Mapping) and bool(body.get("error"))


def unwrapped(body: Any) -> Node:
    """An object out of its envelope, where there is one. Raises Misread."""
    found = json_readers.node(body, "body")
    if "_id" in found:
        return found
    inner = found.get("data")
    return json_readers.node(found if inner is None else inner, "data")


def answered(answer: Answer) -> Node:
    """As `unwrapped`, of an effect's answer: what cannot be read proves nothing."""
    if not is_error(answer.body):
        try:
            return unwrapped(answer.body)
        except Misread:
            pass
    raise OutcomeUnknown("bad answer", code="bad_shape", status=answer.status, request_id=answer.request_id)


def shown_by(body: Any) -> tuple[list[Any], bool | None]:
    """(the rows of a list, whether there is more: None when it does not say). Bare array or envelope."""
    if isinstance(body, list):
        return body, None
    found = json_readers.node(body, "body")
    more = found.get("hasMore")
    return json_readers.items(found, "data"), more if isinstance(more, bool) else None
