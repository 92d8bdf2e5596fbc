"""Reading: one order whole, what is longer read on until nothing is left out; and lists, a lean page at a time.

A list comes oldest change first, for the mirrored copy. The platform pages at most 25,000 objects deep, so the cursor
carries the time it began at and starts anew before that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from stores.canonical.order import Fulfilment, MoneyPair, Order, Totals
from stores.connectors import fields, graphql, paging, rows
from stores.connectors.errors import unless
from stores.connectors.roles import Listing
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.platforms.shopify import cancellable, documents, mapping
from stores.platforms.shopify.api import Api, pair
from stores.platforms.shopify.documents import Kind, Sizes


def read_order(api: Api, external_id: str) -> Order:
    """Everything, live. Most orders have one currency, so the second one is only asked for when there is one."""
    kind, sizes = Kind(both=False, full=True), Sizes()
    raw = _first(api, external_id, sizes, kind)
    if _has_two_currencies(raw):
        kind = Kind(both=True, full=True)
        raw = _first(api, external_id, sizes, kind)
    return mapping.to_order(_whole(api, raw, sizes, kind))


def look_again(api: Api, before: Order) -> Order:
    """What can have moved since a full read, at about half the cost."""
    kind, sizes = Kind(both=before.currency != before.customer_currency, full=False), sizes_of(before)
    raw = _first(api, before.external_id, sizes, kind)
    if kind.both == _has_two_currencies(raw):
        renewed = mapping.renewed(before, _whole(api, raw, sizes, kind))
        if renewed is not None:
            return renewed
    return read_order(api, before.external_id)


def sizes_of(before: Order) -> Sizes:
    """Just enough for the order as it was and one more of each: less is held back from the rate limit meanwhile."""
    groups = {place.group_id for line in before.lines for place in line.placements}
    return Sizes(
        lines=min(len(before.lines) + 1, 40),
        groups=min(len(groups) + 2, 5),
        shares=min(len(before.lines) + 1, 12),
        payments=min(len(before.payments) + 3, 12),
        refunds=min(len(before.refunds) + 2, 4),
        shipments=min(len(before.shipments) + 1, 4),
        units=min(len(before.lines) + 1, 8),
    )


def _has_two_currencies(raw: Node) -> bool:
    return fields.text(raw, "currencyCode") != fields.text(raw, "presentmentCurrencyCode")


def _first(api: Api, external_id: str, sizes: Sizes, kind: Kind) -> dict[str, Any]:
    cost = documents.cost_of_order(sizes, kind)
    return dict(api.order(documents.order(kind), external_id, cost=cost, **asdict(sizes)))


def _whole(api: Api, raw: dict[str, Any], sizes: Sizes, kind: Kind) -> Node:
    """`raw` with every list complete."""
    order_id = fields.ident(raw)
    for name, document, cost, asked in (
        ("lineItems", documents.lines(kind), documents.cost_of_lines(50, kind), {"lines": 50}),
        ("fulfillmentOrders", documents.GROUPS, documents.cost_of_groups(5, 40), {"groups": 5, "shares": 40}),
    ):
        raw[name] = _read_on(api, raw, name, document, cost, asked)
    _lengthen(api, raw, sizes, kind)
    for name, owner, inner in INNER:
        raw[name] = [{**item, inner: _inner(api, item, owner, inner, kind)} for item in fields.items(raw, name)]
    if fields.text(raw, "returnStatus") != "NO_RETURN":
        raw["returns"] = _returns(api, order_id)
    return raw


UNITS = {"units": 4}
INNER = (
    ("fulfillmentOrders", "FulfillmentOrder", "lineItems"),
    ("fulfillments", "Fulfillment", "fulfillmentLineItems"),
    ("refunds", "Refund", "refundLineItems"),
    ("refunds", "Refund", "transactions"),
)


def _order(api: Api, document: str, order_id: str, cost: float, **asked: Any) -> Node:
    """More of an order that was there a moment ago."""
    return fields.node(api.read(document, {"id": order_id, **asked}, cost=cost), "order")


def _read_on(api: Api, raw: Node, name: str, document: str, cost: float, asked: Mapping[str, Any]) -> list[Node]:
    """All nodes of one connection of an order, of which `raw` holds the first page."""

    def ask(after: str) -> Node:
        return fields.node(_order(api, document, fields.ident(raw), cost, after=after, **asked), name)

    return graphql.every_node(fields.node(raw, name), ask, name)


def _inner(api: Api, item: Node, owner: str, inner: str, kind: Kind) -> list[Node]:
    if not isinstance(item.get(inner), Mapping):  # complete already
        return list(fields.items(item, inner))
    document, cost = documents.inner(owner, inner, kind.both), documents.cost_of_inner(inner, kind.both)

    def ask(after: str) -> Node:
        data = api.read(document, {"id": fields.ident(item), "after": after}, cost=cost)
        return fields.node(fields.node(data, "node"), "inner")

    return graphql.every_node(fields.node(item, inner), ask, inner)


def _lengthen(api: Api, raw: dict[str, Any], sizes: Sizes, kind: Kind) -> None:
    """Lists without pages are asked for again at their largest size, when the first one was full."""
    both = kind.both
    for name, had, most, document, cost, asked in (
        ("transactions", sizes.payments, 100, documents.payments(both), documents.cost_of_payments(100, both), {}),
        ("refunds", sizes.refunds, 24, documents.refunds(both), documents.cost_of_refunds(24, 4, both), UNITS),
        ("fulfillments", sizes.shipments, 50, documents.SHIPMENTS, documents.cost_of_shipments(50, 4), UNITS),
    ):
        if len(fields.items(raw, name)) >= had:
            raw[name] = fields.items(_order(api, document, fields.ident(raw), cost, **asked), name)
            if len(raw[name]) >= most:
                raise Misread(f"more than {most} {name}")


def _returns(api: Api, order_id: str) -> list[Node] | None:
    """None when the app may not read returns: then only their existence is known."""
    return unless(
        {"ACCESS_DENIED"}, lambda: fields.items(_order(api, documents.RETURNS, order_id, 23), "returns"), None
    )


GOODS = """
fragment goods on LineItem { id title variantTitle sku vendor isGiftCard requiresShipping
  quantity currentQuantity refundableQuantity unfulfilledQuantity nonFulfillableQuantity }"""
# 50 orders of about 19 points each: just below what one query may ask for.
LIST = (
    GOODS
    + """
