"""Lists of orders by time of change: pages are counted, so they shift while orders change.

Each page asks for what was changed after the last order of the page before, which no shift can skip; the second that
both share is read twice and does no harm. Only when a page holds one single second is the next one counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from stores.canonical.order import Order
from stores.connectors import rows
from stores.connectors.roles import Listing
from stores.kernel.errors import InputRejected
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.woocommerce import mapping, messages, payments
from stores.platforms.woocommerce.api import PAGE, Api, Query
from stores.platforms.woocommerce.mapping import Told

OVERLAP = timedelta(minutes=2)
CURSOR = re.compile(r"(?P<after>[0-9T:-]{0,19})\|(?P<page>[0-9]{1,5})\|(?P<last>[0-9]{0,19}|[0-9a-f]{32})", re.ASCII)


def changed(row: Node) -> datetime | None:
    return payments.when(row, "date_modified_gmt")


ROW = rows.Fields(("id",), lambda row: json_readers.text(row, "number", "id"), changed)


@dataclass(frozen=True)
class Cursor:
    """`after`: changed after this second of GMT; `last`: the last id on the page before."""

    after: str
    page: int = 1
    last: str = ""

    def __str__(self) -> str:
        return f"{self.after}|{self.page}|{self.last}"

    @classmethod
    def read(cls, said: str) -> Cursor:
        """Raises InputRejected for what is not a cursor of ours."""
        match = CURSOR.fullmatch(said)
        if not match:
            raise InputRejected("cursor", _("This is no place in the list."))
        return cls(match["after"], int(match["page"]), match["last"])

    def query(self) -> Query:
        """`dates_are_gmt`: without it the shop reads times in its own zone."""
        bound = [("modified_after", self.after), ("dates_are_gmt", "true")] if self.after else []
        return [("per_page", str(PAGE)), ("page", str(self.page)), ("orderby", "modified"), ("order", "asc"), *bound]


def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    at = Cursor.read(cursor) if cursor else Cursor(_stamp(since - OVERLAP) if since else "")
    with json_readers.understood(str(messages.UNREADABLE)):
        raws, headers = api.page("orders", at.query())
        page = rows.read(raws, ROW, to_summary)
        more = following(at, raws, headers)
        total = None if cursor else _count(headers)
        return Listing(page.orders, str(more) if more else "", page.unreadable, total)


def to_summary(row: Node) -> Order:
    return mapping.to_order(Told(row, refunds_of(row), is_summary=True))


def refunds_of(row: Node) -> list[Node]:
    """A list tells of refunds their sums alone, as negative amounts."""
    found = json_readers.nodes(row, "refunds")
    return [{"id": one.get("id"), "amount": str(one.get("total") or "0").removeprefix("-")} for one in found]


def following(at: Cursor, raws: Sequence[Any], headers: Mapping[str, str]) -> Cursor | None:
    """Where to go on; None when this was the end, or a server that shows its last page for ever."""
    if len(raws) < PAGE:
        return None
    last, seen = rows.mark(raws, ROW), rows.newest(raws, ROW)
    latest = _stamp(seen - timedelta(seconds=1)) if seen else ""
    if latest > at.after:
        return Cursor(latest, 1, last)
    if last and last == at.last and at.page > 1:
        return None
    pages = _count(headers, "x-wp-totalpages")
    return None if pages is not None and at.page >= pages else Cursor(at.after, at.page + 1, last)


def _count(headers: Mapping[str, str], name: str = "x-wp-total") -> int | None:
    said = headers.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
