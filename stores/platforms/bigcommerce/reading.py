"""The calls that make an order: itself with its lines, its transactions, its refunds, and what stock does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from stores.canonical.order import Order, Payment, PaymentState, PaymentStatus
from stores.connectors import paging, rows
from stores.connectors.paging import ByChange
from stores.connectors.roles import Listing
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.platforms.bigcommerce import capabilities, lines, mapping, parts, payments, stock, totals
from stores.platforms.bigcommerce.api import WHOLE_ORDER, Api, check_id
from stores.platforms.bigcommerce.mapping import Read
from stores.platforms.bigcommerce.moneys import Rates
from stores.platforms.bigcommerce.stock import Settings, Stocks

PAGE = 250
USUAL_PAGE, TOO_LARGE = 50, 413
OVERLAP = timedelta(minutes=5)


def read(api: Api, settings: Settings, order_id: str) -> Read:
    """All of it, live."""
    raw, records = raw_order(api, order_id), api.refunds(order_id)
    rows = api.transactions(order_id)
    return _whole(api, raw, records, rows, stock.read(api, settings, raw))


def raw_order(api: Api, order_id: str) -> Node:
    raw = api.order(order_id)
    if json_readers.ident(raw, "id") != order_id:
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
        is_clear=totals.is_clear(raw, rows, rates),
    )


def costs(api: Api, raw: Node, records: Sequence[Node], rates: Rates) -> list[parts.Cost]:
    """What shipping, handling and fees still hold; the addresses are asked for where consignments number their own."""
    places = parts.shipping_places(raw)
    if parts.has_own_ids(raw):
        places = api.bare(
            f"v2/orders/{check_id(json_readers.ident(raw, 'id'))}/shipping_addresses", [("limit", str(PAGE))]
        )
    return parts.costs(raw, places, records, rates)


def shipments(api: Api, raw: Node) -> list[Node]:
    """Asked for only where something left."""
    if not any(lines.Count.of(line).shipped for line in parts.lines(raw)):
        return []
    return api.bare(f"v2/orders/{check_id(json_readers.ident(raw, 'id'))}/shipments", [("limit", str(PAGE))])


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
        states=_states(records, before),
        costs=costs(api, raw, records, rates),
        shipments=shipments(api, raw),
        stocks=stocks,
        is_clear=rates.currency == before.customer_currency,
    )


def _states(records: Sequence[Node], before: Order) -> dict[str, PaymentStatus]:
    """What was settled then stays so; since then a declined payment says so, and a paid one names its transaction."""
    known = {part.id: part.status for refund in before.refunds for part in refund.transactions}
    found = payments.states(records, ())
    for part in (part for record in records for part in json_readers.nodes(record, "payments")):
        ident = json_readers.ident(part, "id")
        if found[ident] is PaymentStatus.PENDING:
            paid = PaymentStatus.SUCCESS if json_readers.text(part, "transaction_id") else PaymentStatus.PENDING
            found[ident] = known.get(ident, paid)
    return found


def _is_known(raw: Node, records: Sequence[Node], before: Order) -> bool:
    """Every payment was taken and every refund is settled, as far as can be told without their transactions."""
    settled = PaymentStatus.PENDING not in _states(records, before).values()
    state = mapping.to_payment_state(raw, Read(raw, paid=before.payments))
    is_clear = not any(remark.text == str(capabilities.TWO_CURRENCIES) for remark in before.remarks)
    is_same = state in TAKEN or (state is before.payment and not before.payments)
    return settled and is_clear and is_same and all(map(_is_taken, before.payments))


TAKEN = (PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED)


def _is_taken(payment: Payment) -> bool:
    return payment.refundable is not None and not payment.capturable


# --- lists -----------------------------------------------------------------------------------------
def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    """A page, by time of change. The next page begins a second before the last order of this one, since orders that
    change meanwhile move to the end and would make numbered pages skip."""
    begin = paging.stamp(since - OVERLAP) if since else ""
    raws, here = _page(api, ByChange.read(cursor) if cursor else ByChange(begin, size=PAGE))
    page = rows.read(raws, ROW, _to_summary)
    return Listing(page.orders, _next(raws, here), page.unreadable)


def _changed(raw: Node) -> datetime | None:
    return mapping.when(raw, "date_modified")


ROW = rows.Fields(("id",), lambda raw: json_readers.text(raw, "id"), _changed)


def _to_summary(raw: Node) -> Order | None:
    """An open cart stands in the same list."""
    return None if mapping.status_of(raw) == capabilities.INCOMPLETE else mapping.to_order(Read(raw, is_summary=True))


def _page(api: Api, here: ByChange) -> tuple[list[Any], ByChange]:
    """The largest page is not documented: where it is refused, one of the usual size."""
    query = [("limit", str(here.size)), ("sort", "date_modified:asc"), *WHOLE_ORDER]
    query += [("min_date_modified", here.begin)] if here.begin else []
    query += [("page", str(here.page))] if here.page > 1 else []
    try:
        return api.items("v2/orders", query), here
    except RemoteRefused as exc:
        if exc.status != TOO_LARGE or here.size <= USUAL_PAGE:
            raise
        return _page(api, replace(here, size=USUAL_PAGE))


def _next(raws: Sequence[Any], here: ByChange) -> str:
    if len(raws) < here.size or here.is_again(raws, ROW):
        return ""
    at = rows.newest(raws, ROW)
    return str(here.following(paging.stamp(at - timedelta(seconds=1)) if at else "", rows.mark(raws, ROW)))