query Orders($first: Int!, $after: String, $query: String, $lines: Int!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { ...summary } }
}
fragment summary on Order {
  id legacyResourceId name confirmationNumber createdAt processedAt updatedAt cancelledAt cancelReason closedAt
  test edited email phone note tags poNumber currencyCode presentmentCurrencyCode
  displayFinancialStatus displayFulfillmentStatus returnStatus unpaid
  customer { id displayName } disputes { id initiatedAs status }
  currentTotalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
  totalRefundedSet { shopMoney { amount currencyCode } }
  lineItems(first: $lines) { pageInfo { hasNextPage endCursor } nodes { ...goods } }
}"""
)
MORE_GOODS = (
    GOODS
    + """
query Goods($id: ID!, $after: String) {
  order(id: $id) { id lineItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...goods } } }
}"""
)
COUNT = "query Count($query: String) { ordersCount(limit: 10000, query: $query) { count precision } }"


PAGE = 50
LINES = 6  # of each order; the few that have more are read on
DEEPEST = 20_000
OVERLAP = timedelta(minutes=5)  # the index lags, and clocks differ
PAGE_POINTS = 802


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
    page = fields.node(api.read(LIST, variables, cost=PAGE_POINTS), "orders")
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
    data = api.read(COUNT, {"query": query}, cost=2)
    found = fields.maybe(data, "ordersCount")
    return int(fields.units(found, "count")) if found and fields.text(found, "precision") == "EXACT" else None


def _with_all_goods(api: Api, node: Node) -> Node:
    """An order with more lines than a page shows: all of them are searched by SKU and title."""
    return {**node, "lineItems": _read_on(api, node, "lineItems", MORE_GOODS, 253, {})}


def to_summary(raw: Node) -> Order:
    """What the list shows and searches. Money beyond the total and what was refunded is zero: see `is_summary`."""
    total, head = pair(raw, "currentTotalPriceSet"), mapping.to_head(raw)
    price, is_cancelled = MoneyPair.zero(total.shop.currency, total.customer.currency), head["cancelled_at"] is not None
    lines = tuple(
        cancellable.to_goods(line, price, is_cancelled=is_cancelled) for line in fields.items(raw, "lineItems")
    )
    # As far as a list can tell; the live read knows the places and decides.
    is_open = head["fulfilment"] is not Fulfilment.PARTIAL
    return Order(
        **head,
        customer=mapping.to_person(raw),
        totals=_totals(raw, total, price),
        lines=lines,
        remarks=tuple(mapping.to_disputes(raw)),
        cancellable=cancellable.how_much(lines, may_all=is_open, is_cancelled=is_cancelled),
        is_summary=True,
    )


def _totals(raw: Node, total: MoneyPair, zero: MoneyPair) -> Totals:
    refunded = fields.amount(fields.node(raw, "totalRefundedSet"), "shopMoney")
    if refunded.currency != total.shop.currency:
        raise Misread("totalRefundedSet")
    back = MoneyPair(shop=refunded, customer=zero.customer)
    return replace(Totals.of_nothing(zero), original=total, current=total, refunded=back)
