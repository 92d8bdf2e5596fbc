"""Reading: one order whole, what is longer read on until nothing is left out; and lists, a lean page at a time.

A list comes oldest change first, for the mirrored copy. The platform pages at most 25,000 objects deep, so the cursor
carries the time it began at and starts anew before that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from stores.canonical.order import Cancellable, Fulfilment, LineItem, MoneyPair, Order, PaymentState, Person, Totals
from stores.connectors import fields, paging, rows
from stores.connectors.roles import Listing
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money
from stores.platforms.shopify import cancellable, capabilities, documents, mapping, money
from stores.platforms.shopify.api import MOST_PAGES, Api, amount, check_id, not_found, pair, understood
from stores.platforms.shopify.documents import Kind, Sizes


def read_order(api: Api, external_id: str) -> Order:
    """Everything, live. Most orders have one currency, so the second one is only asked for when there is one."""
    check_id(external_id)
    with understood():
        kind, sizes = Kind(both=False, full=True), Sizes()
        raw = _first(api, external_id, sizes, kind)
        if _has_two_currencies(raw):
            kind = Kind(both=True, full=True)
            raw = _first(api, external_id, sizes, kind)
        return mapping.to_order(_whole(api, raw, sizes, kind))


def look_again(api: Api, before: Order) -> Order:
    """What can have moved since a full read, at about half the cost."""
    check_id(before.external_id)
    kind, sizes = Kind(both=before.currency != before.customer_currency, full=False), sizes_of(before)
    with understood():
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
    variables = {"id": external_id, **asdict(sizes)}
    data = api.read(documents.order(kind), variables, cost=documents.cost_of_order(sizes, kind))
    if data.get("order") is None:
        raise not_found()
    return dict(fields.node(data, "order"))


def _whole(api: Api, raw: dict[str, Any], sizes: Sizes, kind: Kind) -> Node:
    """`raw` with every list complete."""
    order_id = fields.ident(raw)
    more_lines = _Pages(
        "lineItems", documents.lines(kind), {"id": order_id, "lines": 50}, documents.cost_of_lines(50, kind)
    )
    more_groups = _Pages(
        "fulfillmentOrders",
        documents.GROUPS,
        {"id": order_id, "groups": 5, "shares": 40},
        documents.cost_of_groups(5, 40),
    )
    raw["lineItems"] = more_lines.after(api, fields.node(raw, "lineItems"))
    raw["fulfillmentOrders"] = more_groups.after(api, fields.node(raw, "fulfillmentOrders"))
    _lengthen(api, raw, sizes, kind)
    for name, owner, inner in INNER:
        raw[name] = [{**item, inner: _inner(api, item, owner, inner, kind)} for item in fields.items(raw, name)]
    if fields.text(raw, "returnStatus") != "NO_RETURN":
        raw["returns"] = _returns(api, order_id)
    return raw


INNER = (
    ("fulfillmentOrders", "FulfillmentOrder", "lineItems"),
    ("fulfillments", "Fulfillment", "fulfillmentLineItems"),
    ("refunds", "Refund", "refundLineItems"),
    ("refunds", "Refund", "transactions"),
)


def _lengthen(api: Api, raw: dict[str, Any], sizes: Sizes, kind: Kind) -> None:
    """Lists without pages are asked for again at their largest size, when the first one was full."""
    order_id, both = fields.ident(raw), kind.both
    for name, had, most, document, cost, more in (
        ("transactions", sizes.payments, 100, documents.payments(both), documents.cost_of_payments(100, both), {}),
        ("refunds", sizes.refunds, 24, documents.refunds(both), documents.cost_of_refunds(24, 4, both), {"units": 4}),
        ("fulfillments", sizes.shipments, 50, documents.SHIPMENTS, documents.cost_of_shipments(50, 4), {"units": 4}),
    ):
        if len(fields.items(raw, name)) >= had:
            data = api.read(document, {"id": order_id, **more}, cost=cost)
            raw[name] = fields.items(fields.node(data, "order"), name)
            if len(raw[name]) >= most:
                raise Misread(f"more than {most} {name}")


@dataclass(frozen=True)
class _Pages:
    """The further pages of one connection of the order."""

    name: str
    document: str
    variables: Mapping[str, Any]
    cost: float

    def after(self, api: Api, page: Any) -> list[Node]:
        """All nodes: those of `page` and of what follows."""
        nodes = list(fields.items({"of": page}, "of"))
        for _ in range(MOST_PAGES):
            info = fields.node(page, "pageInfo")
            if not fields.flag(info, "hasNextPage"):
                return nodes
            variables = {**self.variables, "after": fields.ident(info, "endCursor")}
            page = fields.node(fields.node(api.read(self.document, variables, cost=self.cost), "order"), self.name)
            nodes += fields.items({"of": page}, "of")
        raise Misread(self.name)


def _inner(api: Api, item: Node, owner: str, inner: str, kind: Kind) -> list[Node]:
    page, nodes = item.get(inner), list(fields.items(item, inner))
    if not isinstance(page, Mapping):  # complete already
        return nodes
    for _ in range(MOST_PAGES):
        info = fields.node(page, "pageInfo")
        if not fields.flag(info, "hasNextPage"):
            return nodes
        variables = {"id": fields.ident(item), "after": fields.ident(info, "endCursor")}
        data = api.read(
            documents.inner(owner, inner, kind.both), variables, cost=documents.cost_of_inner(inner, kind.both)
        )
        page = fields.node(fields.node(data, "node"), "inner")
        nodes += fields.items({"of": page}, "of")
    raise Misread(inner)


def _returns(api: Api, order_id: str) -> list[Node] | None:
    """None when the app may not read returns: then only their existence is known."""
    try:
        data = api.read(documents.RETURNS, {"id": order_id}, cost=23)
    except RemoteRefused as exc:
        if exc.code != "ACCESS_DENIED":
            raise
        return None
    return fields.items(fields.node(data, "order"), "returns")


# 50 orders of about 19 points each: just below what one query may ask for.
LIST = """
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
}
fragment goods on LineItem { id title variantTitle sku vendor isGiftCard requiresShipping
  quantity currentQuantity refundableQuantity unfulfilledQuantity nonFulfillableQuantity }
