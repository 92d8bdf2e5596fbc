"""Promised, reported, seen: one row per line, payment, restock record and flag. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from cancellations.planning import seen_money, seen_stock
from cancellations.planning.plan import EffectKind, Plan, ReceiptLine, ReceiptSheet, Verdict
from cancellations.planning.reports import NOT_TOLD, Results, reported, verdict_of
from stores.canonical.commands import CancelOrder, EditOrder, RefundOrder
from stores.canonical.order import LineItem, Order
from stores.kernel.i18n import gettext as _
from stores.kernel.i18n import units as counted
from stores.kernel.money import Money


def compare(
    plan: Plan, before: Order, after: Order, results: Results, *, seen_at: datetime | None = None
) -> ReceiptSheet:
    """The receipt. before: as planned on; after: read when all steps were done; results: answers by step."""
    parts = (_cancelled, _lines, _left, _others, seen_money.rows, seen_stock.rows, _message)
    rows = tuple(row for part in parts for row in part(plan, before, after, results))
    return ReceiptSheet(
        lines=rows,
        seen_at=(seen_at or after.updated_at).astimezone(UTC).isoformat().replace("+00:00", "Z"),
        differs=any(row.verdict is Verdict.DIFFERS for row in rows),
        is_pending=any(row.verdict is Verdict.PENDING for row in rows),
        moved=_moved(before, after),
    )


def _moved(before: Order, after: Order) -> Money | None:
    """By the order's own total of refunds; None where that cannot be told: another currency, or less than before."""
    was, now = before.totals.refunded.customer, after.totals.refunded.customer
    return now - was if was.currency == now.currency and now >= was else None


def _cancelled(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    is_seen = after.cancelled_at is not None
    if not plan.expected.is_cancelled and not is_seen:
        return
    words = {True: _("cancelled"), False: _("open")}
    yield ReceiptLine(
        kind=EffectKind.CLOSE,
        what=_("Order %(number)s", number=plan.order_number),
        promised=words[plan.expected.is_cancelled],
        reported=reported(plan, results, CancelOrder, says=lambda f: words[True] if f.cancelled_at else ""),
        seen=words[is_seen],
        verdict=verdict_of(plan.expected.is_cancelled == is_seen),
        note="" if plan.expected.is_cancelled else _("Somebody cancelled the whole order meanwhile."),
    )


def _lines(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    now = {line.id: line for line in after.lines}
    report = reported(plan, results, CancelOrder, RefundOrder, EditOrder)
    for end in plan.expected.lines:
        line = now.get(end.line_id)
        if plan.expected.by_sku:
            seen = sum((_on_order(other, after) for other in after.lines if other.sku == end.sku), Decimal(0))
        else:
            seen = (
                _on_order(line, after, stays=end.after if plan.expected.is_cancelled else Decimal(0))
                if line
                else Decimal(0)
            )
        yield ReceiptLine(
            kind=EffectKind.UNITS,
            what=end.title,
            promised=_change(end.before, end.after),
            reported=report,
            seen=_change(end.before, seen),
            verdict=verdict_of(seen == end.after),
            note=_why_units_differ(line, seen, end.after),
        )


def _on_order(line: LineItem, after: Order, *, stays: Decimal = Decimal(0)) -> Decimal:
    """Units still on the order. A cancelled order holds none but what has left, or what the plan said stays on it."""
    return min(line.current, max(line.shipped, stays)) if after.cancelled_at is not None else line.current


def _change(before: Decimal, after: Decimal) -> str:
    return f"{counted(before)} → {counted(after)}"


def _why_units_differ(line: LineItem | None, seen: Decimal, promised: Decimal) -> str:
    if line is None:
        return _("The line is gone.")
    if seen > promised and line.shipped > 0:
        return _("Some units may have been shipped first.")
    return ""


def _left(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """Units that were cancelled and shipped all the same: somebody packed them between our look and our call."""
    if plan.expected.by_sku or after.cancelled_at is not None:
        return  # a new line id, or a cancelled order: the rows above count what has left
    was = {line.id: line.shipped for line in before.lines}
    now = {line.id: line for line in after.lines}
    for end in plan.expected.lines:
        line = now.get(end.line_id)
        if line is None or line.shipped <= max(end.after, was.get(end.line_id, Decimal(0))):
            continue
        yield ReceiptLine(
            kind=EffectKind.UNITS,
            what=_("%(title)s that left", title=end.title),
            promised=_("at most %(n)s", n=counted(end.after)),
            reported=NOT_TOLD,
            seen=counted(line.shipped),
            verdict=Verdict.DIFFERS,
            note=_("Cancelled units were shipped meanwhile: stop the parcel, or arrange a return."),
        )


def _others(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """Lines nobody promised to touch, and that changed all the same."""
    promised = {end.line_id for end in plan.expected.lines}
    skus = {end.sku for end in plan.expected.lines} if plan.expected.by_sku else set()
    was = {line.id: line.current for line in before.lines}
    for line in after.lines:
        if (
            line.id in promised
            or line.sku in skus
            or line.id not in was
            or was[line.id] == line.current
            or after.cancelled_at
        ):
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
