"""One order live: three reads, or two where the payments cannot have changed; and the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from stores.canonical.order import Order, Payment
from stores.connectors import paging, rows
from stores.connectors.roles import Listing
from stores.kernel.http import json_readers
from stores.kernel.money import Money
from stores.platforms.shoplazza import fields, mapping, moneys, payments
from stores.platforms.shoplazza.api import Api, understood
from stores.platforms.shoplazza.fields import Misread, Node
from stores.platforms.shoplazza.rates import Rates

PAGE = 100
OVERLAP = timedelta(minutes=5)


def read_order(api: Api, order_id: str) -> Order:
    with understood():
        raw, records = order_and_records(api, order_id)
        found = fields.items(api.order(order_id, "/transactions"), "transactions")
        return mapping.to_order(raw, records, payments.to_payments(raw, found, records, Rates.of(raw)))


def look_again(api: Api, before: Order) -> Order:
    """Payments that were taken change only by refunds, which the records tell; so their own read is spared."""
    channels = {payment.gateway for payment in before.payments}
    is_told_apart = before.payments and len(channels) == len(before.payments)
    if before.is_summary or not is_told_apart or any(p.refundable is None for p in before.payments):
        return read_order(api, before.external_id)
    with understood():
        raw, records = order_and_records(api, before.external_id)
        if fields.amount(raw, "total_paid", Rates.of(raw).currency) != before.totals.received.customer:
            return read_order(api, before.external_id)
        most = moneys.remaining(raw, records, Rates.of(raw))
        return mapping.to_order(raw, records, _as_they_stand(before.payments, records, most))


def order_and_records(api: Api, order_id: str) -> tuple[Node, Sequence[Node]]:
    return one_order(api, order_id), fields.items(refund_answer(api, order_id), "records")


def one_order(api: Api, order_id: str) -> Node:
    """Raises Misread for another order than the one asked for, and for one that lacks what every order has."""
    raw = fields.node(api.order(order_id), "order")
    if fields.ident(raw) != order_id:
        raise Misread("order.id")
    fields.listed(raw, "line_items")
    missing = [name for name in ("status", "currency", "total_paid") if raw.get(name) is None]
    if missing:
        raise Misread(missing[0])
    return raw


def refund_answer(api: Api, order_id: str) -> Node:
    """Raises Misread where it does not tell of refunds at all; no refund may be told as null."""
    answer = api.order(order_id, "/refund")
    if "records" not in answer:
        raise Misread("records")
    return answer


def _as_they_stand(paid: Sequence[Payment], records: Sequence[Node], most: Money) -> tuple[Payment, ...]:
    lefts = (payments.left([p.id], p.amount.customer, records) for p in paid)
    return tuple(replace(p, refundable=min(left, most)) for p, left in zip(paid, lefts, strict=True))


# --- lists ---------------------------------------------------------------------------------------
def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    """A page. Filters that are not understood are ignored there, so what comes back is checked here."""
    bound = since - OVERLAP if since else None
    query = [("page_size", str(PAGE))]
    if bound:
        query.append(("updated_at_min", paging.stamp(bound)))
    total = None if cursor else _count(api, query[1:])
    if cursor:
        query.append(("cursor", cursor))
    with understood():
        page = api.get("orders", query)
        found = rows.read(json_readers.items(page, "orders"), ROW, _to_summary)
        more = fields.text(page, "cursor") if page.get("has_more") is True else ""
    fresh = tuple(order for order in found.orders if _is_after(order.updated_at, bound))
    unread = tuple(row for row in found.unreadable if row.updated_at is None or _is_after(row.updated_at, bound))
    return Listing(fresh, more if more != cursor else "", unread, total)


ROW = rows.Fields(
    ("id",), lambda raw: fields.text(raw, "number") or fields.ident(raw), lambda raw: fields.when(raw, "updated_at")
)


def _is_after(at: datetime, bound: datetime | None) -> bool:
    return bound is None or at >= bound.replace(microsecond=0)


def _to_summary(raw: Node) -> Order | None:
    return None if is_checkout(raw) else mapping.to_order(raw, is_summary=True)


def is_checkout(raw: Node) -> bool:
    """A cart that never became an order stands in the same list."""
    return fields.text(raw, "status") == "opened" and not fields.text(raw, "placed_at")


def _count(api: Api, query: Sequence[tuple[str, str]]) -> int | None:
    with understood():
        return int(fields.units(api.get("orders/count", query), "count"))
