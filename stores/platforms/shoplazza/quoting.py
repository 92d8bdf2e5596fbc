"""What a cancellation would give back: our estimate, since Shoplazza has no calculator.

n units: n × total_price / quantity, less their share of discounts named on the line, plus their share of the tax
where prices do not contain it, plus their share of the duty. Each line is rounded once, half up. Everything, with
nothing shipped: all that was paid and not given back. Never more than that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Quote, QuotedLine, QuotedPayment
from stores.kernel import jsonsafe
from stores.kernel.errors import RemoteRefused
from stores.kernel.money import Money, allocate, total
from stores.platforms.shoplazza import fields, moneys, payments, units, words
from stores.platforms.shoplazza.api import Api, understood
from stores.platforms.shoplazza.fields import Node
from stores.platforms.shoplazza.rates import Rates
from stores.platforms.shoplazza.reading import order_and_records

DISCOUNT_NAMES = ("amount", "discount_amount", "total_discount", "discount_price")


def quote(api: Api, order: Order, request: CancelRequest) -> Quote:
    """Raises RemoteRefused where two payments cannot be told apart: then a person names the amounts."""
    with understood():
        raw, records = order_and_records(api, order.external_id)
        return estimate(raw, records, order, request)


def estimate(raw: Node, records: Sequence[Node], order: Order, request: CancelRequest) -> Quote:
    rates, zero = Rates.of(raw), Money.zero(order.customer_currency)
    most = moneys.remaining(raw, records, rates)
    lines = list(_lines(raw, request, rates))
    whole = _is_everything(raw, lines)
    shipping_left = moneys.shipping_left(raw, records, rates)
    shipping = (shipping_left if whole else zero) if request.shipping is None else min(request.shipping, shipping_left)
    included = fields.flag(fields.maybe(raw, "config"), "product_tax_included")
    tax = zero if included else total((line.tax for line in lines), zero.currency)
    duties = total((_duty(raw, line, rates) for line in lines), zero.currency)
    items = total((line.amount for line in lines), zero.currency)
    due = items + tax + duties + shipping
    if whole and request.shipping is None:
        due, tax = most, tax + fields.amount(raw, "shipping_tax_total", zero.currency)
    given = min(due, most).rounded()
    subtotal = given - tax - duties - shipping
    if subtotal < zero:  # less was paid than the parts are worth
        subtotal, tax, duties, shipping = given, zero, zero, zero
    return Quote(
        currency=zero.currency, subtotal=subtotal, tax=tax, shipping=shipping, duties=duties, total=given,
        maximum=most, lines=tuple(lines), payments=_over(raw, order, given), is_estimate=True,
    )  # fmt: skip


def _lines(raw: Node, request: CancelRequest, rates: Rates) -> Iterator[QuotedLine]:
    """What of the wish can be estimated; the planner says what is wrong with the rest."""
    shipped = units.shipped(fields.items(raw, "fulfillments"))
    for line in fields.items(raw, "line_items"):
        line_id = fields.ident(line)
        asked = request.lines.get(line_id, Decimal(0))
        known = units.count(line, shipped.get(line_id, units.ZERO))
        if asked.is_finite() and 0 < asked <= known.waiting:
            yield QuotedLine(
                line_id=line_id,
                units=asked,
                amount=_share(net(line, rates), asked, known.ordered),
                tax=_share(fields.amount(line, "tax_price", rates.currency), asked, known.ordered),
            )


def _share(whole: Money, part: Decimal, of: Decimal) -> Money:
    return Money(whole.amount * part / of, whole.currency).rounded() if of else Money.zero(whole.currency)


def net(line: Node, rates: Rates) -> Money:
    """A line after the discounts named on it."""
    whole = fields.amount(line, "total_price", rates.currency)
    if not line.get("total_price"):
        whole = fields.amount(line, "price", rates.currency) * fields.units(line, "quantity")
    return max(whole - discounts(line, rates), Money.zero(rates.currency))


def discounts(line: Node, rates: Rates) -> Money:
    """`discount_applications` is text that holds JSON, of a shape nobody documents: amounts we know, or nothing."""
    try:
        said = jsonsafe.loads(fields.text(line, "discount_applications") or "[]")
    except ValueError:
        said = []
    return total((_discount(one, rates) for one in said if isinstance(one, dict)) if isinstance(said, list) else (),
                 rates.currency)  # fmt: skip


def _discount(applied: dict[str, Any], rates: Rates) -> Money:
    name = next((name for name in DISCOUNT_NAMES if applied.get(name)), "")
    try:
        found = fields.amount(applied, name, rates.currency)
    except fields.Misread:
        return Money.zero(rates.currency)
    return max(found, Money.zero(rates.currency))


def _duty(raw: Node, quoted: QuotedLine, rates: Rates) -> Money:
    line = next(line for line in fields.items(raw, "line_items") if fields.ident(line) == quoted.line_id)
    return _share(fields.amount(line, "duty_price", rates.currency), quoted.units, fields.units(line, "quantity"))


def _is_everything(raw: Node, quoted: Sequence[QuotedLine]) -> bool:
    """Every unit still on the order goes and none ever left."""
    if any(units.shipped(fields.items(raw, "fulfillments")).values()):
        return False
    wanted = {line.line_id: line.units for line in quoted}
    goods = [(fields.ident(line), units.count(line, units.ZERO).current) for line in fields.items(raw, "line_items")]
    return bool(wanted) and all(wanted.get(line_id, units.ZERO) == count for line_id, count in goods)


def _over(raw: Node, order: Order, given: Money) -> tuple[QuotedPayment, ...]:
    """Over the payments by what each still holds; none where nothing goes back."""
    parents = [(p, p.refundable) for p in order.payments if p.refundable]
    if not given or not parents:
        return ()
    shared = payments.shared_channels(raw)
    if any(payment.gateway in shared for payment, _ in parents):
        raise RemoteRefused("payments share a channel", code="divide", user_message=str(words.DIVIDE))
    given = min(given, total((left for _, left in parents), given.currency))
    parts = allocate(given, [left.amount for _, left in parents])
    return tuple(
        QuotedPayment(
            payment_id=payment.id, gateway=payment.gateway, label=payment.label, amount=part, maximum=left,
            is_manual=payment.is_manual,
        )
        for (payment, left), part in zip(parents, parts, strict=True)
    )  # fmt: skip
