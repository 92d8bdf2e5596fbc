"""Lists of orders: pages by number, in an order nobody promises, without a filter for what changed.

An import walks everything. Later runs read all that is not shipped, which is a small set, what was created in the last
two days, and one further page of everything: an order that ships leaves the open ones without a word, so in the course
of a day each page is looked at again (the first 24 every hour or so).

Pages shift while orders come and go, so each page but the first is read together with the one before it; the same order
twice does no harm, since the copy is kept by id.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from stores.canonical.order import Order
from stores.connectors import paging, rows
from stores.connectors.roles import Listing
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.modern_dropship import mapping
from stores.platforms.modern_dropship.api import Api, shown_by

PAGE = 50  # the documented default: a larger page that is cut down would look like the last one
NEW = timedelta(days=2)
MOST_PAGES = 99_999
ALL, OPEN, CREATED, WALK = "all", "open", "created", "walk"
TURN_SECONDS = 120  # how often a run comes
TURNS = 720  # pages of the walk in a day: 36,000 orders
NEAR = 24  # pages of a smaller shop


@dataclass(frozen=True)
class Cursor(paging.Cursor):
    """`since`: lower bound of the phase `created`, as the platform writes it; `turn`: the page of the walk."""

    phase: str = ALL
    page: int = 0
    since: str = ""
    turn: int = 0
    pattern = re.compile(
        r"(?P<phase>all|open|created|walk)\|(?P<page>[0-9]{1,5})\|(?P<since>[0-9TZ:-]{0,20})\|(?P<turn>[0-9]{1,3})",
        re.ASCII,
    )

    def query(self, page: int) -> Mapping[str, str]:
        asked = {"page": str(page), "limit": str(PAGE)}
        if self.phase == OPEN:
            asked["shipped"] = "false"
        if self.phase == CREATED:
            asked["createdMin"] = self.since
        return asked


def begin(since: datetime | None, now: datetime) -> Cursor:
    if since is None:
        return Cursor(ALL)
    earliest = min(since, now - NEW)
    turn = int(now.timestamp() // TURN_SECONDS) % TURNS
    return Cursor(OPEN, since=paging.stamp(earliest), turn=turn)


def list_orders(api: Api, at: Cursor) -> Listing:
    """Raises Misread."""
    found, is_last = _page(api, at, at.page)
    is_empty = not (found.orders or found.unreadable)
    if at.page and at.phase != WALK:
        earlier, _was_last = _page(api, at, at.page - 1)
        found, is_empty = earlier + found, is_empty and not (earlier.orders or earlier.unreadable)
    once = {order.external_id: order for order in found.orders}
    bad = {row.digest: row for row in found.unreadable}
    return Listing(tuple(once.values()), _after(at, is_last=is_last, is_empty=is_empty), tuple(bad.values()))


def _page(api: Api, at: Cursor, page: int) -> tuple[rows.Page, bool]:
    """(its rows, whether the list ends here)"""
    shown, more = shown_by(api.read(f"orders?{urlencode(at.query(page))}"))
    is_last = not shown or (len(shown) < PAGE if more is None else not more)
    return rows.read(shown, ROW, _to_summary), is_last


def _to_summary(raw: Node) -> Order:
    return mapping.to_order(raw, is_listed=True)


def _changed(raw: Node) -> datetime | None:
    return json_readers.when(raw, "updated", "created", "buyerCreatedDate", "date")


ROW = rows.Fields(("_id", "id"), mapping.number_of, _changed)


def _after(at: Cursor, *, is_last: bool, is_empty: bool) -> str:
    """Where to go on; "" when this run is finished."""
    if at.phase == WALK:
        return str(replace(at, page=at.page % NEAR)) if is_empty and at.page >= NEAR else ""
    if not is_last and at.page < MOST_PAGES:
        return str(replace(at, page=at.page + 1))
    following = {OPEN: replace(at, phase=CREATED, page=0), CREATED: replace(at, phase=WALK, page=at.turn)}
    return str(following.get(at.phase, ""))
