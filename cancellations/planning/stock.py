"""Which call of a plan puts units back, and the corrections that remain (the recipe's words about stock). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cancellations.planning.assisted import is_assisted
from cancellations.planning.planning_input import Case
from cancellations.planning.quantities import Chosen, Stock
from cancellations.planning.refunds import left_for_cancel, places
from stores.canonical.commands import CancelOrder, Command, CorrectStock, EditOrder, RefundOrder, StockChange
from stores.canonical.recipe import Adjust, Cancel, RefundStock, Restock


def cancel_restocks(case: Case) -> bool:
    """What a cancel does in this very shop, else on this platform."""
    said, cancel = case.order.cancel_restocks, case.recipe.cancel
    return (cancel is not None and cancel.restocks is not Restock.NEVER) if said is None else said


def goes_back_by_cancel(case: Case, cancel: Cancel) -> bool:
    """Whether this cancel puts units back; where that can be asked, unless all are to be kept."""
    wanted = cancel.restocks is not Restock.ASKED or any(c.stock is not Stock.KEEP for c in case.chosen)
    return cancel_restocks(case) and wanted


def cannot_keep(case: Case, commands: Sequence[Command]) -> bool:
    """The cancel puts units back that were to stay out, and nothing can take them out again."""
    restocks = any(isinstance(c, CancelOrder) and c.restock for c in commands)
    return restocks and Adjust.KEEP not in case.recipe.adjusts and bool(_not_settled(case, commands))


def _not_settled(case: Case, commands: Sequence[Command]) -> list[Chosen]:
    """Kept lines whose units a cancel could put back: where each line of a refund says it, that has settled them."""
    if case.refund_stock is not RefundStock.PER_LINE:
        return list(case.kept)
    named = {units.line_id for c in commands if isinstance(c, RefundOrder) for units in c.lines}
    settled = named - left_for_cancel(case)
    return [chosen for chosen in case.kept if chosen.line.id not in settled]


def put_back(case: Case, commands: Sequence[Command]) -> frozenset[str]:
    """Lines whose units some call puts back, or a person who is asked to."""
    back = frozenset(chosen.line.id for chosen in case.back)
    by_cancel = any(isinstance(c, CancelOrder) and c.restock for c in commands)
    added = any(isinstance(c, CorrectStock) and any(change.delta > 0 for change in c.changes) for c in commands)
    if by_cancel or added or case.by_item or is_assisted(case, "restock"):
        return back
    refunded = {units.line_id for c in commands if isinstance(c, RefundOrder) for units in c.lines if units.restock}
    edited = {line.line_id for c in commands if isinstance(c, EditOrder) for line in c.lines if line.restock}
    return back & (refunded | edited)


def corrections(case: Case, commands: Sequence[Command]) -> Iterator[CorrectStock]:
    """After all else: kept units out again, or units put back that no call has put back."""
    by_cancel = any(isinstance(command, CancelOrder) and command.restock for command in commands)
    by_refund = case.refund_stock is RefundStock.ALWAYS and any(_restocks(command) for command in commands)
    kept = _not_settled(case, commands) if by_cancel or by_refund else ()
    if kept and Adjust.KEEP in case.recipe.adjusts:
        yield _change(case, kept, sign=-1)
    if case.back and Adjust.ADD in case.recipe.adjusts and not by_cancel:
        yield _change(case, case.back, sign=1)


def _restocks(command: Command) -> bool:
    return isinstance(command, RefundOrder) and any(units.restock for units in command.lines)


def _change(case: Case, lines: Sequence[Chosen], *, sign: int) -> CorrectStock:
    changes = (
        StockChange(stock_item_id=chosen.line.stock_item_id, location_id=location_id, delta=sign * share.units)
        for chosen in lines
        for location_id, share in places(case, chosen)
    )
    return CorrectStock(order_id=case.order.external_id, changes=tuple(changes))
