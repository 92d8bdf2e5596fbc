"""Promised, reported, seen: one row per line, payment, restock record and flag. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

from cancellations.planning.plan import EffectKind, PaymentEnd, Plan, ReceiptLine, ReceiptSheet, StockEnd, Verdict
from stores.canonical.commands import CancelOrder, CorrectStock, EditOrder, RefundOrder, VoidPayment
from stores.canonical.order import LineItem, Order, Payment, PaymentState, PaymentStatus, Refund, RefundedLine
from stores.kernel.money import Money, total
from stores.kernel.words import gettext as _
from stores.kernel.words import money as said
from stores.kernel.words import ngettext
from stores.kernel.words import units as counted

Facts = Mapping[str, str]
Results = Mapping[int, Facts]
NOT_TOLD = "—"


def compare(
    plan: Plan, before: Order, after: Order, results: Results, *, seen_at: datetime | None = None
) -> ReceiptSheet:
    """The receipt. before: as planned on; after: read when all steps were done; results: step position → facts."""
    parts = (_cancelled, _lines, _others, _payments, _refunded, _state, _voids, _stock, _corrections, _message)
    rows = tuple(row for part in parts for row in part(plan, before, after, results))
    return ReceiptSheet(
        lines=rows,
        seen_at=(seen_at or after.updated_at).astimezone(UTC).isoformat().replace("+00:00", "Z"),
        differs=any(row.verdict is Verdict.DIFFERS for row in rows),
        is_pending=any(row.verdict is Verdict.PENDING for row in rows),
    )


def _reported(plan: Plan, results: Results, *kinds: type, says: Callable[[Facts], str] = lambda facts: "") -> str:
    """What the calls of these kinds answered, in words; "—" when none did. says: the words for this row, if any."""
    told = [results.get(step.position, {}) for step in plan.steps if isinstance(step.command, kinds)]
    return " · ".join(_answer(facts, says) for facts in told if facts) or NOT_TOLD


def _answer(facts: Facts, says: Callable[[Facts], str]) -> str:
    if facts.get("settled"):
        return _("settled by hand")
    if facts.get("found"):
        return _("no answer, found on looking")
    return says(facts) or _("accepted")


def _paid_back(facts: Facts) -> str:
    """The amount the call reported: "52.80 USD" as an adapter writes it."""
    amount, _space, currency = facts.get("refunded", "").partition(" ")
    if not currency:
        return ""
    words = said(Money(Decimal(amount), currency))
    return _("%(money)s, pending", money=words) if facts.get("refund_state") == "pending" else words


def _cancelled(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    is_seen = after.cancelled_at is not None
    if not plan.expected.is_cancelled and not is_seen:
        return
    words = {True: _("cancelled"), False: _("open")}
    yield ReceiptLine(
        kind=EffectKind.CLOSE,
        what=_("Order %(number)s", number=plan.order_number),
        promised=words[plan.expected.is_cancelled],
        reported=_reported(plan, results, CancelOrder, says=lambda f: words[True] if f.get("cancelled_at") else ""),
        seen=words[is_seen],
        verdict=_verdict(plan.expected.is_cancelled == is_seen),
        note="" if plan.expected.is_cancelled else _("Somebody cancelled the whole order meanwhile."),
    )


def _verdict(is_same: bool) -> Verdict:
    return Verdict.SAME if is_same else Verdict.DIFFERS


def _lines(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    now = {line.id: line for line in after.lines}
    report = _reported(plan, results, CancelOrder, RefundOrder, EditOrder)
    for end in plan.expected.lines:
        line = now.get(end.line_id)
        seen = _on_order(line, after) if line else Decimal(0)
        yield ReceiptLine(
            kind=EffectKind.UNITS,
            what=end.title,
            promised=_change(end.before, end.after),
            reported=report,
            seen=_change(end.before, seen),
            verdict=_verdict(seen == end.after),
            note=_why_units_differ(line, seen, end.after),
        )


def _on_order(line: LineItem, after: Order) -> Decimal:
    """Units still on the order. A cancelled order holds none but what has left."""
    return min(line.current, line.shipped) if after.cancelled_at is not None else line.current


def _change(before: Decimal, after: Decimal) -> str:
    return f"{counted(before)} → {counted(after)}"


def _why_units_differ(line: LineItem | None, seen: Decimal, promised: Decimal) -> str:
    if line is None:
        return _("The line is gone.")
    if seen > promised and line.shipped > 0:
        return _("Some units may have been shipped first.")
    return ""


def _others(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """Lines nobody promised to touch, and that changed all the same."""
    promised = {end.line_id for end in plan.expected.lines}
    was = {line.id: line.current for line in before.lines}
    for line in after.lines:
        if line.id in promised or line.id not in was or was[line.id] == line.current or after.cancelled_at:
            continue
        yield ReceiptLine(
            kind=EffectKind.UNITS,
            what=line.title,
            promised=_change(was[line.id], was[line.id]),
            reported=NOT_TOLD,
            seen=_change(was[line.id], line.current),
            verdict=Verdict.DIFFERS,
            note=_("This line was not part of the plan."),
        )


def _new_refunds(before: Order, after: Order) -> list[Refund]:
    known = {refund.id for refund in before.refunds}
    return [refund for refund in after.refunds if refund.id not in known]


def _payments(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    moved: defaultdict[str, list[Payment]] = defaultdict(list)
    for refund in _new_refunds(before, after):
        for transaction in refund.transactions:
            moved[transaction.parent_id].append(transaction)
    says = _paid_back if len(plan.expected.payments) == 1 else lambda facts: ""  # the call tells the sum alone
    report = _reported(plan, results, CancelOrder, RefundOrder, says=says)
    for end in plan.expected.payments:
        seen, verdict, note = _seen_payment(end, moved.get(end.payment_id, []), before, after)
        what = _("Refund to %(label)s", label=end.label)
        yield ReceiptLine(
            kind=EffectKind.REFUND,
            what=what,
            promised=said(end.refund),
            reported=report,
            seen=seen,
            verdict=verdict,
            note=note,
        )


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
    return said(moved), _verdict(moved == end.refund), ""


def _refundable(order: Order, payment_id: str) -> Money | None:
    return next((payment.refundable for payment in order.payments if payment.id == payment_id), None)


def _refunded(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """The order's own total of refunds, so that money nobody promised is seen as well."""
    promised, seen = plan.expected.refunded_after, after.totals.refunded.customer
    if not plan.expected.payments and seen == promised:
        return
    pending = any(
        transaction.status is PaymentStatus.PENDING
        for refund in _new_refunds(before, after)
        for transaction in refund.transactions
    )
    verdict = _verdict(seen == promised)
    if verdict is Verdict.DIFFERS and pending and seen.currency == promised.currency and seen < promised:
        verdict = Verdict.PENDING
    yield ReceiptLine(
        kind=EffectKind.REFUND,
        what=_("Refunded on this order in all"),
        promised=said(promised),
        reported=_reported(plan, results, CancelOrder, RefundOrder, says=_paid_back),
        seen=said(seen),
        verdict=verdict,
    )


