"""The calls that make an order: itself with its lines, its transactions, its refunds, and what stock does; and a quote.

Among the ways in which BigCommerce would pay back, the first that moves money is taken; store credit only where store
credit was paid, since nobody asked the customer. Lines get their share of the quote in proportion to what they cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from stores.canonical.order import Order, Payment, PaymentState, PaymentStatus
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment, RefundChoice
from stores.connectors import paging, rows
from stores.connectors.errors import refusal
from stores.connectors.paging import ByChange, Shown, changes
from stores.connectors.roles import Listing
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money, allocate, total
from stores.platforms.bigcommerce import cancellable, capabilities, mapping, money, writing
from stores.platforms.bigcommerce.api import WHOLE_ORDER, Api, Back, Quoted, Settings, ask_quote, places, v2
from stores.platforms.bigcommerce.cancellable import Cost, Read, Stocks, count_of
from stores.platforms.bigcommerce.money import Rates

PAGE = 250
USUAL_PAGE, TOO_LARGE = 50, 413
OVERLAP = timedelta(minutes=5)


def read(api: Api, settings: Settings, order_id: str) -> Read:
    """All of it, live."""
    raw, records = api.order(order_id), api.refunds(order_id)
    return _all_of(api, raw, records, api.transactions(order_id), read_stocks(api, settings, raw))


def for_refund(api: Api, order_id: str) -> Read:
    """As much as a refund names: the order, and what was refunded of it."""
    raw, records = api.order(order_id), api.refunds(order_id)
    return Read(raw, records, costs=costs(api, raw, records, Rates.of(raw)))


def _all_of(api: Api, raw: Node, records: Sequence[Node], rows: Sequence[Node], stocks: Stocks) -> Read:
    rates = Rates.of(raw)
    paid, states = money.to_payments(raw, rows, records, rates), money.states(records, rows)
    return Read(raw, records, paid, states, costs(api, raw, records, rates), shipments(api, raw), stocks,
                is_clear=mapping.is_clear(raw, rows, rates))  # fmt: skip


def costs(api: Api, raw: Node, records: Sequence[Node], rates: Rates) -> list[Cost]:
    """What shipping, handling and fees still hold; the addresses are asked for where consignments number their own."""
    places = cancellable.shipping_places(raw)
    if cancellable.has_own_ids(raw):
        places = api.nodes(v2(json_readers.ident(raw, "id"), "shipping_addresses"), [("limit", str(PAGE))])
    return cancellable.costs_left(raw, places, records, rates)


def shipments(api: Api, raw: Node) -> list[Node]:
    """Asked for only where something left."""
    if not any(count_of(line).shipped for line in cancellable.line_nodes(raw)):
        return []
    return api.nodes(v2(json_readers.ident(raw, "id"), "shipments"), [("limit", str(PAGE))])


# --- again -----------------------------------------------------------------------------------------
def look_again(api: Api, settings: Settings, before: Order) -> Read:
    """Payments that were taken change by refunds alone; their rows are read where one of those is not settled."""
    if before.is_summary:
        return read(api, settings, before.external_id)
    raw, records = api.order(before.external_id), api.refunds(before.external_id)
    stocks = Stocks.of(before)
    if not _is_known(raw, records, before):
        return _all_of(api, raw, records, api.transactions(before.external_id), stocks)
    rates = Rates.of(raw)
    paid, states = money.as_they_stand(before.payments, records, rates), _states(records, before)
    return Read(raw, records, paid, states, costs(api, raw, records, rates), shipments(api, raw), stocks,
                is_clear=rates.currency == before.customer_currency)  # fmt: skip


def _states(records: Sequence[Node], before: Order) -> dict[str, PaymentStatus]:
    """What was settled then stays so; since then a declined payment says so, and a paid one names its transaction."""
    known = {part.id: part.status for refund in before.refunds for part in refund.transactions}
    found = money.states(records, ())
    for part in money.back_payments(records):
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
    is_taken = all(payment.refundable is not None and not payment.capturable for payment in before.payments)
    return settled and is_clear and is_same and is_taken


TAKEN = (PaymentState.PAID, PaymentState.PARTLY_REFUNDED, PaymentState.REFUNDED)


# --- lists -----------------------------------------------------------------------------------------
def list_orders(api: Api, *, since: datetime | None, cursor: str) -> Listing:
    """A page, by time of change. The next page begins a second before the last order of this one, since orders that
    change meanwhile move to the end and would make numbered pages skip."""
    begin = paging.stamp(since - OVERLAP) if since else ""
    at = ByChange.read(cursor) if cursor else ByChange(begin, size=PAGE)
    return changes(at, partial(_page, api), row=ROW, to_order=_to_summary, stamp=paging.stamp)


ROW = rows.Fields(("id",), lambda raw: json_readers.text(raw, "id"), lambda raw: mapping.when(raw, "date_modified"))


def _to_summary(raw: Node) -> Order | None:
    """An open cart stands in the same list."""
    is_cart = cancellable.status_of(raw) == capabilities.INCOMPLETE
    return None if is_cart else mapping.to_order(Read(raw, is_summary=True))


def _page(api: Api, here: ByChange) -> Shown:
    """The largest page is not documented: where it is refused, one of the usual size."""
    query = [("limit", str(here.size)), ("sort", "date_modified:asc"), *WHOLE_ORDER]
    query += [("min_date_modified", here.begin)] if here.begin else []
    query += [("page", str(here.page))] if here.page > 1 else []
    try:
        raws = api.items("v2/orders", query)
    except RemoteRefused as exc:
        if exc.status != TOO_LARGE or here.size <= USUAL_PAGE:
            raise
        return _page(api, replace(here, size=USUAL_PAGE))
    return Shown(here, raws, len(raws) < here.size)


# --- stock -----------------------------------------------------------------------------------------
def read_stocks(api: Api, settings: Settings, raw: Node) -> Stocks:
    gives_back, taken = settings.of(json_readers.text(raw, "channel_id"))
    is_taken = taken == "order_placed" and json_readers.units(raw, "status_id") != capabilities.INCOMPLETE
    return Stocks(gives_back, is_taken, places(api, variants(cancellable.line_nodes(raw))) if is_taken else {})


def variants(lines: Iterable[Node]) -> list[str]:
    """Of goods that are sent: what is downloaded or mailed is not counted."""
    sent = (line for line in lines if json_readers.text(line, "type") in ("physical", ""))
    found = (json_readers.text(line, "variant_id") for line in sent)
    return list(dict.fromkeys(ident for ident in found if ident not in ("", "0")))


# --- ways to pay back ------------------------------------------------------------------------------
def chosen(quoted: Quoted, paid: Sequence[Payment]) -> tuple[Back, ...]:
    """The first that moves money, else the first."""
    credit = next((payment.refundable for payment in paid if payment.id == "storecredit"), None)
    fitting = [way for way in quoted.ways if _is_ours(way, credit)]
    online = [way for way in fitting if not any(back.offline for back in way)]
    return next(iter(online or fitting), ())


def _is_ours(way: Sequence[Back], credit: Money | None) -> bool:
    """Not where store credit would take what was paid in another way."""
    return not any(back.provider == "storecredit" and (credit is None or back.amount > credit) for back in way)


# --- the quote ---------------------------------------------------------------------------------------
def quote(api: Api, read: Read, order: Order, request: CancelRequest) -> Quote:
    rates, currency = Rates.of(read.raw), order.customer_currency
    units = dict(_units(order, request))
    maximum = total((p.refundable for p in order.payments if p.refundable), currency)
    if not units:
        return Quote.of_nothing(currency, maximum=maximum)
    is_all = _is_everything(order, units)
    is_named = request.refund is RefundChoice.PART  # then the refund names goods and the shipping that was asked for
    shipping = _shipping(read.costs, request, currency, is_all=is_all and not is_named)
    own = cancellable.of_kind(read.costs, "HANDLING", "FEE")
    fees = cancellable.sum_of(own, currency) if is_all and not is_named else Money.zero(currency)
    wanted = writing.wanted(read.raw, read.costs, units, shipping=shipping, fees=fees, reason="")
    for item in wanted:
        item.pop("reason")
    found = ask_quote(api, order.external_id, wanted, currency)
    way = chosen(found, order.payments)
    if found.total and not way:
        raise refusal("no_way", capabilities.NO_WAY)
    back = total((part.amount for part in way), currency)
    tax = Money.zero(currency) if order.taxes_included else min(found.tax, back)
    goods = max(back - tax - shipping - fees, Money.zero(currency))
    extra = _tax_of(read.costs, shipping, fees)
    return Quote(
        currency=currency,
        subtotal=goods,
        tax=tax,
        shipping=shipping,
        duties=Money.zero(currency),
        total=back,
        maximum=back if is_named else maximum or back,
        lines=tuple(_lines(read.raw, rates, order, units, goods, max(tax - extra, Money.zero(currency)))),
        payments=tuple(_payments(way, found.ways, order, is_named=is_named)),
        fees=fees or None,
    )


def _units(order: Order, request: CancelRequest) -> Iterator[tuple[str, Decimal]]:
    """What of the wish can be quoted; the planner says what is wrong with the rest."""
    for line in order.lines:
        asked = request.lines.get(line.id, cancellable.ZERO)
        if asked.is_finite() and 0 < asked <= line.unfulfilled and asked == asked.to_integral_value():
            yield line.id, asked


def _is_everything(order: Order, units: Mapping[str, Decimal]) -> bool:
    """Every unit still on the order goes and none ever left."""
    return not any(line.shipped for line in order.lines) and all(
        units.get(line.id, cancellable.ZERO) == line.current for line in order.lines
    )


def _shipping(costs: Sequence[Cost], request: CancelRequest, currency: str, *, is_all: bool) -> Money:
    left = cancellable.sum_of(cancellable.of_kind(costs, "SHIPPING"), currency)
    if request.shipping is None:
        return left if is_all else Money.zero(currency)
    if request.shipping.currency != currency or request.shipping.amount < 0:
        return Money.zero(currency)
    return min(request.shipping, left)


def _tax_of(costs: Sequence[Cost], shipping: Money, fees: Money) -> Money:
    """The tax on shipping and fees, by the order's own rates: what remains is the lines'."""
    spread = [*cancellable.spread(shipping, cancellable.of_kind(costs, "SHIPPING")),
              *cancellable.spread(fees, cancellable.of_kind(costs, "HANDLING", "FEE"))]  # fmt: skip
    taxes = (Money(part.amount * cost.tax, part.currency).rounded() for cost, part in spread)
    return total(taxes, shipping.currency)


def _lines(
    raw: Node, rates: Rates, order: Order, units: Mapping[str, Decimal], goods: Money, tax: Money
) -> Iterator[QuotedLine]:
    nodes = {json_readers.ident(line, "id"): line for line in cancellable.line_nodes(raw)}
    worth = []
    for line_id, count in units.items():
        whole = mapping.net(nodes[line_id], rates, included=order.taxes_included)
        worth.append(whole.amount * count / max(order.line(line_id).ordered, Decimal(1)))
    weights = worth if any(worth) else [Decimal(1)] * len(worth)
    shares, taxes = allocate(goods, weights), allocate(tax, weights)
    for (line_id, count), share, part in zip(units.items(), shares, taxes, strict=True):
        yield QuotedLine(line_id=line_id, units=count, amount=share, tax=part)


def _payments(
    way: Sequence[Back], ways: Sequence[Sequence[Back]], order: Order, *, is_named: bool
) -> Iterator[QuotedPayment]:
    """The chosen way, then the others with nothing in them, so that people see there are some.

    is_named: a person says how much through which payment; what the way leaves out takes nothing then.
    """
    known = {payment.id: payment for payment in order.payments}
    for back in way:
        yield _quoted(back, known, back.amount)
    seen = {back.provider for back in way}
    for back in (part for other in ways for part in other):
        if back.provider not in seen:
            seen.add(back.provider)
            yield _quoted(back, known, Money.zero(back.amount.currency))
    ours = {money.payment_of(back.provider, list(known)) for back in way}
    for payment in order.payments if is_named else ():
        if payment.refundable and payment.id not in ours:
            none = Money.zero(payment.refundable.currency)
            yield QuotedPayment(payment_id=payment.id, gateway=payment.gateway, label=payment.label, amount=none,
                                maximum=none, is_manual=payment.is_manual)  # fmt: skip


def _quoted(back: Back, known: Mapping[str, Payment], amount: Money) -> QuotedPayment:
    """At most what our own reading says is left of it: where BigCommerce says more, a person looks first."""
    payment_id = money.payment_of(back.provider, list(known))
    payment = known.get(payment_id)
    left = payment.refundable if payment else None
    return QuotedPayment(
        payment_id=payment_id,
        gateway=back.provider,
        label=(payment.label if payment else "") or back.name or back.provider,
        amount=amount,
        maximum=back.amount if left is None else left,
        is_manual=back.offline,
    )