"""
MORE_GOODS = """
query Goods($id: ID!, $after: String) {
  order(id: $id) { id lineItems(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...goods } } }
}
fragment goods on LineItem { id title variantTitle sku vendor isGiftCard requiresShipping
  quantity currentQuantity refundableQuantity unfulfilledQuantity nonFulfillableQuantity }
"""
COUNT = "query Count($query: String) { ordersCount(limit: 10000, query: $query) { count precision } }"


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
    goods, page = list(fields.items(node, "lineItems")), fields.node(node, "lineItems")
    for _page in range(MOST_PAGES):
        info = fields.node(page, "pageInfo")
        if not fields.flag(info, "hasNextPage"):
            return {**node, "lineItems": goods}
        variables: Mapping[str, Any] = {"id": fields.ident(node), "after": fields.ident(info, "endCursor")}
        data = api.read(MORE_GOODS, variables, cost=253)
        page = fields.node(fields.node(data, "order"), "lineItems")
        goods += fields.items({"of": page}, "of")
    raise Misread("lineItems")


def to_summary(raw: Node) -> Order:
    """What the list shows and searches. Money beyond the total and what was refunded is zero: see `is_summary`."""
    total = pair(raw, "currentTotalPriceSet")
    shop, customer = total.shop.currency, total.customer.currency
    fulfilment = mapping.FULFILMENT.get(fields.text(raw, "displayFulfillmentStatus"), Fulfilment.UNKNOWN)
    cancelled_at = fields.maybe_when(raw, "cancelledAt")
    price = money.zero_pair(shop, customer)
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
        remarks=tuple(mapping.to_disputes(raw)),
        cancellable=_how_much(lines, fulfilment, is_cancelled=cancelled_at is not None),
        is_summary=True,
    )


def _totals(raw: Node, total: MoneyPair, zero: MoneyPair) -> Totals:
    refunded = amount(fields.node(raw, "totalRefundedSet"), "shopMoney")
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
        is_tip=cancellable.is_tip_like(raw),
        needs_shipping=fields.flag(raw, "requiresShipping"),
    )


def _how_much(lines: tuple[LineItem, ...], fulfilment: Fulfilment, *, is_cancelled: bool) -> Cancellable:
    """As far as a list can tell; the live read knows the places and decides."""
    goods = [line for line in lines if line.current > 0 and not line.is_tip]
    if is_cancelled or not any(line.cancellable > 0 for line in goods):
        return Cancellable.NONE
    whole = fulfilment is not Fulfilment.PARTIAL and all(line.cancellable == line.current for line in goods)
    return Cancellable.ALL if whole else Cancellable.PART
