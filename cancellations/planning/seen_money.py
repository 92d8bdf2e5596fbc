"""Money promised, reported and seen: per payment, in all, the order's payment state, and what was released."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from cancellations.planning.plan import EffectKind, PaymentEnd, Plan, PlannedStep, ReceiptLine, Verdict
from cancellations.planning.reports import NOT_TOLD, Results, new_refunds, reported, verdict_of
from cancellations.planning.titles import refund_title
from stores.canonical.commands import CancelOrder, Command, RefundOrder, VoidPayment
from stores.canonical.order import Order, Payment, PaymentState, PaymentStatus
from stores.canonical.receipts import EffectState, RefundState, Reported
from stores.kernel.i18n import gettext as _
from stores.kernel.i18n import money as said
from stores.kernel.money import Money, total


def rows(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    for part in (_payments, _refunded, _state, _voids):
        yield from part(plan, before, after, results)


def _paid_back(told: Reported) -> str:
    """The amount the call reported."""
    if told.refunded is None:
        return ""
    words = said(told.refunded)
    return _("%(money)s, pending", money=words) if told.refund_state is RefundState.PENDING else words


def _payments(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    moved: defaultdict[str, list[Payment]] = defaultdict(list)
    for refund in new_refunds(before, after):
        for transaction in refund.transactions:
            moved[transaction.parent_id].append(transaction)
    for end in plan.expected.payments:
        report = _reported(plan, results, end.payment_id)
        seen, verdict, note = _seen_payment(end, moved.get(end.payment_id, []), before, after)
        what = refund_title(end.label, is_manual=end.is_manual)
        yield ReceiptLine(
            kind=EffectKind.REFUND,
            what=what,
            promised=said(end.refund),
            reported=report,
            seen=seen,
            verdict=verdict,
            note=note,
        )


def _reported(plan: Plan, results: Results, payment_id: str) -> str:
    """By the calls that gave back through this payment; one that names several tells their sum alone."""
    mine = _of(results, (s for s in plan.steps if _moves(s.command, payment_id)))
    is_sum = any(isinstance(s.command, CancelOrder) and s.command.refund for s in plan.steps) or any(
        isinstance(s.command, RefundOrder) and len(s.command.payments) > 1 for s in plan.steps
    )
    says_own = len(plan.expected.payments) == 1 or not is_sum
    return reported(plan, mine, CancelOrder, RefundOrder, says=_paid_back if says_own else lambda told: "")


def _of(results: Results, steps: Iterable[PlannedStep]) -> Results:
    return {step.position: results[step.position] for step in steps if step.position in results}


def _moves(command: Command | None, payment_id: str = "") -> bool:
    """Could this call have moved money (through this payment, where one is named)?"""
    if isinstance(command, RefundOrder):
        return any(payment_id in ("", payment.payment_id) for payment in command.payments)
    return isinstance(command, CancelOrder) and command.refund


def _seen_payment(end: PaymentEnd, moved: list[Payment], before: Order, after: Order) -> tuple[str, Verdict, str]:
    """By the transactions of new refunds; where a platform names no parent, by what the payment can still give."""
    if not moved:
        return _seen_by_rest(end, before, after)
    by_status = {status: _sum(moved, status, end.refund.currency) for status in PaymentStatus}
    done, waiting = by_status[PaymentStatus.SUCCESS], by_status[PaymentStatus.PENDING]
    if done == end.refund:
        return said(done), Verdict.SAME, ""
    if done + waiting == end.refund:
        return said(done + waiting), Verdict.PENDING, _("On its way: the payment provider has not finished.")
    failed = by_status[PaymentStatus.FAILED]
    note = _("%(money)s failed at the payment provider.", money=said(failed)) if failed else ""
    return said(done + waiting), Verdict.DIFFERS, note


def _sum(moved: list[Payment], status: PaymentStatus, currency: str) -> Money:
    amounts = (p.amount.customer for p in moved if p.status is status and p.amount.customer.currency == currency)
    return total(amounts, currency)


def _seen_by_rest(end: PaymentEnd, before: Order, after: Order) -> tuple[str, Verdict, str]:
    was, now = _refundable(before, end.payment_id), _refundable(after, end.payment_id)
    zero = Money.zero(end.refund.currency)
    if was is None or was.currency != end.refund.currency:
        return NOT_TOLD, Verdict.UNSEEN, ""
    moved = was - (now if now and now.currency == was.currency else zero)
    if after.totals.refunded.customer == before.totals.refunded.customer:
        return said(zero), Verdict.DIFFERS, _("No refund is on the order.")
    return said(moved), verdict_of(moved == end.refund), ""


def _refundable(order: Order, payment_id: str) -> Money | None:
    return next((payment.refundable for payment in order.payments if payment.id == payment_id), None)


def _refunded(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """The order's own total of refunds, so that money nobody promised is seen as well."""
    promised, seen = plan.expected.refunded_after, after.totals.refunded.customer
    if not plan.expected.payments and seen == promised:
        return
    pending = any(
        transaction.status is PaymentStatus.PENDING
        for refund in new_refunds(before, after)
        for transaction in refund.transactions
    )
    verdict = verdict_of(seen == promised)
    if verdict is Verdict.DIFFERS and pending and seen.currency == promised.currency and seen < promised:
        verdict = Verdict.PENDING
    moving = _of(results, (s for s in plan.steps if _moves(s.command)))
    yield ReceiptLine(
        kind=EffectKind.REFUND,
        what=_("Refunded on this order in all"),
        promised=said(promised),
        reported=reported(plan, moving, CancelOrder, RefundOrder, says=_paid_back),
        seen=said(seen),
        verdict=verdict,
    )


def _state(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """The order's payment state, told only where it is not as promised: the rows above show why."""
    if not plan.expected.payment_states or after.payment in plan.expected.payment_states:
        return
    waits = any(t.status is PaymentStatus.PENDING for r in new_refunds(before, after) for t in r.transactions)
    yield ReceiptLine(
        kind=EffectKind.REFUND,
        what=_("Payment state of the order"),
        promised=_(" or ").join(map(_plain, plan.expected.payment_states)),
        reported=NOT_TOLD,
        seen=_plain(after.payment),
        verdict=Verdict.PENDING if waits else Verdict.DIFFERS,
    )


def _plain(state: PaymentState) -> str:
    return _(str(state).replace("_", " "))


def _voids(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    held = {p.id: p for p in after.payments}
    for payment_id in plan.expected.voided:
        was = next((p for p in before.payments if p.id == payment_id), None)
        now = held.get(payment_id)
        is_free = now is None or now.capturable is None or not now.capturable
        yield ReceiptLine(
            kind=EffectKind.VOID,
            what=_("Authorisation on %(label)s", label=was.label if was else payment_id),
            promised=_("released"),
            reported=reported(
                plan,
                results,
                CancelOrder,
                VoidPayment,
                says=lambda f: _("released") if f.state is EffectState.VOIDED else "",
            ),
            seen=_("released") if is_free else _("still held"),
            verdict=verdict_of(is_free),
        )
