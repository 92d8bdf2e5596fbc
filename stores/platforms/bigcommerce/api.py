"""Speaking REST with one store: token, both versions, and what each answer says about the rate limit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import RemoteError, RemoteRefused, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Usage
from stores.platforms.bigcommerce import capabilities, errors

IDENT = re.compile(r"[0-9]{1,18}", re.ASCII)
WINDOW_SECONDS = 30.0
PER_SECOND = 5.0  # 150 requests in 30 seconds on the smallest plan; every answer says the store's own
BUCKET = 1.0  # a fixed window: whatever were saved up would be missing at its end
ENOUGH = 0.1  # share of the window below which what is left is spread over its rest
NO_CONTENT = 204
MOST_PAGES = 40
WHOLE_ORDER = (("include", "consignments.line_items,fees"), ("consignment_structure", "object"))


class Api:
    """One store's REST door; also the transport's Caller (token and rate limit)."""

    def __init__(self, connection: ConnectorContext, base_url: str, store_hash: str) -> None:
        self.connection = connection
        self.url = f"{base_url}/stores/{store_hash}"

    # --- reads ---------------------------------------------------------------------------------
    def object(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Node:
        return json_readers.node(self._read(path, query), "body")

    def bare(self, path: str, query: Sequence[tuple[str, str]] = ()) -> list[Node]:
        """A list of v2: 204 without a body when it is empty."""
        return json_readers.nodes({"body": self.items(path, query)}, "body")

    def items(self, path: str, query: Sequence[tuple[str, str]] = ()) -> list[Any]:
        """As `bare`, whatever its rows are."""
        return json_readers.items({"body": self._read(path, query)}, "body")

    def data(self, path: str, query: Sequence[tuple[str, str]] = ()) -> list[Node]:
        """A list of v3, in `data`; all of it, where it says that there are more pages."""
        found: list[Node] = []
        for page in range(1, MOST_PAGES + 1):
            body = self._read(path, [*query, ("page", str(page))] if page > 1 else query)
            if body is None:
                return found
            if (
                json_readers.node(body, "body").get("data") is None
            ):  # only 204 and an empty list say that there is nothing
                raise Misread("data")
            found += json_readers.nodes(body, "data")
            if page >= _pages(body):
                return found
        raise Misread("too many pages")

    def touch(self, path: str) -> None:
        """Only to learn whether it may be read."""
        self._read(path)

    def order(self, order_id: str) -> Node:
        """With its lines, addresses and fees, in one call."""
        return self.object(f"v2/orders/{check_id(order_id)}", WHOLE_ORDER)

    def refunds(self, order_id: str) -> list[Node]:
        return self.data(f"v3/orders/{check_id(order_id)}/payment_actions/refunds")

    def transactions(self, order_id: str) -> list[Node]:
        return self.data(f"v3/orders/{check_id(order_id)}/transactions")

    def quote(self, order_id: str, items: Sequence[Mapping[str, Any]]) -> Node:
        """A POST that changes nothing and stores nothing, so it may be repeated like a read."""
        path = f"v3/orders/{check_id(order_id)}/payment_actions/refund_quotes"
        answer = self._send("POST", path, {"items": list(items)})
        return json_readers.node(json_readers.node(answer.body, "body").get("data"), "data")

    def _read(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Any:
        answer = self._send("GET", path + (f"?{urlencode(query, safe=':,')}" if query else ""))
        if answer.body is None and answer.status != NO_CONTENT:  # only 204 says that there is nothing
            raise RemoteUnavailable(
                "empty", code="empty", status=answer.status, user_message=str(capabilities.UNREADABLE)
            )
        return answer.body

    # --- effects -------------------------------------------------------------------------------
    def effect(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send through the journal, exactly once."""
        return self._send(method, path, body, effect=True)

    def _send(self, method: str, path: str, body: Any = None, *, effect: bool = False) -> Answer:
        try:
            answer: Answer = self.connection.transport.send(
                method, f"{self.url}/{path}", json=body, effect=effect, caller=self, may_be_empty=method == "GET"
            )
        except RemoteError as exc:
            raise errors.sorted_out(exc, effect=effect) from exc
        return answer

    # --- the transport's Caller ----------------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        """v2 answers XML unless it is asked for JSON."""
        return {"X-Auth-Token": self.connection.secrets.get("token", ""), "Accept": "application/json"}

    def renew(self) -> bool:
        """A store's own account has a token without end; another one cannot be had."""
        return False

    def usage(self, answer: Answer) -> Usage:
        """The store's own quota; once little of it is left, the rest of the window is shared out evenly."""
        quota, left = _number(answer, "requests-quota"), _number(answer, "requests-left")
        reset = _number(answer, "time-reset-ms")
        if not quota or left is None or reset is None:
            return Usage(requested=1, actual=1, maximum=BUCKET, per_second=PER_SECOND)
        pace, available = quota / WINDOW_SECONDS, None
        if left < quota * ENOUGH:
            wait = min(reset / 1000, WINDOW_SECONDS) / max(left, 1.0)
            available = min(BUCKET, BUCKET - wait * pace)
        return Usage(requested=1, actual=1, available=available, maximum=BUCKET, per_second=pace)


def _pages(body: Node) -> int:
    """How many there are; 1 where nobody says."""
    meta = body.get("meta")
    told = meta.get("pagination") if isinstance(meta, Mapping) else None
    return int(json_readers.units(told, "total_pages")) if isinstance(told, Mapping) else 1


def _number(answer: Answer, name: str) -> float | None:
    said = answer.headers.get(f"x-rate-limit-{name}", "")
    return float(said) if said.isascii() and said.isdigit() and len(said) < 12 else None


def check_id(order_id: str) -> str:
    """Raises RemoteRefused for what is no id, before anything is sent."""
    if not IDENT.fullmatch(order_id):
        raise RemoteRefused("no such order", code="not_found", user_message=str(capabilities.NOT_FOUND))
    return order_id
