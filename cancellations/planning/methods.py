"""How the platform is asked: whole, refund, edit or by item, and with which commands (the fact sheets' section 7).

Whole: everything, nothing shipped: one cancel of the platform; money or stock of one's own follow as further steps,
or go first where a refund after the cancel could be refused. Refund: money was captured: one call takes units and
gives money back. Edit: nothing was captured, the order shrinks. By item: a call per line, no money.
Stock kept: where the platform would take *shipped* units first when told not to restock, an edit, or a restock that
is taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cancellations.planning import reasons
from cancellations.planning.amounts import authorised
from cancellations.planning.assisted import assisted_steps
from cancellations.planning.case import Case
from cancellations.planning.plan import PlannedStep
from cancellations.planning.quantities import Chosen, Share, Stock
from cancellations.planning.titles import title
from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    Command,
    CorrectStock,
    EditedLine,
    EditOrder,
    PaymentBack,
    RefundOrder,
    StockChange,
    UnitsBack,
    VoidPayment,
)
from stores.kernel.words import gettext as _

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


def choose(case: Case) -> Method:
    """The commands in the order they are sent; each requires the one before."""
    if not case.chosen:
        return Method("none", ())
    if case.is_whole and case.manner.cancels_whole:
        return Method("whole", tuple(_whole(case)))
    if case.by_item:
        return _by_item(case)
    if case.is_whole:
        return Method("whole", tuple(_piece_by_piece(case)))
    if case.captured:
        return _with_money(case)
    return _without_money(case)


def can_edit(case: Case, lines: Sequence[Chosen]) -> bool:
    return (
        case.manner.edits
        and case.order.is_editable
        and not case.lacks("EditOrder")
        and all(c.line.is_editable for c in lines)
    )


def _by_item(case: Case) -> Method:
    """One after another: what stays of a line gets a new id, so each call is made on a line nobody touched yet."""
    order_id, reason, note = case.order.external_id, case.request.reason, reasons.label(case.request.reason)
    if case.is_rest and case.manner.rest_in_one_call:
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


def _whole(case: Case) -> Iterator[Command]:
    restock = case.manner.cancel_restocks and any(c.stock is not Stock.KEEP for c in case.chosen)
    if case.manner.refund_first and case.amounts.payments:
        yield _refund(case, case.chosen, notify=False)
    yield CancelOrder(
        order_id=case.order.external_id,
        reason=case.request.reason,
        refund=case.refunds_all,
        restock=restock,
        notify=case.request.notify,
        note=reasons.label(case.request.reason),
    )
    if case.amounts.payments and not case.refunds_all and not case.manner.refund_first:
        yield _refund(case, (), notify=False)
    if restock and case.kept:
        yield _take_back(case)


def _piece_by_piece(case: Case) -> Iterator[Command]:
    """For platforms that cannot cancel an order in one call: its units, its money, then what was only authorised."""
    yield _refund(case, case.chosen)
    for payment in authorised(case.order):
        yield VoidPayment(order_id=case.order.external_id, payment_id=payment.id)
    if case.kept and not case.manner.refund_restocks_each:
        yield _take_back(case)


def _with_money(case: Case) -> Method:
    if case.manner.refund_restocks_each:
        return Method("refund", (_refund(case, case.chosen),))
    if not case.kept or not can_edit(case, case.kept):
        corrections = (_take_back(case),) if case.kept else ()
        return Method("refund", (_refund(case, case.chosen), *corrections))
    rest = tuple(c for c in case.chosen if c.stock is not Stock.KEEP)
    edit = _edit(case, case.kept, notify=case.request.notify and not rest and not case.amounts.payments)
    if rest or case.amounts.payments:
        return Method("edit", (edit, _refund(case, rest)))
    return Method("edit", (edit,))


def _without_money(case: Case) -> Method:
    if can_edit(case, case.chosen):
        return Method("edit", (_edit(case, case.chosen, notify=case.request.notify),))
    if not case.manner.refund_of_nothing:
        return Method("none", ())  # refusals say why
    corrections = (_take_back(case),) if case.kept else ()
    return Method("refund", (_refund(case, case.chosen), *corrections))


def _refund(case: Case, lines: Sequence[Chosen], *, notify: bool | None = None) -> RefundOrder:
    parts = (PaymentBack(payment_id=p.payment_id, gateway=p.gateway, amount=p.amount) for p in case.amounts.payments)
    return RefundOrder(
        order_id=case.order.external_id,
        currency=case.order.customer_currency,
        lines=tuple(units for chosen in lines for units in _units_back(case, chosen)),
        payments=tuple(parts),
        shipping=case.amounts.shipping,
        duties=case.amounts.duties,
        notify=case.request.notify if notify is None else notify,
        note=reasons.label(case.request.reason),
    )


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
    if case.manner.refund_restocks_each:
        return chosen.stock is Stock.BACK
    return chosen.stock is not Stock.NONE or _must_name_place(chosen, location_id)


def _must_name_place(chosen: Chosen, location_id: str) -> bool:
    """Without a place the platform takes shipped units first; goods it cannot put back get none when none shipped."""
    return chosen.line.shipped > 0 or (bool(location_id) and chosen.line.is_restockable)


def _edit(case: Case, lines: Sequence[Chosen], *, notify: bool) -> EditOrder:
    return EditOrder(
        order_id=case.order.external_id,
        lines=tuple(
            EditedLine(line_id=c.line.id, keep=c.line.current - c.units, restock=c.stock is Stock.BACK) for c in lines
        ),
        notify=notify,
        note=reasons.label(case.request.reason),
    )


def _take_back(case: Case) -> CorrectStock:
    changes = (
        StockChange(stock_item_id=chosen.line.stock_item_id, location_id=location_id, delta=-share.units)
        for chosen in case.kept
        for location_id, share in places(case, chosen)
    )
    return CorrectStock(order_id=case.order.external_id, changes=tuple(changes))


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
