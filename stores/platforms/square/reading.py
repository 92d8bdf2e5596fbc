"""One order live, and the list.

An order that nobody paid took nothing out of stock. When a paid one takes its units depends on how it was made, so the
movements of its items are looked at: a sale is recorded with the order's id as the transaction's. Square tells disputes
of the seller, never with the payment itself; their list is read whole: its filter takes one state, and a seller has
few. States and fields are those of the vendor's OpenAPI description (Dispute, DisputeState).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from stores.canonical.order import Location, Order, Refund
from stores.connectors import rows
from stores.connectors.errors import unless
from stores.connectors.rest import by_cursor, chunks
from stores.connectors.roles import Listing
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node, maybe, nodes, text, when
from stores.kernel.http.json_readers import ident as ident_of
from stores.platforms.square import cancellable, finding, mapping
from stores.platforms.square.api import Api, stamp
from stores.platforms.square.cancellable import Disputes, Facts, lines_of
from stores.platforms.square.mapping import Place
from stores.platforms.square.money import refund_ids

PAGE = 500
MOST_PLACES = 10  # of one search
MOST_AT_ONCE = 100  # orders of one batch
MOST_WHOLE = 25  # orders read whole for one page
OVERLAP = timedelta(minutes=5)  # what is written is searchable some seconds later
STATES = ["OPEN", "COMPLETED", "CANCELED"]


def read_order(api: Api, order_id: str) -> tuple[Order, Facts]:
    """The order, its location, its payments and refunds; and once something was paid, what it took out of stock."""
    with api.understood():
        found = read_facts(api, order_id)
        place = Place(location(api, found.order), taken_from_stock(api, found.order))
        return mapping.to_order(found, place), found


def look_again(api: Api, before: Order) -> tuple[Order, Facts]:
    """Refunds that are settled stay; the place and what was taken from stock are known."""
    if before.is_summary:
        return read_order(api, before.external_id)
    with api.understood():
        found = read_facts(api, before.external_id, before.refunds)
        spots = [spot.location for line in before.lines for spot in line.placements if spot.location]
        place = spots[0] if spots else location(api, found.order)
        return mapping.to_order(found, Place(place, _taken_before(api, found, before))), found


def _taken_before(api: Api, found: Facts, before: Order) -> frozenset[str]:
    """Units are taken once; an order that nobody had paid may have taken them since."""
    if not nodes(found.order, "tenders"):
        return frozenset()
    if before.totals.received.customer or before.totals.capturable.customer:
        return frozenset(line.stock_item_id for line in before.lines if line.is_restockable)
    return taken_from_stock(api, found.order)


def location(api: Api, order: Node) -> Location:
    ident = ident_of(order, "location_id")
    place = next((one for one in api.places if text(one, "id") == ident), {})
    return Location(id=ident, name=text(place, "name") or ident, is_active=text(place, "status") != "INACTIVE")


# --- what is read of one order ------------------------------------------------------------------------
def read_facts(api: Api, order_id: str, known: Sequence[Refund] = (), *, asks_banks: bool = True) -> Facts:
    """The order, each payment, each refund that is not settled in `known`, and return orders in one call.

    asks_banks: whether a payment is disputed is read too, one call for all of them.
    """
    order = sale(api, order_id)
    payments, hidden = payments_of(api, order)
    kept = {one.id: one for one in known if cancellable.is_settled(one)}
    named = [ident for payment in payments for ident in refund_ids(payment)]
    refunds = [api.refund(i) for i in named if i not in kept]
    refunds.sort(key=lambda one: text(one, "created_at"))
    return Facts(
        order=order,
        payments=tuple(payments),
        refunds=tuple(refunds),
        returns=finding.returns_of(api, refunds),
        known=tuple(kept[ident] for ident in named if ident in kept),
        hidden=hidden,
        disputes=disputes_of(api, payments) if asks_banks else (),
        read_at=api.connection.now(),
    )


def sale(api: Api, order_id: str) -> Node:
    """The order; of a return order, the sale that it belongs to."""
    found = api.order(order_id)
    source = source_of(found)
    return api.order(source) if source and source != order_id else found


def source_of(order: Node) -> str:
    """Of a return order: the sale's id; "" for a sale."""
    if nodes(order, "line_items"):
        return ""
    return next((text(one, "source_order_id") for one in nodes(order, "returns")), "")


def is_return(order: Node) -> bool:
    return bool(nodes(order, "returns")) and not nodes(order, "line_items")


def payments_of(api: Api, order: Node) -> tuple[list[Node], int]:
    """And how many of them we may not see. Old tenders have no payment id: there their own is the payment's."""
    idents = [ident_of(tender, "payment_id", "id") for tender in nodes(order, "tenders")]
    read = [unless({"not_found"}, partial(api.payment, ident), None) for ident in idents]
    found = [one for one in read if one is not None]
    return found, len(read) - len(found)