def _state(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """The order's payment state, told only where it is not as promised: the rows above show why."""
    if not plan.expected.payment_states or after.payment in plan.expected.payment_states:
        return
    waits = any(t.status is PaymentStatus.PENDING for r in _new_refunds(before, after) for t in r.transactions)
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
            reported=_reported(
                plan,
                results,
                CancelOrder,
                VoidPayment,
                says=lambda f: _("released") if f.get("state") == "voided" else "",
            ),
            seen=_("released") if is_free else _("still held"),
            verdict=_verdict(is_free),
        )


def _stock(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    records = [line for refund in _new_refunds(before, after) for line in refund.lines]
    report = _reported(plan, results, CancelOrder, RefundOrder)
    for end in plan.expected.stock:
        ours = [r for r in records if r.line_id == end.line_id and end.location_id in ("", r.location_id)]
        units = sum((r.units for r in ours if r.was_restocked), Decimal(0))
        yield ReceiptLine(
            kind=EffectKind.STOCK,
            what=_stock_words(end),
            promised=_back(end.units),
            reported=report,
            seen=_back(units) if ours or records else NOT_TOLD,
            verdict=_verdict(units == end.units) if records else Verdict.UNSEEN,
            note=_elsewhere(end, records) if units != end.units else "",
        )


def _stock_words(end: StockEnd) -> str:
    if not end.location:
        return _("%(title)s back in stock", title=end.title)
    return _("%(title)s back in stock at %(place)s", title=end.title, place=end.location)


def _back(units: Decimal) -> str:
    return ngettext("%(n)s unit", "%(n)s units", units)


def _elsewhere(end: StockEnd, records: list[RefundedLine]) -> str:
    other = [r for r in records if r.line_id == end.line_id and r.was_restocked and r.location_id != end.location_id]
    if end.location_id and other:
        return _("Put back at another location.")
    if any(r.line_id == end.line_id and not r.was_restocked for r in records):
        return _("The platform recorded these units without putting them back.")
    return ""


def _corrections(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """A stock correction leaves no record on the order: only its own answer is known."""
    for step in plan.steps:
        if isinstance(step.command, CorrectStock):
            units = sum((-change.delta for change in step.command.changes), Decimal(0))
            yield ReceiptLine(
                kind=EffectKind.KEEP_STOCK,
                what=_("Kept units taken out of stock again"),
                promised=_back(units),
                reported=_reported(plan, results, CorrectStock),
                seen=NOT_TOLD,
                verdict=Verdict.UNSEEN,
                note=_("The order does not show this; the platform's answer is all that is known."),
            )


def _message(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    if plan.notify:
        yield ReceiptLine(
            kind=EffectKind.MESSAGE,
            what=_("Message to the customer"),
            promised=_("asked for"),
            reported=NOT_TOLD,
            seen=NOT_TOLD,
            verdict=Verdict.UNSEEN,
            note=_("The platform sends it and does not tell whether it arrived."),
        )
