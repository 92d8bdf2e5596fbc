"""The calls that make an order: itself with its lines, its transactions, its refunds, and what stock does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from stores.canonical.order import Order, Payment, PaymentStatus
from stores.kernel import shapes
from stores.kernel.shapes import Misread, Node
from stores.platforms.base import Listing
from stores.platforms.bigcommerce import lines, mapping, parts, payments, stock, words
from stores.platforms.bigcommerce.api import WHOLE_ORDER, Api, check_id
from stores.platforms.bigcommerce.mapping import Read
from stores.platforms.bigcommerce.moneys import Rates
from stores.platforms.bigcommerce.stock import Settings, Stocks

PAGE = 250
OVERLAP = timedelta(minutes=5)


def read(api: Api, settings: Settings, order_id: str) -> Read:
    """All of it, live."""
    raw, records = raw_order(api, order_id), api.refunds(order_id)
    rows = api.transactions(order_id)
    return _whole(api, raw, records, rows, stock.read(api, settings, raw))


def raw_order(api: Api, order_id: str) -> Node:
    raw = api.order(order_id)
    if shapes.ident(raw, "id") != order_id:
        raise Misread("id")
    return raw


def _whole(api: Api, raw: Node, records: Sequence[Node], rows: Sequence[Node], stocks: Stocks) -> Read:
    rates = Rates.of(raw)
    return Read(
        raw=raw,
        records=records,
        paid=payments.to_payments(raw, rows, records, rates),
        states=payments.states(records, rows),
        costs=costs(api, raw, records, rates),
        shipments=shipments(api, raw),
        stocks=stocks,
        is_clear=mapping.is_clear(raw, rows, rates),
    )


def costs(api: Api, raw: Node, records: Sequence[Node], rates: Rates) -> list[parts.Cost]:
    """What shipping, handling and fees still hold; the addresses are asked for where consignments number their own."""
    places = parts.shipping_places(raw)
    if parts.has_own_ids(raw):
        places = api.bare(f"v2/orders/{check_id(shapes.ident(raw, 'id'))}/shipping_addresses", [("limit", str(PAGE))])
    return parts.costs(raw, places, records, rates)


def shipments(api: Api, raw: Node) -> list[Node]:
    """Asked for only where something left."""
    if not any(lines.Count.of(line).shipped for line in parts.lines(raw)):
        return []
    return api.bare(f"v2/orders/{check_id(shapes.ident(raw, 'id'))}/shipments", [("limit", str(PAGE))])


# --- again -----------------------------------------------------------------------------------------
def look_again(api: Api, settings: Settings, before: Order) -> Read:
    """Payments that were taken change by refunds alone; their rows are read where one of those is not settled."""
    if before.is_summary:
        return read(api, settings, before.external_id)
    raw, records = raw_order(api, before.external_id), api.refunds(before.external_id)
    stocks = Stocks.of(before)
    if not _is_known(raw, records, before):
        return _whole(api, raw, records, api.transactions(before.external_id), stocks)
    rates = Rates.of(raw)
    return Read(
        raw=raw,
        records=records,
        paid=payments.as_they_stand(before.payments, records, rates),
        states=_known_states(before),
        costs=costs(api, raw, records, rates),
        shipments=shipments(api, raw),
        stocks=stocks,
        is_clear=rates.currency == before.customer_currency,
    )


def _known_states(before: Order) -> dict[str, PaymentStatus]:
    return {part.id: part.status for refund in before.refunds for part in refund.transactions}


def _is_known(raw: Node, records: Sequence[Node], before: Order) -> bool:
    """Every payment was taken, every refund of now was settled then, and the payment's word is the same."""
    known = _known_states(before)
    settled = all(
        known.get(shapes.ident(part, "id")) in (PaymentStatus.SUCCESS, PaymentStatus.FAILED)
        for record in records
        for part in shapes.nodes(record, "payments")
    )
    state = mapping.to_payment_state(raw, Read(raw, paid=before.payments))
    is_clear = not any(remark.text == str(words.TWO_CURRENCIES) for remark in before.remarks)
    return settled and is_clear and state is before.payment and all(map(_is_taken, before.payments))


def _is_taken(payment: Payment) -> bool:
    return payment.refundable is not None and not payment.capturable


# --- lists -----------------------------------------------------------------------------------------
def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    """A page, by time of change. The next page begins a second before the last order of this one, since orders that
    change meanwhile move to the end and would make numbered pages skip."""
    stamp, number, last = _place(cursor)
    bound = stamp or (_stamp(since - OVERLAP) if since else "")
    query = [("limit", str(PAGE)), ("sort", "date_modified:asc"), *WHOLE_ORDER]
    query += [("min_date_modified", bound)] if bound else []
    query += [("page", str(number))] if number > 1 else []
    raws = api.bare("v2/orders", query)
    orders = [mapping.to_order(Read(raw, is_summary=True)) for raw in raws if _is_order(raw)]
    return Listing(tuple(orders), _next(raws, bound, number, last))


def _is_order(raw: Node) -> bool:
    """An open cart stands in the same list."""
    return shapes.units(raw, "status_id") != words.INCOMPLETE


def _next(raws: Sequence[Node], bound: str, number: int, last: str) -> str:
    if len(raws) < PAGE:
        return ""
    ident, at = shapes.ident(raws[-1], "id"), mapping.when(raws[-1], "date_modified")
    if (ident == last and number > 1) or at is None:  # the same page again: there is no more
        return ""
    begin = _stamp(at - timedelta(seconds=1))
    return f"{begin}|1|{ident}" if begin > bound else f"{bound}|{number + 1}|{ident}"


def _place(cursor: str) -> tuple[str, int, str]:
    """(from when on, page, last id seen)"""
    stamp, _, rest = cursor.partition("|")
    number, _, last = rest.partition("|")
    return stamp, int(number or 1), last


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