# --- what it took out of stock ------------------------------------------------------------------------
SOLD = "SOLD"


def taken_from_stock(api: Api, order: Node) -> frozenset[str]:
    """Ids of the catalogue; one read, none where nothing can have been taken."""
    items = list(dict.fromkeys(filter(None, (text(one, "catalog_object_id") for one in lines_of(order)))))
    if not items or not nodes(order, "tenders"):
        return frozenset()
    ours = {ident_of(order, "id"), *(text(one, "transaction_id") for one in nodes(order, "tenders"))} - {""}
    place, since = ident_of(order, "location_id"), text(order, "created_at")
    unseen: list[Node] = []  # without the right to look nothing is put back
    found = unless({403}, lambda: api.movements(items, [place], SOLD, since=since), unseen)
    return frozenset(text(one, "catalog_object_id") for one in found if text(one, "transaction_id") in ours)


# --- disputes -----------------------------------------------------------------------------------------
# The money stayed; a state that nobody knows stands against a refund.
FREE: Final = frozenset({"WON", "INQUIRY_CLOSED"})
NO_RIGHT: Final = frozenset({"INSUFFICIENT_SCOPES", "FORBIDDEN"})
NEVER: Final = frozenset({"CASH", "EXTERNAL"})
MOST_PAGES = 20


def disputes_of(api: Api, payments: Sequence[Node]) -> Disputes | None:
    """Of these payments; None where nobody may tell: the token lacks the right, or the list has no end."""
    at_a_bank = {ident_of(one, "id") for one in payments if text(one, "source_type") not in NEVER}
    if not at_a_bank:
        return ()
    unseen: tuple[list[Node], bool] = ([], False)
    rows, is_all = unless(NO_RIGHT, lambda: by_cursor(partial(_disputes, api), MOST_PAGES), unseen)
    if not is_all:  # or more pages than any seller has disputes
        return None
    told = ((text(maybe(one, "disputed_payment"), "payment_id"), text(one, "state")) for one in rows)
    return tuple(sorted(one for one in told if one[0] in at_a_bank and one[1] not in FREE))


def _disputes(api: Api, cursor: str) -> tuple[list[Node], str]:
    page = api.get("v2/disputes" + (f"?{urlencode({'cursor': cursor})}" if cursor else ""))
    return nodes(page, "disputes"), text(page, "cursor")


# --- lists ---------------------------------------------------------------------------------------
def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    """A page of one block of ten locations; `cursor` names the block and continues Square's own.

    Return orders are hidden: they bring the sale they belong to.
    """
    with api.understood():
        block, _bar, theirs = cursor.partition("|")
        blocks = list(chunks([ident_of(place, "id") for place in api.places], MOST_PLACES))
        here = int(block) if block.isascii() and block.isdigit() else 0
        if here >= len(blocks):
            return Listing(())
        page = api.ask("v2/orders/search", _query(blocks[here], since, theirs))
        found = _orders(api, json_readers.items(page, "orders"), is_full=since is not None)
        more = text(page, "cursor")
        if more and more != theirs:
            return Listing(found.orders, f"{here}|{more}", found.unreadable)
        return Listing(found.orders, f"{here + 1}|" if here + 1 < len(blocks) else "", found.unreadable)


ROW = rows.Fields(("id",), mapping.number, lambda raw: when(raw, "updated_at"))


def _query(places: Sequence[str], since: datetime | None, cursor: str) -> dict[str, Any]:
    """The same on every page, as the cursor wants it; sorted by the very field that is filtered by."""
    wanted: dict[str, Any] = {"state_filter": {"states": STATES}}
    if since:
        wanted["date_time_filter"] = {"updated_at": {"start_at": stamp(since - OVERLAP)}}
    query = {"filter": wanted, "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"}}
    asked: dict[str, Any] = {"location_ids": list(places), "limit": PAGE, "return_entries": False, "query": query}
    return asked | ({"cursor": cursor} if cursor else {})


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
    for some in chunks([ident for ident in wanted if ident not in known], MOST_AT_ONCE):
        told = api.ask("v2/orders/batch-retrieve", {"order_ids": some})
        found += rows.read(json_readers.items(told, "orders"), ROW, _summary)
    return found


def _sold(raw: Any) -> str:
    """Of a return: the sale it belongs to; "" for a sale, and for what cannot be read."""
    return rows.told(lambda: source_of(raw) if is_return(raw) else "") or ""


def _whole(api: Api, ident: str) -> Order | None:
    return unless({"not_found"}, lambda: read_order(api, ident)[0], None)


def _summary(raw: Node) -> Order | None:
    """None for a return."""
    return None if is_return(raw) else mapping.to_order(Facts(order=raw), Place(nameless(raw)), is_summary=True)


def nameless(order: Node) -> Location:
    """Where nobody will read its name."""
    ident = ident_of(order, "location_id")
    return Location(id=ident, name=ident)
