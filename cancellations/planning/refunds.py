"""The refunds of a plan: one call, one per payment, or one per setting of a platform's only restock switch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cancellations.planning import reasons
from cancellations.planning.planning_input import Case
from cancellations.planning.quantities import Chosen, Share, Stock
from stores.canonical.commands import PaymentBack, RefundOrder, UnitsBack
from stores.canonical.recipe import CancelLines, Per, Recipe, Refund, RefundStock
from stores.canonical.request import QuotedPayment, RefundChoice
from stores.kernel.money import Money, allocate, total


@dataclass(frozen=True)
class Part:
    """What one call takes off the order and gives back."""

    units: tuple[UnitsBack, ...]
    payments: tuple[QuotedPayment, ...]
    shipping: Money | None = None
    fees: Money | None = None
    duties: tuple[str, ...] = ()


def refunds(case: Case, lines: Sequence[Chosen], *, notify: bool | None = None) -> Iterator[RefundOrder]:
    """lines: the units that leave with the money; empty where another call takes them off."""
    for part in _parts(case, lines):
        yield RefundOrder(
            order_id=case.order.external_id,
            currency=case.order.customer_currency,
            lines=part.units,
            payments=tuple(_back(p) for p in part.payments),
            shipping=part.shipping,
            fees=part.fees,
            duties=part.duties,
            notify=case.request.notify if notify is None else notify,
            note=reasons.label(case.request.reason),
        )


def _back(payment: QuotedPayment) -> PaymentBack:
    return PaymentBack(
        payment_id=payment.payment_id, gateway=payment.gateway, amount=payment.amount, is_manual=payment.is_manual
    )


def _parts(case: Case, lines: Sequence[Chosen]) -> Iterator[Part]:
    amounts = case.amounts
    match case.recipe.units:
        case CancelLines():
            return
        case Refund(per=Per.PAYMENT) if amounts.payments:
            yield from _per_payment(case, lines)
        case Refund(stock=RefundStock.ONE_SWITCH) if needs_two(case, lines):
            yield from _per_switch(case, lines)
        case Refund():
            yield Part(_all_units(case, lines), amounts.payments, amounts.shipping, amounts.fees, amounts.duties)


def _all_units(case: Case, lines: Iterable[Chosen]) -> tuple[UnitsBack, ...]:
    return tuple(units for chosen in lines for units in _units_back(case, chosen))


# --- one for each payment --------------------------------------------------------------------------
def _per_payment(case: Case, lines: Sequence[Chosen]) -> Iterator[Part]:
    """Lines go with the payment their share was quoted on; where the quote names none, all go with the first."""
    first = case.amounts.payments[0].payment_id
    for payment in case.amounts.payments:
        units = tuple(_units_of(case, lines, payment.payment_id, is_first=payment.payment_id == first))
        shipping = payment.shipping
        if shipping is None and payment.payment_id == first:
            shipping = case.amounts.shipping if not _is_split(case) else None
        yield Part(units, (payment,), shipping or None, payment.fees or None)


def _is_split(case: Case) -> bool:
    return any(payment.shipping is not None for payment in case.amounts.payments)


def _units_of(case: Case, lines: Sequence[Chosen], payment_id: str, *, is_first: bool) -> Iterator[UnitsBack]:
    shares = case.quote.lines if case.quote else ()
    for chosen in lines:
        quoted = [share for share in shares if share.line_id == chosen.line.id and share.payment_id]
        if not quoted and is_first:
            yield from _units_back(case, chosen)
        for share in quoted:
            if share.payment_id == payment_id:
                place = next(iter(places(case, chosen)), ("", None))[0]
                yield UnitsBack(
                    line_id=chosen.line.id,
                    units=share.units,
                    restock=_goes_back(case, chosen, place),
                    location_id=place,
                )


def left_for_cancel(case: Case) -> frozenset[str]:
    """Lines some units of which were never paid: quoted on no payment of ours, so only the cancel takes them."""
    named = {payment.payment_id for payment in case.amounts.payments}
    shares = case.quote.lines if case.quote and is_per_payment(case.recipe) else ()
    return frozenset(share.line_id for share in shares if share.payment_id and share.payment_id not in named)


def is_per_payment(recipe: Recipe) -> bool:
    return recipe.refund is not None and recipe.refund.per is Per.PAYMENT


# --- one for each setting of the switch ------------------------------------------------------------
def needs_two(case: Case, lines: Sequence[Chosen]) -> bool:
    """Some units go back to stock and others do not, and the platform has one switch for all of a refund."""
    is_switch = case.refund_stock is RefundStock.ONE_SWITCH
    return is_switch and len({chosen.stock is Stock.KEEP for chosen in lines}) == 2


def _per_switch(case: Case, lines: Sequence[Chosen]) -> Iterator[Part]:
    kept = [chosen for chosen in lines if chosen.stock is Stock.KEEP]
    rest = [chosen for chosen in lines if chosen.stock is not Stock.KEEP]
    for_kept, for_rest = _shared(case.amounts.payments, _share_of(case, kept, rest))
    yield Part(_all_units(case, rest), for_rest, case.amounts.shipping, case.amounts.fees, case.amounts.duties)
    yield Part(_all_units(case, kept), for_kept)


def _share_of(case: Case, kept: Sequence[Chosen], rest: Sequence[Chosen]) -> Money:
    """What goes back for the kept lines; of an amount of one's own their share of it by what the lines are worth."""
    if case.request.refund is not RefundChoice.PART:
        return worth(case, kept)
    weights = [worth(case, rest).amount, worth(case, kept).amount]
    return allocate(case.amounts.sums.total, weights)[1] if any(weights) else worth(case, kept)


