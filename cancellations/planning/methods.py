"""How the platform is asked: whole, refund, edit or by item, and with which commands.

Whole: everything, nothing shipped: one cancel of the platform. It gives money back only where that is all that is
left; else what was asked goes back first, by a refund, and the cancel moves none. Refund: money was captured: one
call takes units and gives money back. Edit: nothing was captured, the order shrinks. By item: a call per line.
Stock kept: where the platform would take *shipped* units first when told not to restock, an edit, or a restock that
is taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cancellations.planning import reasons, stock
from cancellations.planning.amounts import authorised
from cancellations.planning.assisted import assisted_steps
from cancellations.planning.plan import PlannedStep
from cancellations.planning.planning_input import Case
from cancellations.planning.quantities import Chosen, Stock
from cancellations.planning.refunds import left_for_cancel, refunds
from cancellations.planning.titles import title
from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    Command,
    CorrectStock,
    EditedLine,
    EditOrder,
    RefundOrder,
    VoidPayment,
)
from stores.canonical.recipe import Adjust, Cancel, CancelLines, Edit, Refund, Refunds, Void
from stores.kernel.i18n import gettext as _

KINDS: dict[type, str] = {
    CancelOrder: "cancel",
    CancelLine: "cancel",
    CancelRest: "cancel",
    RefundOrder: "refund",
    EditOrder: "edit",
    VoidPayment: "void",
    CorrectStock: "restock",
}


class Method(NamedTuple):
    name: str  # whole | rest | items | refund | edit | none
    commands: tuple[Command, ...]

    def names(self, kind: type) -> bool:
        """Is there a command of this kind?"""
        return any(isinstance(command, kind) for command in self.commands)

    def ends(self, case: Case) -> bool:
        """The order counts as cancelled afterwards: by a cancel, or by a refund of everything that ends it."""
        if self.commands and case.is_whole and case.order.leaves_for_nothing:
            return True
        return self.names(CancelOrder) or (bool(self.commands) and case.ends_by_money)


def choose(case: Case) -> Method:
    """The commands in the order they are sent; each requires the one before."""
    if not case.chosen:
        return Method("none", ())
    recipe = case.recipe
    if case.order.leaves_for_nothing and recipe.moves_money:
        return Method("whole" if case.is_whole else "refund", _by_refund(case).commands)
    if recipe.cancel and case.is_whole and (case.gives_all or not case.order.ends_by_refund):
        return Method("whole", tuple(_whole(case, recipe.cancel)))
    match recipe.units:
        case CancelLines() as lines:
            return _by_item(case, lines)
        case Refund() as refund if case.is_whole and not recipe.cancel:
            return Method("whole", tuple(_piece_by_piece(case, refund)))
        case Refund() as refund if case.captured and _can_leave_paid(case, refund):
            return _with_money(case)
        case Refund() as refund:
            return _without_money(case, refund)


def _can_leave_paid(case: Case, refund: Refund) -> bool:
    return bool(case.amounts.payments) or refund.of_nothing or case.recipe.edit is not None


def can_edit(case: Case, lines: Sequence[Chosen]) -> bool:
    return (
        case.recipe.edit is not None
        and case.order.is_editable
        and not case.lacks("EditOrder")
        and all(c.line.is_editable for c in lines)
    )


def _by_item(case: Case, lines: CancelLines) -> Method:
    """One after another: what stays of a line gets a new id, so each call is made on a line nobody touched yet."""
    order_id, reason, note = case.order.external_id, case.request.reason, reasons.label(case.request.reason)
    if case.is_rest and lines.rest_in_one_call:
        return Method("rest", (CancelRest(order_id=order_id, reason=reason, note=note),))
    calls = (
        CancelLine(
            order_id=order_id,
            line_id=c.line.id,
            stock_key=c.line.sku,
            keep=c.line.current - c.units,
            reason=reason,
            note=note,
        )
        for c in case.chosen
    )
    return Method("items", tuple(calls))


def _whole(case: Case, cancel: Cancel) -> Iterator[Command]:
    """Voids, money and the cancel in the order this platform takes them; stock last."""
    commands: list[Command] = list(_voids(case)) if case.recipe.void is Void.FIRST else []
    is_called = _is_called(case)
    notify = False if is_called else None  # the customer hears of it once
    match cancel.refunds:
        case Refunds.FIRST if case.amounts.payments:
            commands += refunds(case, case.chosen, notify=notify)
        case Refunds.WITH_CANCEL if case.amounts.payments and not (is_called and case.refunds_all):
            lines = () if is_called else case.chosen  # the cancel takes units off and restocks them, if there is one
            commands += refunds(case, lines, notify=notify)
    if is_called:
        commands.append(
            CancelOrder(
                order_id=case.order.external_id,
                reason=case.request.reason,
                refund=case.refunds_all,
                restock=stock.goes_back_by_cancel(case, cancel),
                notify=case.request.notify,
                note=reasons.label(case.request.reason),
            )
        )
    if cancel.refunds is Refunds.AFTER and case.amounts.payments:
        commands += refunds(case, case.chosen, notify=notify)
    yield from (*commands, *stock.corrections(case, commands))


def _is_called(case: Case) -> bool:
    """Not where a refund of everything ended it already and the cancel would undo what was asked about stock."""
    if case.order.ends_by_refund:
        return False
    if left_for_cancel(case):
        return True
    if not (case.ends_by_money and case.kept and stock.cancel_restocks(case)):
        return True
    return Adjust.KEEP in case.recipe.adjusts and bool(case.back)


def _voids(case: Case) -> Iterator[VoidPayment]:
    for payment in authorised(case.order):
        yield VoidPayment(order_id=case.order.external_id, payment_id=payment.id)


def _piece_by_piece(case: Case, refund: Refund) -> Iterator[Command]:
    """For platforms that cannot cancel an order in one call: its units, its money, then what was only authorised."""
    if case.amounts.payments or refund.of_nothing:
        commands: list[Command] = [*refunds(case, case.chosen)]
    elif can_edit(case, case.chosen):
        commands = [_edit(case, case.chosen, notify=case.request.notify)]
    else:
        return  # blockers say why
    if case.recipe.void is Void.ALONE:
        commands += _voids(case)
    yield from (*commands, *stock.corrections(case, commands))


def _with_money(case: Case) -> Method:
    if case.recipe.edit is not Edit.KEPT or not case.kept or not can_edit(case, case.kept):
        return _by_refund(case)
    rest = tuple(c for c in case.chosen if c.stock is not Stock.KEEP)
    edit = _edit(case, case.kept, notify=case.request.notify and not rest and not case.amounts.payments)
    if rest or case.amounts.payments:
        return Method("edit", (edit, *refunds(case, rest)))
    return Method("edit", (edit,))


def _without_money(case: Case, refund: Refund) -> Method:
    if can_edit(case, case.chosen):
        return Method("edit", (_edit(case, case.chosen, notify=case.request.notify),))
    if not refund.of_nothing:
        return Method("none", ())  # blockers say why
    return _by_refund(case)


def _by_refund(case: Case) -> Method:
    commands = tuple(refunds(case, case.chosen))
    return Method("refund", (*commands, *stock.corrections(case, commands)))


def _edit(case: Case, lines: Sequence[Chosen], *, notify: bool) -> EditOrder:
    return EditOrder(
        order_id=case.order.external_id,
        lines=tuple(
            EditedLine(line_id=c.line.id, keep=c.line.current - c.units, restock=c.stock is Stock.BACK) for c in lines
        ),
        notify=notify,
        note=reasons.label(case.request.reason),
    )


def steps(case: Case, method: Method) -> tuple[PlannedStep, ...]:
    """The commands as steps, and looking again at the end."""
    if not method.commands:
        return ()
    acts = tuple(
        PlannedStep(
            position=position,
            kind=KINDS[type(command)],
            title=title(command),
            command=command,
            requires=(position - 1,) if position > 1 else (),
        )
        for position, command in enumerate(method.commands, start=1)
    )
    by_hand = assisted_steps(case, after=len(acts))
    last = len(acts) + len(by_hand)
    look = PlannedStep(
        position=last + 1, kind="verify", title=_("Read the order again and compare"), command=None, requires=(last,)
    )
    return (*acts, *by_hand, look)
