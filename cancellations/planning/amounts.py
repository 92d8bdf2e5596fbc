"""What goes back: parts per payment that sum exactly to the total, none above its maximum.

Full = the platform's own figures; part = the person's, checked here; none = nothing. All in the currency that moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cancellations.planning.plan import Blocker, Sums
from cancellations.planning.quantities import Chosen
from stores.canonical.order import Order, Payment, PaymentStatus
from stores.canonical.request import CancelRequest, Quote, QuotedPayment, RefundChoice
from stores.kernel.i18n import gettext as _
from stores.kernel.i18n import money as said
from stores.kernel.money import Money, allocate, exponent, total


@dataclass(frozen=True)
class Amounts:
    """`shipping`, `fees`: that part of it; `duties`: ids of duties that go back with their lines."""

    payments: tuple[QuotedPayment, ...]
    sums: Sums
    shipping: Money | None = None
    duties: tuple[str, ...] = ()
    fees: Money | None = None


def is_refundable(payment: Payment) -> bool:
    return payment.refundable is not None and payment.refundable.amount > 0


def has_captured(order: Order) -> bool:
    """There is money with the shop that could go back."""
    return any(is_refundable(payment) for payment in order.payments)


def left(order: Order) -> Money | None:
    """All that could still go back, through every payment; None where that is in several currencies."""
    found = [payment.refundable for payment in order.payments if payment.refundable and payment.refundable.amount > 0]
    if any(amount.currency != order.customer_currency for amount in found):
        return None
    return total(found, order.customer_currency)


def why_nothing(order: Order) -> str:
    """Why no money can go back, in words; "" when some can."""
    if has_captured(order):
        return ""
    if order.is_summary:
        return _("What was paid is known once the order is read.")
    got, gone = order.totals.received.customer, money_back(order)
    if gone and gone.currency == got.currency and gone >= got:
        return _("No money is left on this order: it has gone back already, or is on its way.")
    if got or gone or order.totals.received.shop:
        return _("This order was paid, and the platform offers no way for the money that is left to go back.")
    return _("Nothing was captured on this order.")


def money_back(order: Order) -> Money:
    """Given back or on its way, as the customer sees it; some platforms total only what has arrived."""
    told = order.totals.refunded.customer
    sent = (one for refund in order.refunds for one in refund.transactions if one.status is not PaymentStatus.FAILED)
    amounts = (one.amount.customer for one in sent if one.amount.customer.currency == told.currency)
    return max(told, total(amounts, told.currency))


def authorised(order: Order) -> tuple[Payment, ...]:
    """Payments that hold money which was never captured."""
    return tuple(p for p in order.payments if p.capturable is not None and p.capturable.amount > 0)


def nothing(currency: str) -> Amounts:
    zero = Money.zero(currency)
    return Amounts((), Sums(items=zero, tax=zero, shipping=zero, duties=zero, total=zero))


def work_out(
    order: Order, request: CancelRequest, quote: Quote | None, chosen: Sequence[Chosen], why_no_quote: str = ""
) -> tuple[Amounts, tuple[Blocker, ...]]:
    """The money of a plan and what is wrong with the wish; with a blocker the amounts are zero."""
    empty = nothing(order.customer_currency)
    if not has_captured(order) or (request.refund is RefundChoice.FULL and not chosen):
        return empty, tuple(_wishes_without_money(order, request))
    if wrong := tuple(_wrong_currency(order, quote)) + tuple(_wrong_shipping(order, request)):
        return empty, wrong
    if why_no_quote and quote is None and request.refund is not RefundChoice.NONE:
        return empty, (_not_quoted(why_no_quote),)
    match request.refund:
        case RefundChoice.NONE:
            return empty, ()
        case RefundChoice.FULL:
            return _as_quoted(request, quote, chosen) if quote else (empty, (_not_quoted(why_no_quote),))
        case RefundChoice.PART:
            named, wrong = _as_named(order, request, quote)
            return (named if chosen else empty), wrong  # without units nothing happens, so nothing goes back


def split(whole: Money, payments: Sequence[QuotedPayment]) -> dict[str, Money]:
    """One amount over several payments, by what each can still give back. Raises ValueError above their sum."""
    if whole > total((p.maximum for p in payments), whole.currency):
        raise ValueError("more than can be given back")
    parts = allocate(whole, [p.maximum.amount for p in payments])
    return {p.payment_id: part for p, part in zip(payments, parts, strict=True) if part}


def in_shop_currency(order: Order, amount: Money) -> Money:
    """`amount` at the order's own rate, rounded half up: what limits compare.

    As it is where the order tells no rate: an order that was free at first, or whose worth in the shop's currency is
    not told. Such an amount cannot be compared.
    """
    if amount.currency == order.currency:
        return amount
    if not amount:
        return Money.zero(order.currency)
    pair = order.totals.original
    if amount.currency != pair.customer.currency or not pair.customer or not pair.shop:
        return amount
    return Money(amount.amount * pair.shop.amount / pair.customer.amount, order.currency).rounded()


def _as_quoted(request: CancelRequest, quote: Quote, chosen: Sequence[Chosen]) -> tuple[Amounts, tuple[Blocker, ...]]:
    payments = tuple(p for p in quote.payments if p.amount.amount > 0)
    whole = total((p.amount for p in payments), quote.currency)
    if any(p.amount > p.maximum for p in payments) or whole > quote.maximum:
        text = _("The platform's own figures exceed what it can give back. Read the order again.")
        return nothing(quote.currency), (Blocker(code="quote_too_high", field="refund", text=text),)
    fees = quote.fees or Money.zero(quote.currency)
    sums = Sums(
        items=whole - quote.tax - quote.shipping - quote.duties - fees,
        tax=quote.tax,
        shipping=quote.shipping,
        duties=quote.duties,
        total=whole,
        is_estimate=quote.is_estimate,
        fees=fees if fees else None,
    )
    duties = tuple(duty.id for c in chosen if c.takes_all for duty in c.line.duties) if quote.duties else ()
    return Amounts(payments, sums, (request.shipping or quote.shipping) or None, duties, quote.fees or None), ()


def _as_named(order: Order, request: CancelRequest, quote: Quote | None) -> tuple[Amounts, tuple[Blocker, ...]]:
    parents = parents_of(order, quote)
    wrong = tuple(b for b in (_wrong_part(pid, m, parents) for pid, m in request.part.items()) if b)
    if wrong:
        return nothing(order.customer_currency), wrong
    payments = tuple(
        QuotedPayment(
            payment_id=p.payment_id,
            gateway=p.gateway,
            label=p.label,
            amount=request.part[p.payment_id],
            maximum=p.maximum,
            is_manual=p.is_manual,
        )
        for p in parents.values()
        if request.part.get(p.payment_id)
    )
    whole = total((p.amount for p in payments), order.customer_currency)
    if wrong := tuple(_wrong_total(whole, request, quote)):
        return nothing(order.customer_currency), wrong
    shipping, zero = request.shipping or Money.zero(whole.currency), Money.zero(whole.currency)
    sums = Sums(items=whole - shipping, tax=zero, shipping=shipping, duties=zero, total=whole)
    return Amounts(payments, sums, request.shipping or None), ()


def parents_of(order: Order, quote: Quote | None) -> dict[str, QuotedPayment]:
    """Payments a refund can go back through, with the smaller of both maxima: the quote's and the order's."""
    quoted = {p.payment_id: p for p in quote.payments} if quote else {}
    parents = {}
    for payment in filter(is_refundable, order.payments):
        limit, known = payment.refundable, quoted.get(payment.id)
        if limit is None or limit.currency != order.customer_currency:
            continue
        parents[payment.id] = QuotedPayment(
            payment_id=payment.id,
            gateway=known.gateway if known else payment.gateway,
            label=known.label if known else payment.label,
            amount=known.amount if known else Money.zero(limit.currency),
            maximum=min(limit, known.maximum) if known and known.maximum.currency == limit.currency else limit,
            is_manual=known.is_manual if known else payment.is_manual,
        )
    return parents


def _wrong_part(payment_id: str, amount: Money, parents: Mapping[str, QuotedPayment]) -> Blocker | None:
    field = f"part.{payment_id}"
    if payment_id not in parents:
        return Blocker(code="foreign_payment", field="refund", text=_("Nothing can go back through this payment."))
    if not amount and amount.currency == parents[payment_id].maximum.currency:
        return None
    if text := wrong_amount(amount, parents[payment_id].maximum):
        return Blocker(code="amount", field=field, text=text)
    return None


def wrong_amount(amount: Money, maximum: Money) -> str:
    """Why this amount cannot be given back, in words; "" when it can."""
    if amount.currency != maximum.currency:
        return _("Give the amount in %(currency)s, the currency that was paid.", currency=maximum.currency)
    if amount.amount < 0:
        return _("An amount cannot be negative.")
    if amount > maximum:
        return _("At most %(most)s can be given back here.", most=said(maximum))
    if amount != amount.rounded():
        return _too_fine(amount.currency)
    return ""


def _too_fine(currency: str) -> str:
    digits = exponent(currency)
    if digits == 0:
        return _("%(currency)s has no decimals.", currency=currency)
    return _("%(currency)s has %(digits)s decimals at most.", currency=currency, digits=digits)


def _wrong_total(whole: Money, request: CancelRequest, quote: Quote | None) -> Iterator[Blocker]:
    if not whole:
        yield Blocker(code="no_amount", field="refund", text=_("Say how much goes back, or choose “No refund”."))
    if quote and whole > quote.maximum:
        text = _("At most %(most)s can be given back on this order.", most=said(quote.maximum))
        yield Blocker(code="amount", field="refund", text=text)
    if request.shipping and request.shipping > whole:
        yield Blocker(code="shipping", field="shipping", text=_("The shipping part is larger than the refund."))


def _wrong_currency(order: Order, quote: Quote | None) -> Iterator[Blocker]:
    if quote and any(m.currency != order.customer_currency for m in _amounts_of(quote)):
        text = _("The platform answered in another currency than the order's. Read the order again.")
        yield Blocker(code="quote_currency", field="refund", text=text)


def _amounts_of(quote: Quote) -> Iterator[Money]:
    yield from (quote.subtotal, quote.tax, quote.shipping, quote.duties, quote.total, quote.maximum)
    for payment in quote.payments:
        yield from (payment.amount, payment.maximum)
    for line in quote.lines:
        yield from (line.amount, line.tax)


def _wrong_shipping(order: Order, request: CancelRequest) -> Iterator[Blocker]:
    if request.shipping is None or request.refund is RefundChoice.NONE:
        return
    limit = order.shipping_refundable or Money.zero(order.customer_currency)
    if limit.currency != order.customer_currency:
        limit = Money.zero(order.customer_currency)
    if text := wrong_amount(request.shipping, limit):
        yield Blocker(code="shipping", field="shipping", text=text)


def _wishes_without_money(order: Order, request: CancelRequest) -> Iterator[Blocker]:
    if request.refund is RefundChoice.PART and any(request.part.values()):
        yield Blocker(code="nothing_paid", field="refund", text=why_nothing(order))


def _not_quoted(why: str) -> Blocker:
    text = why or _("The platform did not say what the refund would be, so nothing can be promised.")
    advice = "" if why else _("Read the order again.")  # the platform's words say what to do themselves
    return Blocker(code="no_quote", field="refund", text=text, advice=advice)
