"""Lists of orders: a lean page at a time, oldest change first, for the mirrored copy.

The platform pages at most 25,000 objects deep, so the cursor carries the time it began at and starts anew before that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from stores.canonical.order import Cancellable, Fulfilment, LineItem, MoneyPair, Order, PaymentState, Person, Totals
from stores.connectors import paging, rows
from stores.connectors.roles import Listing
from stores.kernel.http import json_readers
from stores.kernel.money import Money
from stores.platforms.shopify import capabilities, fields, mapping, moneys, parcels, shop_documents, units
from stores.platforms.shopify.api import Api
from stores.platforms.shopify.fields import Misread, Node
from stores.platforms.shopify.reading import MOST_PAGES, understood

PAGE = 50
LINES = 6  # of each order; the few that have more are read on
DEEPEST = 20_000
OVERLAP = timedelta(minutes=5)  # the index lags, and clocks differ
PAGE_POINTS = 802
NEVER = Decimal(0)


@dataclass(frozen=True)
class Cursor(paging.Cursor):
    """`since`: lower bound as the platform writes it ("" none); `seen`: orders since then; `after`: their cursor."""

    since: str = ""
    seen: int = 0
    after: str = ""
    pattern = re.compile(r"(?P<since>[^|]*)\|(?P<seen>[0-9]{1,9})\|(?P<after>.*)", re.ASCII)


def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    at = Cursor.read(cursor) if cursor else Cursor(since=paging.stamp(since - OVERLAP) if since else "")
    query = f"updated_at:>='{at.since}'" if at.since else None
    variables = {"first": PAGE, "after": at.after or None, "query": query, "lines": LINES}
    with understood():
        page = fields.node(api.read(shop_documents.LIST, variables, cost=PAGE_POINTS), "orders")
        nodes = json_readers.items(page, "nodes")
        found = rows.read(nodes, ROW, lambda node: to_summary(_with_all_goods(api, node)))
        total = None if cursor else _count(api, query)
        return Listing(found.orders, _next(at, page, nodes), found.unreadable, total)


ROW = rows.Fields(("id",), lambda raw: fields.text(raw, "name"), lambda raw: fields.maybe_when(raw, "updatedAt"))


def _next(at: Cursor, page: Node, nodes: Sequence[Any]) -> str:
    info = fields.node(page, "pageInfo")
    if not fields.flag(info, "hasNextPage") or not nodes:
        return ""
    newest, seen = rows.newest(nodes, ROW), at.seen + len(nodes)
    if seen >= DEEPEST and newest and paging.stamp(newest) > at.since:
        return str(Cursor(since=paging.stamp(newest)))
    return str(Cursor(at.since, seen, fields.ident(info, "endCursor")))


def _count(api: Api, query: str | None) -> int | None:
    """How many there are, for the progress bar; None when the platform does not say."""
    data = api.read(shop_documents.COUNT, {"query": query}, cost=2)
    found = fields.maybe(data, "ordersCount")
    return int(fields.units(found, "count")) if found and fields.text(found, "precision") == "EXACT" else None


def _with_all_goods(api: Api, node: Node) -> Node:
    """An order with more lines than a page shows: all of them are searched by SKU and title."""
    goods, page = list(fields.items(node, "lineItems")), fields.node(node, "lineItems")
    for _page in range(MOST_PAGES):
        info = fields.node(page, "pageInfo")
        if not fields.flag(info, "hasNextPage"):
            return {**node, "lineItems": goods}
        variables: Mapping[str, Any] = {"id": fields.ident(node), "after": fields.ident(info, "endCursor")}
        data = api.read(shop_documents.MORE_GOODS, variables, cost=253)
        page = fields.node(fields.node(data, "order"), "lineItems")
        goods += fields.items({"of": page}, "of")
    raise Misread("lineItems")


def to_summary(raw: Node) -> Order:
    """What the list shows and searches. Money beyond the total and what was refunded is zero: see `is_summary`."""
    total = fields.pair(raw, "currentTotalPriceSet")
    shop, customer = total.shop.currency, total.customer.currency
    fulfilment = mapping.FULFILMENT.get(fields.text(raw, "displayFulfillmentStatus"), Fulfilment.UNKNOWN)
    cancelled_at = fields.maybe_when(raw, "cancelledAt")
    price = moneys.zero_pair(shop, customer)
    lines = tuple(to_goods(line, price, stoppable=cancelled_at is None) for line in fields.items(raw, "lineItems"))
    buyer, reason = fields.maybe(raw, "customer") or {}, fields.text(raw, "cancelReason")
    return Order(
        platform="shopify",
        external_id=fields.ident(raw),
        legacy_id=mapping.legacy_id(raw),
        number=fields.ident(raw, "name"),
        confirmation_number=fields.text(raw, "confirmationNumber"),
        placed_at=fields.when(raw, "processedAt"),
        created_at=fields.maybe_when(raw, "createdAt"),
        updated_at=fields.when(raw, "updatedAt"),
        cancelled_at=cancelled_at,
        closed_at=fields.maybe_when(raw, "closedAt"),
        cancel_reason=str(capabilities.CANCEL_REASONS.get(reason, reason)),
        is_test=fields.flag(raw, "test"),
        is_edited=fields.flag(raw, "edited"),
        fulfilment=fulfilment,
        payment=mapping.PAYMENT.get(fields.text(raw, "displayFinancialStatus"), PaymentState.UNKNOWN),
        return_state=capabilities.return_state(fields.text(raw, "returnStatus")),
        currency=fields.ident(raw, "currencyCode"),
        customer_currency=fields.ident(raw, "presentmentCurrencyCode"),
        customer=Person(
            id=fields.text(buyer, "id"),
            name=fields.text(buyer, "displayName"),
            email=fields.text(raw, "email"),
            phone=fields.text(raw, "phone"),
        ),
        note=fields.text(raw, "note"),
        tags=fields.texts(raw, "tags"),
        po_number=fields.text(raw, "poNumber"),
        totals=_totals(raw, total, price),
        lines=lines,
        remarks=tuple(parcels.to_disputes(raw)),
        cancellable=_how_much(lines, fulfilment, is_cancelled=cancelled_at is not None),
        is_summary=True,
    )


def _totals(raw: Node, total: MoneyPair, zero: MoneyPair) -> Totals:
    refunded = fields.amount(fields.node(raw, "totalRefundedSet"), "shopMoney")
    if refunded.currency != total.shop.currency:
        raise Misread("totalRefundedSet")
    return Totals(
        original=total, current=total, subtotal=zero, tax=zero, shipping=zero, discounts=zero, received=zero,
        refunded=MoneyPair(shop=refunded, customer=Money.zero(total.customer.currency)), refunded_shipping=zero,
        outstanding=zero, capturable=zero, net=zero,
    )  # fmt: skip


def to_goods(raw: Node, price: MoneyPair, *, stoppable: bool) -> LineItem:
    current, refundable = fields.units(raw, "currentQuantity"), fields.units(raw, "refundableQuantity")
    waiting = fields.units(raw, "unfulfilledQuantity")
    ordered = fields.units(raw, "quantity")
    return LineItem(
        id=fields.ident(raw),
        title=fields.text(raw, "title"),
        variant=fields.text(raw, "variantTitle"),
        sku=fields.text(raw, "sku"),
        vendor=fields.text(raw, "vendor"),
        ordered=ordered,
        current=current,
        shipped=max(NEVER, current - waiting) if fields.flag(raw, "requiresShipping") else NEVER,
        cancelled=max(NEVER, ordered - current),
        refundable=refundable,
        unfulfilled=waiting,
        cancellable=min(current, refundable, waiting) if stoppable else NEVER,
        unit_price=price,
        is_gift_card=fields.flag(raw, "isGiftCard"),
        is_tip=units.is_tip_like(raw),
        needs_shipping=fields.flag(raw, "requiresShipping"),
    )


def _how_much(lines: tuple[LineItem, ...], fulfilment: Fulfilment, *, is_cancelled: bool) -> Cancellable:
    """As far as a list can tell; the live read knows the places and decides."""
    goods = [line for line in lines if line.current > 0 and not line.is_tip]
    if is_cancelled or not any(line.cancellable > 0 for line in goods):
        return Cancellable.NONE
    whole = fulfilment is not Fulfilment.PARTIAL and all(line.cancellable == line.current for line in goods)
    return Cancellable.ALL if whole else Cancellable.PART
