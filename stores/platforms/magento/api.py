"""Speaking REST with one shop: addresses, a signature per request, and Magento's errors as our classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from stores.connectors import oauth1
from stores.connectors.roles import ConnectorContext
from stores.kernel.errors import CredentialsRejected, RemoteError, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Usage
from stores.platforms.magento import errors, messages
from stores.platforms.magento.facts import Ways

IDENT = re.compile(r"[0-9]{1,18}", re.ASCII)
STORE = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
BUCKET, PER_SECOND = 8.0, 4.0  # Magento has no limit of its own, what stands before it has
PAGE = 100  # input limits, where they are on, allow 300
READ_SECONDS = 60.0  # orders are heavy


@dataclass(frozen=True)
class Signer:
    """The transport's Caller for one request: every send gets a nonce and a time of its own."""

    connection: ConnectorContext
    method: str
    url: str

    def auth_headers(self) -> Mapping[str, str]:
        stamp = int(self.connection.now().timestamp())
        said = oauth1.header(
            self.method, self.url, self.connection.secrets, nonce=oauth1.fresh_nonce(), timestamp=stamp
        )
        return {"Authorization": said}

    def renew(self) -> bool:
        """Never by itself: a nonce that was used may mean that an effect has already arrived."""
        return False

    def usage(self, answer: Answer) -> Usage:
        return Usage(requested=1, actual=1, maximum=BUCKET, per_second=PER_SECOND)


class Api:
    """One shop's REST door. `is_known`: an answer came, so our credentials stand and a 401 names a missing right."""

    def __init__(self, connection: ConnectorContext, base_url: Callable[[], str], store: str, ways: Ways) -> None:
        self.connection = connection
        self.base_url = base_url
        self.store = store
        self.ways = ways
        self.is_known = False

    def get(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Any:
        """The body of a read. A nonce that somebody used before is tried once more with another."""
        address = path + (f"?{encoded(query)}" if query else "")
        try:
            return self._send("GET", address).body
        except CredentialsRejected as exc:
            if exc.code != errors.NONCE:
                raise
        return self._send("GET", address).body

    def order(self, order_id: str) -> Node:
        return json_readers.node(self.get(f"orders/{check_id(order_id)}"), "order")

    def of_order(self, kind: str, order_id: str, more: str = "") -> tuple[Node, ...]:
        """invoices, creditmemos, shipments or transactions of one order, all pages of them. more: as `page`."""
        found: list[Node] = []
        for number in range(1, 100):
            page = self.page(kind, [("order_id", check_id(order_id), "eq")], "entity_id", number, more)
            rows, total = json_readers.nodes(page, "items"), json_readers.units(page, "total_count")
            if not rows and len(found) < total:  # half an answer: what is missing is not absent
                raise Misread("items")
            found += rows
            if number * PAGE >= total:
                break
        return tuple(found)

    def page(self, kind: str, filters: Sequence[tuple[str, str, str]], sort: str, number: int, more: str = "") -> Node:
        """One page of a search; filters (field, value, condition) are all to be met. more: `fields`, to trim it."""
        query = list(criteria(filters, sort, number)) + ([("fields", more)] if more else [])
        told = json_readers.node(self.get(kind, query), kind)
        if told.get("total_count") is None:  # without it nobody knows where the list ends
            raise Misread("total_count")
        return told

    def effect(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send through the journal, exactly once."""
        return self._send("POST", path, body, effect=True)

    def _send(self, method: str, path: str, body: Any = None, *, effect: bool = False) -> Answer:
        url = f"{self.base_url()}/rest/{self.store}/V1/{path}"
        try:
            answer: Answer = self.connection.transport.send(
                method,
                url,
                json=body,
                effect=effect,
                caller=Signer(self.connection, method, url),
                timeout=READ_SECONDS if effect else None,
            )
        except RemoteError as exc:
            is_memo = effect and path.endswith("/refund")
            raise errors.sorted_out(exc, effect=effect, is_known=self.is_known, is_memo=is_memo) from exc
        self.is_known = True
        return answer


def encoded(query: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query)


def criteria(filters: Sequence[tuple[str, str, str]], sort: str, number: int) -> Iterator[tuple[str, str]]:
    """Always with a page size: left out, the whole shop would come."""
    for place, (field, value, condition) in enumerate(filters):
        name = f"searchCriteria[filterGroups][{place}][filters][0]"
        yield f"{name}[field]", field
        yield f"{name}[value]", value
        yield f"{name}[conditionType]", condition
    for place, field in enumerate(dict.fromkeys((sort, "entity_id"))):
        yield f"searchCriteria[sortOrders][{place}][field]", field
        yield f"searchCriteria[sortOrders][{place}][direction]", "ASC"
    yield "searchCriteria[pageSize]", str(PAGE)
    yield "searchCriteria[currentPage]", str(number)


def check_id(ident: str) -> str:
    """Raises RemoteRefused for what is no id, before anything is sent."""
    if not IDENT.fullmatch(ident):
        raise RemoteRefused("no such order", code="not_found", user_message=str(messages.NOT_FOUND))
    return ident


def understood() -> AbstractContextManager[None]:
    return json_readers.understood(str(messages.UNREADABLE))


__all__ = ["Api", "Misread", "Signer", "check_id", "understood"]
