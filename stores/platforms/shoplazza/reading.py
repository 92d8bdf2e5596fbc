"""One order live: three reads, or two where the payments cannot have changed; the list; and what would go back.

Some units: what they are worth (cancellable.py). Everything, with nothing shipped: all that was paid and neither given
back nor kept by an earlier refund, with shipping, tips and fees. Never more than is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from stores.canonical.order import Order, Payment
from stores.canonical.request import CancelRequest, Quote, QuotedLine, RefundChoice
from stores.connectors import paging, refund_estimate, rows
from stores.connectors.errors import refusal
from stores.connectors.refund_estimate import share
from stores.connectors.roles import Listing
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, inner, listed, maybe, nodes, text, when
from stores.kernel.http.json_readers import units as units_of
from stores.kernel.money import Money, total
from stores.platforms.shoplazza import cancellable, capabilities, mapping, money
from stores.platforms.shoplazza.api import Api, Rates, amount_of, flag, ident_of
from stores.platforms.shoplazza.cancellable import ZERO

PAGE = 100
OVERLAP = timedelta(minutes=5)


def read_order(api: Api, order_id: str) -> Order:
    raw, records = order_and_records(api, order_id)
    found = nodes(api.order(order_id, "/transactions"), "transactions")
    return mapping.to_order(raw, records, money.to_payments(raw, found, records, Rates.of(raw)))


def look_again(api: Api, before: Order) -> Order:
    """Payments that were taken change only by refunds, which the records tell; so their own read is spared."""
    channels = {payment.gateway for payment in before.payments}
    is_told_apart = before.payments and len(channels) == len(before.payments)
    if not is_told_apart or any(p.refundable is None for p in before.payments):
        return read_order(api, before.external_id)
    raw, records = order_and_records(api, before.external_id)
    if amount_of(raw, "total_paid", Rates.of(raw).currency) != before.totals.received.customer:
        return read_order(api, before.external_id)
    most = money.remaining(raw, records, Rates.of(raw))
    return mapping.to_order(raw, records, _as_they_stand(before.payments, records, most))


def order_and_records(api: Api, order_id: str) -> tuple[Node, Sequence[Node]]:
    return one_order(api, order_id), nodes(refund_answer(api, order_id), "records")


def one_order(api: Api, order_id: str) -> Node:
    """Raises Misread for another order than the one asked for, and for one that lacks what every order has."""
    raw = inner(api.order(order_id), "order")
    if ident_of(raw) != order_id:
        raise Misread("order.id")
    listed(raw, "line_items")
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
    lefts = (money.left_on([p.id], p.amount.customer, records) for p in paid)
    return tuple(replace(p, refundable=min(left, most)) for p, left in zip(paid, lefts, strict=True))


# --- lists ---------------------------------------------------------------------------------------
def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    """A page. Filters that are not understood are ignored there, so what comes back is checked here."""
    bound = since - OVERLAP if since else None
    query = [("page_size", str(PAGE))]
    if bound:
        query.append(("updated_at_min", paging.stamp(bound)))
    total = None if cursor else int(units_of(api.get("orders/count", query[1:]), "count"))
    if cursor:
        query.append(("cursor", cursor))
    page = api.get("orders", query)
    found = rows.read(json_readers.items(page, "orders"), ROW, _to_summary)
    more = text(page, "cursor") if page.get("has_more") is True else ""
    fresh = tuple(order for order in found.orders if _is_after(order.updated_at, bound))
    unread = tuple(row for row in found.unreadable if row.updated_at is None or _is_after(row.updated_at, bound))
    return Listing(fresh, more if more != cursor else "", unread, total)


ROW = rows.Fields(("id",), lambda raw: text(raw, "number") or ident_of(raw), lambda raw: when(raw, "updated_at"))


def _is_after(at: datetime, bound: datetime | None) -> bool:
    return bound is None or at >= bound.replace(microsecond=0)


def _to_summary(raw: Node) -> Order | None:
    return None if is_checkout(raw) else mapping.to_order(raw, is_summary=True)


def is_checkout(raw: Node) -> bool:
    """A cart that never became an order stands in the same list."""
    return text(raw, "status") == "opened" and not text(raw, "placed_at")


# --- the estimate -------------------------------------------------------------------------------------
def estimate(raw: Node, records: Sequence[Node], order: Order, request: CancelRequest) -> Quote:
    rates, zero = Rates.of(raw), Money.zero(order.customer_currency)
    most = money.remaining(raw, records, rates)
    lines = list(_quoted(raw, request, rates))
    whole, left = _is_everything(raw, lines), money.parts_left(raw, records, rates)
    shipping = (left.shipping if whole else zero) if request.shipping is None else min(request.shipping, left.shipping)
    included = flag(maybe(raw, "config"), "product_tax_included")
    tax = zero if included else total((line.tax for line in lines), zero.currency)
    duties = total((_duty(raw, line, rates) for line in lines), zero.currency)
    fees = left.tip + left.additional if whole else zero
    due = total((line.amount for line in lines), zero.currency) + tax + duties + shipping
    if whole:
        unasked = left.shipping - shipping
        due = most - cancellable.kept(raw, records, rates) - unasked - _shipping_tax(raw, unasked, rates)
        tax += _shipping_tax(raw, shipping, rates)
    given = max(min(due, most), zero).rounded()
    return refund_estimate.quote(
        given,
        maximum=most,
        lines=lines,
        through=_through(raw, order, given, most, is_named=request.refund is RefundChoice.PART),
        tax=tax,
        shipping=shipping,
        duties=duties,
        fees=fees or None,
    )


def _quoted(raw: Node, request: CancelRequest, rates: Rates) -> Iterator[QuotedLine]:
    """What of the wish can be estimated; the planner says what is wrong with the rest."""
    shipped = cancellable.shipped(nodes(raw, "fulfillments"))
    worths = cancellable.nets(raw, rates)
    for line in nodes(raw, "line_items"):
        line_id = ident_of(line)
        asked = request.lines.get(line_id, Decimal(0))
        known = cancellable.count(line, shipped.get(line_id, ZERO))
        if asked.is_finite() and 0 < asked <= known.waiting:
            yield QuotedLine(
                line_id=line_id,
                units=asked,
                amount=share(worths[line_id], asked, known.ordered),
                tax=share(amount_of(line, "tax_price", rates.currency), asked, known.ordered),
            )


def _duty(raw: Node, quoted: QuotedLine, rates: Rates) -> Money:
    line = next(line for line in nodes(raw, "line_items") if ident_of(line) == quoted.line_id)
    return share(amount_of(line, "duty_price", rates.currency), quoted.units, units_of(line, "quantity"))


def _shipping_tax(raw: Node, shipping: Money, rates: Rates) -> Money:
    """The share of it that belongs to so much of the shipping."""
    whole = amount_of(raw, "total_shipping", rates.currency)
    return share(amount_of(raw, "shipping_tax_total", rates.currency), shipping.amount, whole.amount)


def _is_everything(raw: Node, quoted: Sequence[QuotedLine]) -> bool:
    """Every unit still on the order goes and none ever left."""
    if any(cancellable.shipped(nodes(raw, "fulfillments")).values()):
        return False
    wanted = {line.line_id: line.units for line in quoted}
    goods = [(ident_of(line), cancellable.count(line, ZERO).current) for line in nodes(raw, "line_items")]
    return bool(wanted) and all(wanted.get(line_id, ZERO) == count for line_id, count in goods)


def _through(raw: Node, order: Order, given: Money, most: Money, *, is_named: bool) -> tuple[Payment, ...]:
    """The payments that it can be split over, by what each still holds; none where nothing goes back.

    is_named: a person says how much through each, which also tells payments apart that share a channel.
    """
    parents = tuple(payment for payment in order.payments if payment.refundable)
    if not given or not parents:
        return ()
    shared, held = money.shared_channels(raw), total(map(refund_estimate.held, parents), given.currency)
    is_untold = len(parents) > 1 and held > most  # each could give back what only all together hold
    if is_untold or any(payment.gateway in shared for payment in parents):
        if is_named:
            return ()
        raise refusal("divide", capabilities.DIVIDE)
    return parents
