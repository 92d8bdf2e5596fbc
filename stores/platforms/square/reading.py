"""One order live, and the list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from stores.canonical.order import Location, Order
from stores.connectors import rows
from stores.connectors.roles import Listing
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.square import capabilities, facts, mapping, stock
from stores.platforms.square.api import Api
from stores.platforms.square.facts import Facts
from stores.platforms.square.mapping import Place

PAGE = 500
MOST_PLACES = 10  # of one search
MOST_AT_ONCE = 100  # orders of one batch
MOST_WHOLE = 25  # orders read whole for one page
OVERLAP = timedelta(minutes=5)  # what is written is searchable some seconds later
STATES = ["OPEN", "COMPLETED", "CANCELED"]


def understood() -> AbstractContextManager[None]:
    return json_readers.understood(str(capabilities.UNREADABLE))


def read_order(api: Api, order_id: str) -> Order:
    """The order, its location, its payments and refunds; and once something was paid, what it took out of stock."""
    with understood():
        found = facts.read(api, order_id)
        return mapping.to_order(found, Place(location(api, found.order), stock.taken(api, found.order)))


def look_again(api: Api, before: Order) -> Order:
    """Refunds that are settled stay; the place and what was taken from stock are known."""
    if before.is_summary:
        return read_order(api, before.external_id)
    with understood():
        found = facts.read(api, before.external_id, before.refunds)
        spots = [spot.location for line in before.lines for spot in line.placements if spot.location]
        place = spots[0] if spots else location(api, found.order)
        return mapping.to_order(found, Place(place, _taken(api, found, before)))


def _taken(api: Api, found: Facts, before: Order) -> frozenset[str]:
    """Units are taken once; an order that nobody had paid may have taken them since."""
    if not json_readers.nodes(found.order, "tenders"):
        return frozenset()
    if before.totals.received.customer or before.totals.capturable.customer:
        return frozenset(line.stock_item_id for line in before.lines if line.is_restockable)
    return stock.taken(api, found.order)


def location(api: Api, order: Node) -> Location:
    ident = json_readers.ident(order, "location_id")
    for place in api.places():
        if json_readers.text(place, "id") == ident:
            return Location(id=ident, name=json_readers.text(place, "name") or ident,
                            is_active=json_readers.text(place, "status") != "INACTIVE")  # fmt: skip
    return Location(id=ident, name=ident)


# --- lists ---------------------------------------------------------------------------------------
def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    """A page of one block of ten locations; `cursor` names the block and continues Square's own.

    Return orders are hidden: they bring the sale they belong to.
    """
    with understood():
        block, _bar, theirs = cursor.partition("|")
        blocks = list(_blocks(json_readers.ident(place, "id") for place in api.places()))
        here = int(block) if block.isascii() and block.isdigit() else 0
        if here >= len(blocks):
            return Listing(())
        page = api.ask("v2/orders/search", _query(blocks[here], since, theirs))
        found = _orders(api, json_readers.items(page, "orders"), is_full=since is not None)
        more = json_readers.text(page, "cursor")
        if more and more != theirs:
            return Listing(found.orders, f"{here}|{more}", found.unreadable)
        return Listing(found.orders, f"{here + 1}|" if here + 1 < len(blocks) else "", found.unreadable)


ROW = rows.Fields(("id",), mapping.number, lambda raw: json_readers.when(raw, "updated_at"))


def _blocks(places: Iterator[str]) -> Iterator[list[str]]:
    found = list(places)
    for start in range(0, len(found), MOST_PLACES):
        yield found[start : start + MOST_PLACES]


def _query(places: list[str], since: datetime | None, cursor: str) -> dict[str, Any]:
    """The same on every page, as the cursor wants it; sorted by the very field that is filtered by."""
    wanted: dict[str, Any] = {"state_filter": {"states": STATES}}
    if since:
        wanted["date_time_filter"] = {"updated_at": {"start_at": stamp(since - OVERLAP)}}
    query = {"filter": wanted, "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"}}
    asked: dict[str, Any] = {"location_ids": places, "limit": PAGE, "return_entries": False, "query": query}
    return asked | ({"cursor": cursor} if cursor else {})


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _orders(api: Api, raws: Sequence[Any], *, is_full: bool) -> rows.Page:
    """The sales of a page, and those that its returns belong to. A refund does not change its sale, so a sale that
    something came back of is read whole when we follow changes; in a first import it is listed like the others.
    """
    wanted = list(dict.fromkeys(filter(None, map(_sold, raws))))
    whole = wanted[:MOST_WHOLE] if is_full else []
    here = [raw for raw in raws if rows.ident(raw, ROW) not in whole]
    known = {*whole, *(rows.ident(raw, ROW) for raw in here)}
    found = rows.read(here, ROW, _summary)
    found += rows.read([{"id": ident} for ident in whole], ROW, lambda raw: _whole(api, raw["id"]))
    rest = [ident for ident in wanted if ident not in known]
    for start in range(0, len(rest), MOST_AT_ONCE):
        asked = {"order_ids": rest[start : start + MOST_AT_ONCE]}
        found += rows.read(json_readers.items(api.ask("v2/orders/batch-retrieve", asked), "orders"), ROW, _summary)
    return found


def _sold(raw: Any) -> str:
    """Of a return: the sale it belongs to; "" for a sale, and for what cannot be read."""
    return rows.told(lambda: facts.source_of(raw) if facts.is_return(raw) else "") or ""


def _whole(api: Api, ident: str) -> Order | None:
    try:
        return read_order(api, ident)
    except RemoteRefused as exc:
        if exc.code != "not_found":
            raise
        return None


def _summary(raw: Node) -> Order | None:
    """None for a return."""
    return None if facts.is_return(raw) else mapping.to_order(Facts(order=raw), Place(nameless(raw)), is_summary=True)


def nameless(order: Node) -> Location:
    """Where nobody will read its name."""
    ident = json_readers.ident(order, "location_id")
    return Location(id=ident, name=ident)
