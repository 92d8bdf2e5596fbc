"""One order live, in as few reads as it needs; and the list, which repeats its last page and never ends by itself.

Nothing invoiced: the order alone. Else its invoices, its credit memos where something went back, its shipments where
something left. Looking again, invoices are not read: the order's own totals tell whether there are new ones. What paid
invoices still hold follows from the order and its credit memos; so stand-ins take their place.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from stores.canonical.order import Order, Payment, PaymentKind
from stores.connectors import rows
from stores.connectors.paging import ByChange, Shown, changes
from stores.connectors.roles import Listing
from stores.kernel.errors import RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.magento import mapping
from stores.platforms.magento.api import PAGE, Api
from stores.platforms.magento.money import PAID, Facts, Ways, number, when

OVERLAP = timedelta(minutes=5)
ADDRESS = "firstname,lastname,company,street,postcode,city,region,country_id,telephone"
ITEM = (
    "item_id,parent_item_id,product_type,product_id,sku,name,is_virtual,is_qty_decimal,qty_ordered,qty_invoiced,"
    "qty_shipped,qty_canceled,qty_refunded,base_price,base_row_total,base_discount_amount,base_tax_amount"
)
FIELDS = (
    "items[entity_id,increment_id,state,status,created_at,updated_at,base_currency_code,order_currency_code,"
    "base_grand_total,grand_total,base_subtotal,base_tax_amount,base_shipping_amount,base_discount_amount,"
    "base_total_paid,base_shipping_invoiced,base_shipping_tax_amount,base_shipping_discount_amount,"
    "base_shipping_incl_tax,base_shipping_discount_tax_compensation_amnt,base_shipping_refunded,"
    "base_shipping_tax_refunded,base_total_refunded,base_total_canceled,"
    "customer_id,customer_email,customer_firstname,customer_lastname,customer_note,store_name,shipping_description,"
    f"items[{ITEM}],billing_address[{ADDRESS}],"
    "payment[method,cc_last4,additional_information,base_amount_authorized],"
    f"extension_attributes[shipping_assignments[shipping[address[{ADDRESS}]]]]],total_count"
)

SHIPMENT = "items[entity_id,increment_id,created_at,tracks[title,track_number],items[order_item_id,qty]],total_count"
UNUSABLE = frozenset({"too_large", "empty", "not_json", "bad_json"})  # the last three: magento2 issue 6668


def read_order(api: Api, order_id: str) -> Order:
    return mapping.to_order(with_shipments(api, facts_of(api, order_id)))


def facts_of(api: Api, order_id: str) -> Facts:
    """What money and units can go back is decided on."""
    raw = api.order(order_id)
    return Facts(raw, invoices_of(api, raw), memos_of(api, raw), ways=api.ways)


def invoices_of(api: Api, raw: Node) -> tuple[Node, ...]:
    return api.of_order("invoices", json_readers.ident(raw, "entity_id")) if any_line(raw, "qty_invoiced") else ()


def memos_of(api: Api, raw: Node) -> tuple[Node, ...]:
    """Also a credit memo of nothing takes units."""
    is_refunded = any_line(raw, "qty_refunded") or number(raw, "base_total_refunded")
    return api.of_order("creditmemos", json_readers.ident(raw, "entity_id")) if is_refunded else ()


def with_shipments(api: Api, facts: Facts) -> Facts:
    """Labels are pictures within: where they make an answer that cannot be used, it is asked for without them."""
    if not any(item.shipped for item in facts.lines):
        return facts
    ident = json_readers.ident(facts.order, "entity_id")
    try:
        return replace(facts, shipments=api.of_order("shipments", ident))
    except RemoteUnavailable as exc:
        if exc.code not in UNUSABLE:
            raise
    return replace(facts, shipments=api.of_order("shipments", ident, SHIPMENT), has_labels_unread=True)


def any_line(raw: Node, name: str) -> bool:
    return any(number(item, name) for item in json_readers.nodes(raw, "items"))


# --- lists ---------------------------------------------------------------------------------------
def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    """A page, oldest change first; the filter takes the second it begins with, whose orders come twice."""

    def page(at: ByChange) -> Shown:
        filters = [("updated_at", at.begin, "gteq")] if at.begin else []
        told = api.page("orders", filters, "updated_at", at.page, FIELDS)
        raws, total = json_readers.items(told, "items"), int(json_readers.units(told, "total_count"))
        is_last = not raws or at.page * PAGE >= total  # beyond the end the last page comes again, never an empty one
        return Shown(at, raws, is_last, total=None if cursor else total)

    begin = ByChange.read(cursor) if cursor else ByChange(_stamp(since - OVERLAP) if since else "")
    return changes(begin, page, row=ROW, to_order=lambda raw: summary(raw, api.ways), stamp=_stamp, back=timedelta())


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


NUMBER = ("increment_id", "entity_id")
ROW = rows.Fields(("entity_id",), lambda raw: json_readers.text(raw, *NUMBER), lambda raw: when(raw, "updated_at"))


def summary(raw: Node, ways: Ways) -> Order:
    """Without its invoices: what was paid is taken for one of them, until the order is read."""
    is_free = any_line(raw, "qty_invoiced") and not number(raw, "base_grand_total")
    invoices = (as_billed(raw),) if number(raw, "base_total_paid") or is_free else ()
    return replace(mapping.to_order(Facts(raw, invoices, ways=ways), is_summary=True), payments=())


def as_billed(raw: Node) -> dict[str, Any]:
    """A stand-in for a paid invoice that was not read: it could hold any unit that was billed, and the shipping."""
    lines = json_readers.nodes(raw, "items")
    return {
        "entity_id": "0",
        "state": PAID,
        "base_grand_total": number(raw, "base_total_paid"),
        "transaction_id": "known",
        "base_shipping_amount": number(raw, "base_shipping_invoiced"),
        "base_shipping_tax_amount": number(raw, "base_shipping_tax_amount"),
        "base_shipping_discount_tax_compensation_amnt": number(raw, "base_shipping_discount_tax_compensation_amnt"),
        "items": [{"order_item_id": item["item_id"], "qty": item.get("qty_invoiced") or 0} for item in lines],
    }


# --- looking again ------------------------------------------------------------------------------------
def look_again(api: Api, before: Order) -> Order:
    raw = api.order(before.external_id)
    is_same = is_billed_as(raw, before)
    invoices = stand_ins(raw, before) if is_same else invoices_of(api, raw)
    facts = Facts(raw, invoices, memos_of(api, raw), ways=api.ways)
    is_as_shipped = {i.id: i.shipped for i in facts.lines} == {i.id: i.shipped for i in before.lines}
    if not is_as_shipped:
        facts = with_shipments(api, facts)
    now = mapping.to_order(facts)
    now = as_sent(now, before) if is_as_shipped else now
    return replace(now, payments=tuple(named(now, before))) if is_same else now


def as_sent(now: Order, before: Order) -> Order:
    """Its shipments were not read again: they stand as they were, and their labels with them."""
    labels = tuple(remark for remark in before.remarks if remark.kind == "label")
    return replace(now, shipments=before.shipments, remarks=now.remarks + labels)


def billed(before: Order) -> list[Payment]:
    return [payment for payment in before.payments if payment.kind in (PaymentKind.CAPTURE, PaymentKind.OTHER)]


def is_billed_as(raw: Node, before: Order) -> bool:
    """Every invoice was paid, and neither more was billed nor more received since."""
    known = billed(before)
    amounts = sum(payment.amount.shop.amount for payment in known)
    return (
        bool(known)
        and all(payment.refundable is not None for payment in known)
        and number(raw, "base_total_invoiced") == amounts == number(raw, "base_total_paid")
    )


def stand_ins(raw: Node, before: Order) -> tuple[Node, ...]:
    """The first carries the shipping, as it does there."""
    found: list[Node] = []
    for payment in billed(before):
        own = {"entity_id": payment.id, "base_grand_total": payment.amount.shop.amount}
        own["transaction_id"] = "" if payment.is_manual else "known"
        found.append(as_billed(raw) | own | ({"base_shipping_amount": 0} if found else {}))
    return tuple(found)


def named(now: Order, before: Order) -> list[Payment]:
    """What a stand-in cannot tell, as it was: the invoice's number and time."""
    known = {payment.id: payment for payment in billed(before)}
    return [
        replace(known[payment.id], refundable=payment.refundable) if payment.id in known else payment
        for payment in now.payments
    ]