def worth(case: Case, lines: Iterable[Chosen]) -> Money:
    """What goes back for these lines by the quote, tax included."""
    wanted = {chosen.line.id for chosen in lines}
    shares = [share for share in (case.quote.lines if case.quote else ()) if share.line_id in wanted]
    gross = (s.amount if case.order.taxes_included else s.amount + s.tax for s in shares)
    return total(gross, case.order.customer_currency)


def _shared(
    payments: Sequence[QuotedPayment], wanted: Money
) -> tuple[tuple[QuotedPayment, ...], tuple[QuotedPayment, ...]]:
    """(payments that make up `wanted`, what is left of them); never more than there is."""
    taken, left = [], []
    for payment in payments:
        amount = min(wanted, payment.amount).rounded()
        wanted = wanted - amount
        if amount:
            taken.append(_of(payment, amount))
        if payment.amount - amount:
            left.append(_of(payment, payment.amount - amount))
    return tuple(taken), tuple(left)


def _of(payment: QuotedPayment, amount: Money) -> QuotedPayment:
    return QuotedPayment(
        payment_id=payment.payment_id,
        gateway=payment.gateway,
        label=payment.label,
        amount=amount,
        maximum=payment.maximum,
        is_manual=payment.is_manual,
    )


# --- units and where they go -----------------------------------------------------------------------
def places(case: Case, chosen: Chosen) -> Iterator[tuple[str, Share]]:
    """Where each share goes back to: the place a person named, else where it waits, else the platform's proposal."""
    for share in chosen.shares:
        waits_at = share.location.id if share.location else case.proposed.get(chosen.line.id, "")
        yield chosen.goes_to or waits_at, share


def _units_back(case: Case, chosen: Chosen) -> Iterator[UnitsBack]:
    """One entry per location. Kept units are put back first and taken out again (CorrectStock)."""
    merged: dict[str, UnitsBack] = {}
    for location_id, share in places(case, chosen):
        before = merged[location_id].units if location_id in merged else 0
        merged[location_id] = UnitsBack(
            line_id=chosen.line.id,
            units=before + share.units,
            restock=_goes_back(case, chosen, location_id),
            location_id=location_id,
        )
    yield from merged.values()


def _goes_back(case: Case, chosen: Chosen, location_id: str) -> bool:
    match case.refund_stock:
        case RefundStock.NONE:
            return False
        case RefundStock.PER_LINE | RefundStock.ONE_SWITCH:
            return chosen.stock is Stock.BACK
        case RefundStock.ALWAYS:
            return chosen.stock is not Stock.NONE or _must_name_place(chosen, location_id)


def _must_name_place(chosen: Chosen, location_id: str) -> bool:
    """Without a place the platform takes shipped units first; goods it cannot put back get none when none shipped."""
    return chosen.line.shipped > 0 or (bool(location_id) and chosen.line.is_restockable)
