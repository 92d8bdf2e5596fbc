"""The one judge of all connectors (RELIABILITY 6): was it us, was it somebody else, is it not there, can nobody tell?

Ours = our mark, on the same kind of effect, with the same money. The same effect without our mark is somebody else's:
it is reported and never repeated, although a key of ours may still be alive. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from stores.canonical.commands import (
    Absent,
    AnyCommand,
    CorrectStock,
    Finding,
    Found,
    FoundForeign,
    RefundOrder,
    Unclear,
)
from stores.canonical.order import Order
from stores.connectors.records import IN_ALL, Reading, Record, Standing
from stores.kernel.money import Money, summed, total

MARK = re.compile(r"\[op [0-9a-f]{8}\]")  # of any step of ours


def decide(command: AnyCommand, reading: Reading, *, tag: str, before: Order | None) -> Finding:
    """What the records of a look prove about `command`. `before`: the order when the plan was made, if any."""
    ours = [record for record in reading.records if record.text is not None and tag in record.text]
    if ours:
        return _ours(command, ours)
    fresh = _fresh(reading.records, before)
    unmarked = next((record for record in fresh if record.text is None), None)
    if unmarked is not None:
        return _unmarked(unmarked)
    if reading.foreign:
        return FoundForeign(detail=reading.foreign)
    if foreign := _foreign(command, fresh):
        return foreign
    return Unclear(detail=reading.unclear) if reading.unclear else Absent(detail=reading.absent)


def _fresh(records: Iterable[Record], before: Order | None) -> list[Record]:
    """Those the plan did not know. A record of a refund that stood there before is nobody's answer to us."""
    known = {refund.id for refund in before.refunds} if before else set()
    return [record for record in records if record.id not in known]


# --- with our mark -------------------------------------------------------------------------------------
def _ours(command: AnyCommand, ours: list[Record]) -> Finding:
    for record in ours:
        if _same_money(command, record):
            return _as_it_stands(record)
    return Unclear(detail=_("A record with our mark is there, but with other amounts."))


def _as_it_stands(record: Record) -> Finding:
    ids, detail = dict(record.ids), record.detail
    match record.standing:
        case Standing.FAILED:
            return Found(ids=ids, detail=detail or _not_paid(), is_failed=True)
        case Standing.PENDING:
            return Found(ids=ids, detail=detail or _with_mark(), is_pending=True)
        case Standing.PART:
            return Unclear(detail=detail or _("A part of it is done with our mark, the rest is not."))
        case Standing.UNDONE:
            return Unclear(detail=detail or _("Our mark is there, and what it stands for is not."))
    return Found(ids=ids, detail=detail or _with_mark())


def _with_mark() -> str:
    return _("It is there, with our mark.")


def _not_paid() -> str:
    return _(
        "It is there, with our mark, but the payment provider did not pay it back. "
        "Pay it back another way, then settle it here."
    )


# --- where no mark can stand ---------------------------------------------------------------------------
def _unmarked(record: Record) -> Finding:
    """The state is the effect, whoever made it: it can stand there once only."""
    words = record.detail or _("It is there. The platform keeps no mark of who did it.")
    if record.standing is Standing.PART:
        return Unclear(detail=words)
    if record.standing is Standing.UNDONE:
        return Absent(detail=words)
    return Found(
        ids=dict(record.ids),
        detail=words,
        is_pending=record.standing is Standing.PENDING,
        is_failed=record.standing is Standing.FAILED,
        is_marked=False,
    )


# --- without our mark ----------------------------------------------------------------------------------
def _foreign(command: AnyCommand, fresh: list[Record]) -> Finding | None:
    """Another step of ours is a twin only if it took the same units: the guards before each send count its money.

    Several steps of ours may move the same stock, each once.
    """
    for record in fresh:
        by_us = MARK.search(record.text or "") is not None
        if record.standing in (Standing.FAILED, Standing.UNDONE) or (by_us and isinstance(command, CorrectStock)):
            continue
        if record.standing is Standing.PART:
            return Unclear(detail=record.detail or _("Somebody else did a part of it."))
        if not isinstance(command, RefundOrder):
            return FoundForeign(detail=record.detail or _("It was done without our mark."))
        if _same_money(command, record) and _same_units(command, record, must_be_told=by_us):
            return FoundForeign(detail=record.detail or _("The same refund is there without our mark."))
    return None


def _same_money(command: AnyCommand, record: Record) -> bool:
    """The same amount through each payment; in all, where the platform tells no more. Other commands move none."""
    if not isinstance(command, RefundOrder):
        return True
    if record.money is None:
        return not any(payment.amount for payment in command.payments)
    sent = total((payment.amount for payment in command.payments), command.currency).rounded()
    if IN_ALL in record.money:
        return record.money[IN_ALL].rounded() == sent
    wanted = summed((payment.payment_id, payment.amount) for payment in command.payments if payment.amount)
    return _rounded(wanted) == _rounded(record.money)


def _rounded(amounts: Mapping[str, Money]) -> dict[str, Money]:
    return {payment: amount.rounded() for payment, amount in amounts.items() if amount}


def _same_units(command: RefundOrder, record: Record, *, must_be_told: bool) -> bool:
    """A person who gives the same money back by hand may name no units at all."""
    seen = {line: units for line, units in (record.units or {}).items() if units}
    if not seen and not (must_be_told and command.lines):
        return True
    sent = summed((back.line_id, back.units) for back in command.lines)
    return seen == {line: units for line, units in sent.items() if units}
