"""Stock promised, reported and seen: the platform's restock records, and what should not have gone back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cancellations.planning import counts
from cancellations.planning.plan import EffectKind, Plan, ReceiptLine, StockEnd, Verdict
from cancellations.planning.reports import NOT_TOLD, Answer, Results, new_refunds, reported, verdict_of
from stores.canonical.commands import CancelOrder, CorrectStock, RefundOrder
from stores.canonical.order import Order, RefundedLine
from stores.kernel.i18n import gettext as _
from stores.kernel.i18n import ngettext

UNANSWERED = Answer()


def rows(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    for part in (_stock, _kept, _corrections, _unasked):
        yield from part(plan, before, after, results)


def _stock(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    records = [line for refund in new_refunds(before, after) for line in refund.lines]
    report = reported(plan, results, CancelOrder, RefundOrder)
    for end in plan.expected.stock:
        ours = [r for r in records if r.line_id == end.line_id and end.location_id in ("", r.location_id)]
        if not end.is_recorded or any(r.line_id == end.line_id and r.restock == "unknown" for r in records):
            yield _not_told(end, report, note=_by_cancel(plan, results), verdict=_verdict_of_counts(plan, results))
            continue
        units = sum((r.units for r in ours if r.was_restocked), Decimal(0))
        yield ReceiptLine(
            kind=EffectKind.STOCK,
            what=_stock_words(end),
            promised=_back(end.units),
            reported=report,
            seen=_back(units) if ours or records else NOT_TOLD,
            verdict=verdict_of(units == end.units) if records else Verdict.UNSEEN,
            note=_elsewhere(end, records) if units != end.units else "",
        )


def _by_cancel(plan: Plan, results: Results) -> str:
    """What the cancel that was to put units back tells of the count."""
    cancels = (s.position for s in plan.steps if isinstance(s.command, CancelOrder) and s.command.restock)
    return next((words for position in cancels if (words := _others_moved(results.get(position, UNANSWERED)))), "")


def _verdict_of_counts(plan: Plan, results: Results) -> Verdict:
    """Of cancels that were to put units back."""
    cancels = (s.position for s in plan.steps if isinstance(s.command, CancelOrder) and s.command.restock)
    return _counted(*(results.get(position, UNANSWERED) for position in cancels))


def _counted(*answers: Answer) -> Verdict:
    """A count says more than a silent order, where it says that nothing moved, or more than anybody here asked for."""
    differs = any(counts.is_unmoved(answer.reported) or counts.excess(answer) for answer in answers)
    return Verdict.DIFFERS if differs else Verdict.UNSEEN


def _unasked(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """Units that a cancel put back although none was to go back."""
    for step in plan.steps:
        answer = results.get(step.position, UNANSWERED)
        is_asked = isinstance(step.command, CorrectStock) or getattr(step.command, "restock", False)
        if not is_asked and (units := counts.excess(answer)):
            yield ReceiptLine(
                kind=EffectKind.KEEP_STOCK,
                what=_("Stock that was to stay as it is"),
                promised=_back(Decimal(0)),
                reported=counts.words(answer.reported) or NOT_TOLD,
                seen=_back(units),
                verdict=Verdict.DIFFERS,
                note=_("More units are counted than before, and no cancellation here put them back."),
            )


def _not_told(end: StockEnd, report: str, note: str, verdict: Verdict) -> ReceiptLine:
    return ReceiptLine(
        kind=EffectKind.STOCK,
        what=_stock_words(end),
        promised=_back(end.units),
        reported=report,
        seen=NOT_TOLD,
        verdict=verdict,
        note=note or _("The platform was asked to put them back and does not tell whether it did."),
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


def _kept(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """Units that were to stay out of stock and went back all the same; told only where that happened."""
    kept = _lines_kept(plan)
    for end in plan.expected.lines:
        records = (r for refund in new_refunds(before, after) for r in refund.lines if r.line_id == end.line_id)
        units = sum((r.units for r in records if r.was_restocked), Decimal(0))
        if end.line_id in kept and units:
            yield ReceiptLine(
                kind=EffectKind.KEEP_STOCK,
                what=_("%(title)s kept out of stock", title=end.title),
                promised=_back(Decimal(0)),
                reported=reported(plan, results, CancelOrder, RefundOrder),
                seen=_back(units),
                verdict=Verdict.DIFFERS,
                note=_("The platform put these units back."),
            )


def _lines_kept(plan: Plan) -> frozenset[str]:
    commands = [step.command for step in plan.steps]
    if any(isinstance(command, CancelOrder) and not command.restock for command in commands):
        return frozenset(end.line_id for end in plan.expected.lines)
    refunds = [command for command in commands if isinstance(command, RefundOrder)]
    return frozenset(units.line_id for refund in refunds for units in refund.lines if not units.restock)


def _corrections(plan: Plan, before: Order, after: Order, results: Results) -> Iterator[ReceiptLine]:
    """A stock correction leaves no record on the order: only its own answer is known."""
    for step in plan.steps:
        if isinstance(step.command, CorrectStock):
            units = sum((change.delta for change in step.command.changes), Decimal(0))
            yield ReceiptLine(
                kind=EffectKind.STOCK if units > 0 else EffectKind.KEEP_STOCK,
                what=_("Units back in stock") if units > 0 else _("Kept units taken out of stock again"),
                promised=_back(abs(units)),
                reported=reported(plan, results, CorrectStock, says=counts.words),
                seen=NOT_TOLD,
                verdict=_counted(results.get(step.position, UNANSWERED)),
                note=_others_moved(results.get(step.position, UNANSWERED))
                or _("The order does not show this; the platform's answer is all that is known."),
            )


def _others_moved(answer: Answer) -> str:
    """A count before and after the call tells less than one hopes where others sell and cancel the same goods."""
    if counts.is_unmoved(answer.reported):
        return _("These units did not move: the count says %(stock)s.", stock=counts.words(answer.reported))
    if units := counts.excess(answer):
        return ngettext(
            "%(n)s unit more went back than was asked; no cancellation here explains it. Compare with the shelf.",
            "%(n)s units more went back than was asked; no cancellation here explains them. Compare with the shelf.",
            units,
        )
    proving = counts.proving(answer.reported)
    moved = sum((one.moved for one in proving), Decimal(0))
    wanted = sum((one.asked or Decimal(0) for one in proving), Decimal(0))
    if moved == wanted:
        return ""
    return _(
        "Stock moved by %(moved)s where %(wanted)s was asked. Sales and other cancellations may have moved it too.",
        moved=counts.plain(moved),
        wanted=counts.plain(wanted),
    )
