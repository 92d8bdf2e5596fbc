"""Lists of orders by time of change: pages are counted, so they shift while orders change.

Each page asks for what was changed after the last order of the page before, which no shift can skip; the second that
both share is read twice and does no harm. Only when a page holds one single second is the next one counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from stores.canonical.order import Order
from stores.connectors import rows
from stores.connectors.paging import ByChange
from stores.connectors.roles import Listing
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.woocommerce import mapping, messages, payments
from stores.platforms.woocommerce.api import PAGE, Api, Query
from stores.platforms.woocommerce.mapping import Told

OVERLAP = timedelta(minutes=2)


def changed(row: Node) -> datetime | None:
    return payments.when(row, "date_modified_gmt")


ROW = rows.Fields(("id",), lambda row: json_readers.text(row, "number", "id"), changed)


def query(at: ByChange) -> Query:
    """`dates_are_gmt`: without it the shop reads times in its own zone."""
    bound = [("modified_after", at.begin), ("dates_are_gmt", "true")] if at.begin else []
    return [("per_page", str(PAGE)), ("page", str(at.page)), ("orderby", "modified"), ("order", "asc"), *bound]


def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    at = ByChange.read(cursor) if cursor else ByChange(_stamp(since - OVERLAP) if since else "")
    with json_readers.understood(str(messages.UNREADABLE)):
        raws, headers = api.page("orders", query(at))
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


def following(at: ByChange, raws: Sequence[Any], headers: Mapping[str, str]) -> ByChange | None:
    """Where to go on; None when this was the end, or a server that shows its last page for ever."""
    if len(raws) < PAGE:
        return None
    seen = rows.newest(raws, ROW)
    more = at.following(_stamp(seen - timedelta(seconds=1)) if seen else "", rows.mark(raws, ROW))
    if more.page == 1:
        return more
    pages = _count(headers, "x-wp-totalpages")
    is_over = at.is_again(raws, ROW) or (pages is not None and at.page >= pages)
    return None if is_over else more


def _count(headers: Mapping[str, str], name: str = "x-wp-total") -> int | None:
    said = headers.get(name, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
