"""Theirs to ours: an order in the field names of either version. Pure; raises Misread for a broken shape.

Money is zero everywhere, in the order's currency: the network shows none to the supplier.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical import order as ours
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.platforms.modern_dropship import cancellable, capabilities
from stores.platforms.modern_dropship.cancellable import Item, Tally

ZERO = Decimal(0)
NO_CURRENCY = "USD"  # when an order names none: nothing is computed in it


def to_order(raw: Node, *, is_listed: bool = False) -> ours.Order:
    """A list may leave out `fulfillments`; then its order lacks what a preview needs."""
    tally = cancellable.tally(raw)
    currency = currency_of(raw)
    lines = tuple(to_line(item, tally, titles(raw), currency) for item in tally.items)
    made = json_readers.when(raw, "created", "buyerCreatedDate", "date")
    updated = json_readers.when(raw, "updated") or made
    if updated is None:
        raise Misread("updated")
    return ours.Order(
        platform="modern_dropship",
        external_id=json_readers.ident(raw, "_id", "id"),
        number=number_of(raw),
        confirmation_number=json_readers.text(raw, "sellerOrderCode", "parentCode"),
        placed_at=json_readers.when(raw, "buyerCreatedDate", "date", "created") or updated,
        created_at=made,
        updated_at=updated,
        cancelled_at=cancelled_at(raw, tally, updated),
        cancel_reason=", ".join(dict.fromkeys(by_whom(item) for item in tally.items if item.is_cancelled)),
        cancel_note="\n".join(dict.fromkeys(i.reason for i in reversed(tally.items) if i.is_cancelled and i.reason)),
        fulfilment=fulfilment(tally),
        payment=ours.PaymentState.UNKNOWN,
        currency=currency,
        customer_currency=currency,
        customer=to_person(raw),
        note=json_readers.text(raw, "note"),
        tags=tags(raw),
        source=json_readers.text(raw, "buyerCompanyId", "partner"),
        source_id=json_readers.text(raw, "sellerOrderCode", "parentCode"),
        is_editable=False,
        is_refundable=False,
        can_notify=False,  # nothing to choose: the retailer is always told
        totals=ours.Totals.of_nothing(ours.MoneyPair.zero(currency, currency)),
        lines=lines,
        shipments=tuple(to_shipment(one, updated) for one in json_readers.nodes(raw, "fulfillments")),
        remarks=tuple(remarks(raw)),
        cancellable=how_much(tally),
        whole_cancel_blockers=tuple(whole_blockers(tally)),
        is_summary=is_listed and raw.get("fulfillments") is None,
    )


# --- lines --------------------------------------------------------------------------------------------
def to_line(item: Item, tally: Tally, names: dict[str, str], currency: str) -> ours.LineItem:
    """A cancelled item keeps its quantity as told, which may or may not include what stayed: never add those up."""
    left = tally.cancellable(item)
    gone = ZERO if item.is_cancelled else item.quantity - left
    current = ZERO if item.is_cancelled else item.quantity
    place = ours.Placement(id=item.id, group_id=item.id, units=left, readiness=ours.Readiness.OPEN)
    return ours.LineItem(
        id=item.id,
        title=names.get(item.code) or item.code or _("Unnamed product"),
        sku=item.code,
        ordered=item.quantity,
        current=current,
        shipped=gone,
        cancelled=item.quantity if item.is_cancelled else ZERO,
        refundable=current,
        unfulfilled=left,
        cancellable=left,
        unit_price=ours.MoneyPair.zero(currency, currency),
        placements=(place,) if left else (),
        is_editable=False,
        stock_item_id=item.code,
        why_not=why_not(item, left),
    )


def why_not(item: Item, left: Decimal) -> str:
    if left:
        return ""
    if item.is_cancelled:
        return by_whom(item) + (f": {item.reason}" if item.reason else "")
    return _("Everything of this line has shipped.")


def by_whom(item: Item) -> str:
    return str(capabilities.BY.get(item.by, _("Cancelled")))


def titles(raw: Node) -> dict[str, str]:
    """Items have no titles; shipments do."""
    parts = [part for one in json_readers.nodes(raw, "fulfillments") for part in json_readers.nodes(one, "items")]
    return {json_readers.text(part, "sellerVariantCode", "sku"): json_readers.text(part, "title") for part in parts}


# --- the order ----------------------------------------------------------------------------------------
def number_of(raw: Node) -> str:
    return (
        json_readers.text(raw, "buyerOrderCode", "code")
        or json_readers.text(raw, "sellerOrderCode")
        or json_readers.ident(raw, "_id")
    )


def currency_of(raw: Node) -> str:
    said = json_readers.text(raw, "currency").strip().upper()
    return said if len(said) == 3 and said.isascii() and said.isalpha() else NO_CURRENCY


def cancelled_at(raw: Node, tally: Tally, updated: datetime) -> datetime | None:
    """When the last item was cancelled, once all are; no field of the order says it."""
    if not tally.is_cancelled:
        return None
    dates = [json_readers.when(item, "cancelledDate") for item in json_readers.nodes(raw, "items")]
    return max((at for at in dates if at is not None), default=updated)


def fulfilment(tally: Tally) -> ours.Fulfilment:
    if tally.is_shipped or (tally.live and tally.has_shipments and not tally.waiting):
        return ours.Fulfilment.FULFILLED
    return ours.Fulfilment.PARTIAL if tally.has_shipments else ours.Fulfilment.UNFULFILLED


def how_much(tally: Tally) -> ours.Cancellable:
    if not tally.waiting:
        return ours.Cancellable.NONE
    whole = not tally.has_shipments and all(tally.cancellable(item) == item.quantity for item in tally.live)
    return ours.Cancellable.ALL if whole else ours.Cancellable.PART


def whole_blockers(tally: Tally) -> list[str]:
    if tally.is_cancelled:
        return [_("Every line of this order is cancelled already.")]
    if not tally.waiting:
        return [_("Everything of this order has shipped.")]
    return [_("A part has shipped, so only the rest can be cancelled.")] if tally.has_shipments else []


def remarks(raw: Node) -> list[ours.Remark]:
    found = []
    if json_readers.flag(raw, "billed") or raw.get("invoice") or json_readers.text(raw, "invoiceId"):
        text = _("Already invoiced to the retailer: a cancellation may not change the invoice.")
        found.append(ours.Remark(kind="risk", text=text))
    if json_readers.flag(raw, "posted") and (code := json_readers.text(raw, "sellerOrderCode", "parentCode")):
        text = _("A copy stands in your own shop as %(number)s. Unless the two are connected, cancel it there as well.")
        found.append(ours.Remark(kind="risk", text=text % {"number": code}))
    if json_readers.flag(raw, "refunded"):
        found.append(ours.Remark(kind="other", text=_("A return was recorded for this order.")))
    return found


def tags(raw: Node) -> tuple[str, ...]:
    found = raw.get("tags") or []
    return tuple(str(tag) for tag in found if isinstance(tag, str)) if isinstance(found, list) else ()


def to_person(raw: Node) -> ours.Person:
    place = address(raw, "shippingAddress", "shipping")
    return ours.Person(
        name=json_readers.text(place, "name") or json_readers.text(place, "company"),
        email=json_readers.text(raw, "buyerEmail", "email"),
        shipping_address=written(place),
        billing_address=written(address(raw, "billingAddress", "billing")),
    )


def address(raw: Node, name: str, old: str) -> Node:
    """The newer version has two fields; the older `addresses`, a list with types or an object."""
    found = raw.get(name)
    many = raw.get("addresses")
    if found is None and isinstance(many, list):
        found = next((one for one in many if isinstance(one, dict) and one.get("type", old) == old), None)
    if found is None and isinstance(many, dict):
        found = many.get(old)
    return found if isinstance(found, dict) else {}


def written(place: Node) -> tuple[str, ...]:
    town = " ".join(
        filter(
            None, (json_readers.text(place, "city"), json_readers.text(place, "state"), json_readers.text(place, "zip"))
        )
    )
    names = ("name", "company", "addressOne", "addressTwo")
    return tuple(
        filter(None, (*(json_readers.text(place, name) for name in names), town, json_readers.text(place, "country")))
    )


def to_shipment(raw: Node, updated: datetime) -> ours.Shipment:
    parts = json_readers.nodes(raw, "items")
    lines = tuple((json_readers.text(part, "orderItemId"), json_readers.units(part, "quantity")) for part in parts)
    code = json_readers.text(raw, "trackingCode")
    return ours.Shipment(
        id=json_readers.ident(raw, "_id", "id"),
        name=code or json_readers.text(raw, "sellerFulfillmentCode") or json_readers.ident(raw, "_id", "id"),
        status=_("Shipped"),
        created_at=json_readers.when(raw, "created") or updated,
        units=sum((count for _line, count in lines), ZERO),
        tracking=tuple(filter(None, (f"{json_readers.text(raw, 'carrier')} {code}".strip(),))),
        lines=lines,
    )
