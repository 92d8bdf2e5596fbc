"""Speaking with the network: key, version header, envelopes, and its two shapes of errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from stores.connectors.errors import refusal
from stores.connectors.rest import RestApi
from stores.kernel.errors import RemoteRefused, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.platforms.modern_dropship import cancellable, capabilities

VERSION = "2022-03-03"


class Api(RestApi):
    """One account's REST API, in the version that every request names."""

    outcomes = capabilities.OUTCOMES
    ident = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
    not_found, unreadable = capabilities.NOT_FOUND, capabilities.UNREADABLE
    bucket_points = points_per_second = 2.0  # ours: theirs is not published
    headers: ClassVar[Mapping[str, str]] = {"Accept": f"application/vnd.convictional.{VERSION}"}

    def auth_headers(self) -> Mapping[str, str]:
        """The bare key: with `Bearer` in front of it every call is refused."""
        return {"Authorization": self.connection.secrets.get("api_key", "")}

    def checked(self, answer: Answer, *, effect: bool) -> Answer:
        if is_error(answer.body) and not effect:
            raise RemoteUnavailable("an error in a 200", code="error_in_200", user_message=str(self.unreadable))
        return answer

    def order(self, order_id: str) -> Node:
        """Raises Misread, and RemoteRefused "not_found" when this account has none of this id."""
        try:
            return cancellable.complete(unwrapped(self.read(f"orders/{self.part(order_id)}")), order_id)
        except RemoteRefused as exc:
            is_word = exc.status == 400 and capabilities.said_by(exc.answer).lower() == "not found"
            if exc.status != 404 and not is_word:
                raise
            raise refusal("not_found", self.not_found) from exc


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
    """As `unwrapped`, of an effect's answer: an error in it proves nothing. Raises Misread."""
    if is_error(answer.body):
        raise Misread("error")
    return unwrapped(answer.body)


def shown_by(body: Any) -> tuple[list[Any], bool | None]:
    """(the rows of a list, whether there is more: None when it does not say). Bare array or envelope."""
    if isinstance(body, list):
        return body, None
    found = json_readers.node(body, "body")
    more = found.get("hasMore")
    return json_readers.items(found, "data"), more if isinstance(more, bool) else None
