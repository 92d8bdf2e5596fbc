"""What a cancellation would give back: BigCommerce's own figures, and the way in which it would pay.

Among the ways it offers the first that moves money is taken; store credit only where store credit was paid, since
nobody asked the customer. Lines get their share of the quote in proportion to what they cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from stores.canonical.order import Order, Payment
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment, RefundChoice
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money, allocate, total
from stores.platforms.bigcommerce import capabilities, items, lines, moneys, parts, payments
from stores.platforms.bigcommerce.api import Api
from stores.platforms.bigcommerce.mapping import Read
from stores.platforms.bigcommerce.moneys import Rates
from stores.platforms.bigcommerce.parts import Cost

ZERO = Decimal(0)


@dataclass(frozen=True)
class Back:
    """One payment of a way: through `provider`, by a person where it is `offline`."""

    provider: str
    name: str
    amount: Money
    offline: bool


@dataclass(frozen=True)
class Quoted:
    """The platform's answer. tax: inside the total."""

    total: Money
    tax: Money
    ways: tuple[tuple[Back, ...], ...]


def ask(api: Api, order_id: str, wanted: Sequence[items.Item], currency: str) -> Quoted:
    raw = api.quote(order_id, wanted)
    ways = json_readers.first(raw, "refund_methods") or []
    if not isinstance(ways, list):
        raise json_readers.Misread("refund_methods")
    found = tuple(tuple(_backs(way, currency)) for way in ways)
    return Quoted(
        moneys.amount(raw, currency, "total_refund_amount"),
        moneys.amount(raw, currency, "total_refund_tax_amount"),
        tuple(way for way in found if way),
    )


def _backs(way: object, currency: str) -> Iterator[Back]:
    """A way is a list of payments; a single one stands for itself."""
    for part in json_readers.nodes({"way": [way] if isinstance(way, Mapping) else way}, "way"):
        yield Back(
            provider=json_readers.ident(part, "provider_id"),
            name=json_readers.text(part, "provider_description"),
            amount=_exact(part, currency),
            offline=json_readers.flag(part, "offline"),
        )


def _exact(part: Node, currency: str) -> Money:
    """What is sent must equal it. Raises RemoteRefused where our minor unit is coarser: rounded, it is another sum."""
    found = moneys.amount(part, currency, "amount")
    if found.amount != moneys.decimal(part, "amount"):
        raise RemoteRefused("finer", code="finer", user_message=str(capabilities.FINER))
    return found


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
        return _nothing(currency, maximum)
    is_all = _is_everything(order, units)
    is_named = request.refund is RefundChoice.PART  # then the refund names goods and the shipping that was asked for
    shipping = _shipping(read.costs, request, currency, is_all=is_all and not is_named)
    own = parts.of_kind(read.costs, "HANDLING", "FEE")
    fees = parts.sum_of(own, currency) if is_all and not is_named else Money.zero(currency)
    wanted = items.wanted(read.raw, read.costs, units, shipping=shipping, fees=fees, reason="")
    for item in wanted:
        item.pop("reason")
    found = ask(api, order.external_id, wanted, currency)
    way = chosen(found, order.payments)
    if found.total and not way:
        raise RemoteRefused("no way", code="no_way", user_message=str(capabilities.NO_WAY))
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


def _nothing(currency: str, maximum: Money) -> Quote:
    none = Money.zero(currency)
    return Quote(currency=currency, subtotal=none, tax=none, shipping=none, duties=none, total=none, maximum=maximum)


def _units(order: Order, request: CancelRequest) -> Iterator[tuple[str, Decimal]]:
    """What of the wish can be quoted; the planner says what is wrong with the rest."""
    for line in order.lines:
        asked = request.lines.get(line.id, ZERO)
        if asked.is_finite() and 0 < asked <= line.unfulfilled and asked == asked.to_integral_value():
            yield line.id, asked


def _is_everything(order: Order, units: Mapping[str, Decimal]) -> bool:
    """Every unit still on the order goes and none ever left."""
    return not any(line.shipped for line in order.lines) and all(
        units.get(line.id, ZERO) == line.current for line in order.lines
    )


def _shipping(costs: Sequence[Cost], request: CancelRequest, currency: str, *, is_all: bool) -> Money:
    left = parts.sum_of(parts.of_kind(costs, "SHIPPING"), currency)
    if request.shipping is None:
        return left if is_all else Money.zero(currency)
    if request.shipping.currency != currency or request.shipping.amount < 0:
        return Money.zero(currency)
    return min(request.shipping, left)


def _tax_of(costs: Sequence[Cost], shipping: Money, fees: Money) -> Money:
    """The tax on shipping and fees, by the order's own rates: what remains is the lines'."""
    spread = [*parts.spread(shipping, parts.of_kind(costs, "SHIPPING")),
              *parts.spread(fees, parts.of_kind(costs, "HANDLING", "FEE"))]  # fmt: skip
    taxes = (Money(part.amount * cost.tax, part.currency).rounded() for cost, part in spread)
    return total(taxes, shipping.currency)


def _lines(
    raw: Node, rates: Rates, order: Order, units: Mapping[str, Decimal], goods: Money, tax: Money
) -> Iterator[QuotedLine]:
    nodes = {json_readers.ident(line, "id"): line for line in parts.lines(raw)}
    worth = []
    for line_id, count in units.items():
        whole = lines.net(nodes[line_id], rates, included=order.taxes_included)
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
    ours = {payments.payment_of(back.provider, list(known)) for back in way}
    for payment in order.payments if is_named else ():
        if payment.refundable and payment.id not in ours:
            none = Money.zero(payment.refundable.currency)
            yield QuotedPayment(payment_id=payment.id, gateway=payment.gateway, label=payment.label, amount=none,
                                maximum=none, is_manual=payment.is_manual)  # fmt: skip


def _quoted(back: Back, known: Mapping[str, Payment], amount: Money) -> QuotedPayment:
    """At most what our own reading says is left of it: where BigCommerce says more, a person looks first."""
    payment_id = payments.payment_of(back.provider, list(known))
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
