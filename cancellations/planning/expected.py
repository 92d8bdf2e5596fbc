"""The end state a plan promises: exactly what verify can find again by reading."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cancellations.planning.amounts import authorised
from cancellations.planning.methods import Method
from cancellations.planning.plan import Expected, LineEnd, PaymentEnd, StockEnd
from cancellations.planning.planning_input import Case, cancellable_after
from cancellations.planning.refunds import left_for_cancel, places
from stores.canonical.commands import CancelOrder, RefundOrder, VoidPayment
from stores.canonical.order import PaymentState
from stores.canonical.recipe import RefundStock, Void
from stores.canonical.request import RefundChoice
from stores.kernel.money import Money


def end_state(case: Case, method: Method) -> Expected:
    before = _refunded(case)
    back = case.amounts.sums.total if method.commands else Money.zero(before.currency)
    return Expected(
        is_cancelled=method.ends(case),
        cancellable=cancellable_after(case) if method.commands else case.order.cancellable,
        lines=tuple(_lines(case)) if method.commands else (),
        payments=tuple(
            PaymentEnd(payment_id=p.payment_id, label=p.label, refund=p.amount, is_manual=p.is_manual)
            for p in case.amounts.payments
        ),
        refunded_before=before,
        refunded_after=before + back,
        voided=tuple(_voided(case, method)),
        stock=tuple(_stock(case, method)),
        payment_states=_payment_states(case, method),
        by_sku=case.by_item,
    )


def _refunded(case: Case) -> Money:
    refunded = case.order.totals.refunded.customer
    return refunded if refunded.currency == case.order.customer_currency else Money.zero(case.order.customer_currency)


def _lines(case: Case) -> Iterator[LineEnd]:
    if case.by_item:
        yield from _by_sku(case)
        return
    shares = _shares(case)
    for chosen in case.chosen:
        line = chosen.line
        yield LineEnd(
            line_id=line.id,
            title=line.title,
            sku=line.sku,
            before=line.current,
            after=line.current - chosen.units,
            refund=shares.get(line.id),
        )


def _by_sku(case: Case) -> Iterator[LineEnd]:
    """What stays of a line gets a new id: the units of its SKU are what can be found again."""
    taken: dict[str, Decimal] = {}
    for chosen in case.chosen:
        taken[chosen.line.sku] = taken.get(chosen.line.sku, Decimal(0)) + chosen.units
    for sku, units in taken.items():
        lines = [line for line in case.order.lines if line.sku == sku]
        before = sum((line.current for line in lines), Decimal(0))
        yield LineEnd(line_id=lines[0].id, title=lines[0].title, sku=sku, before=before, after=before - units)


def _shares(case: Case) -> dict[str, Money]:
    """Line id → what goes back for it, by the platform's own figures; an amount of one's own has no such parts."""
    found: dict[str, Money] = {}
    if case.quote is None or case.request.refund is not RefundChoice.FULL or not case.amounts.payments:
        return found
    for line in case.quote.lines:
        worth = line.amount if case.order.taxes_included else line.amount + line.tax
        found[line.line_id] = found.get(line.line_id, Money.zero(case.quote.currency)) + worth
    return found


def _voided(case: Case, method: Method) -> Iterator[str]:
    named = {c.payment_id for c in method.commands if isinstance(c, VoidPayment)}
    by_cancel = case.recipe.void is Void.WITH_CANCEL and method.names(CancelOrder)
    yield from (p.id for p in authorised(case.order) if by_cancel or p.id in named)


def _stock(case: Case, method: Method) -> Iterator[StockEnd]:
    """Restock records are left by a cancel and by a refund, not by an edit. Kept lines promise none."""
    recorded = {u.line_id for c in method.commands if isinstance(c, RefundOrder) for u in c.lines if u.restock}
    by_cancel = any(isinstance(c, CancelOrder) and c.restock for c in method.commands)
    for chosen in case.back:
        if not by_cancel and chosen.line.id not in recorded:
            continue
        merged: dict[str, Decimal] = {}
        for location_id, share in places(case, chosen):
            if share.location and not share.location.is_active and by_cancel:
                continue  # silently not put back (cautions say so)
            merged[location_id] = merged.get(location_id, Decimal(0)) + share.units
        for location_id, units in merged.items():
            yield StockEnd(
                line_id=chosen.line.id,
                title=chosen.line.title,
                location_id=location_id,
                location=case.name_of(location_id),
                units=units,
                is_recorded=not method.names(RefundOrder)
                or (case.refund_stock is not RefundStock.NONE and chosen.line.id not in left_for_cancel(case)),
            )


def _payment_states(case: Case, method: Method) -> tuple[PaymentState, ...]:
    """Any of these is as promised; empty: nothing is promised about it."""
    state = PaymentState
    if not method.commands:
        return ()
    whole_cancel = method.ends(case)
    if case.amounts.payments:
        left = any(p.amount < p.maximum for p in case.amounts.payments)
        return (state.PARTLY_REFUNDED, state.REFUNDED) if left or not whole_cancel else (state.REFUNDED,)
    if not whole_cancel:
        return (case.order.payment,) if case.captured or authorised(case.order) else ()
    return (state.VOIDED, state.EXPIRED) if authorised(case.order) and not case.captured else ()
