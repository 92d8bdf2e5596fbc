"""Between our own steps: is the order where the steps so far should have left it? Pure.

Asked on a fresh read before each send. More than our own steps did is somebody else's doing and stops the rest;
less may be a record that lags behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from cancellations.planning import disputes
from cancellations.planning.plan import Plan
from stores.canonical.commands import CancelLine, CancelOrder, CancelRest, Command, EditOrder, RefundOrder
from stores.canonical.order import EndsWhenRepaid, Order
from stores.connectors.records import Record, Standing
from stores.kernel.i18n import gettext as _
from stores.kernel.money import Money

Units = dict[str, Decimal]
ZERO = Decimal(0)


def trouble(plan: Plan, before: Order, now: Order, *, position: int, elsewhere: Collection[int] = ()) -> str:
    """Why the step at `position` must not run now, in words; "" when it may.

    elsewhere: steps that act in an account of which the order tells nothing.
    """
    mine = _command(plan, position)
    if mine is None:
        return ""
    earlier = _earlier(plan, position, elsewhere)
    return (
        _ended(plan, before, now, mine, earlier)
        or _money(before, now, earlier)
        or _units(plan, before, now, mine, earlier)
        or _short(mine, now)
        or _disputed(mine, before, now)
    )


def trouble_elsewhere(fresh: Collection[Record], *, tag: str, own: Collection[str]) -> str:
    """Why nothing may be given back there now, in words; "" when it may.

    fresh: what the plan did not know; tag: of this step, own: of all steps of its cancellation.
    """
    for record in fresh:
        if record.standing in (Standing.FAILED, Standing.UNDONE):
            continue
        text = record.text or ""
        if tag in text:
            return _("It is there already, with our mark.")
        if not any(mark in text for mark in own):
            return _("Somebody gave money back at the payment provider meanwhile.")
    return ""


def is_behind(plan: Plan, before: Order, now: Order, *, position: int, hidden: Collection[int] = ()) -> bool:
    """Does the order not show yet what our refunds gave back? Then no refund can be guarded, and it is read again.

    hidden: steps that a person settled, or that went through another account: what they moved may never show there.
    """
    mine = _command(plan, position)
    if not isinstance(mine, RefundOrder) or not mine.payments:
        return False
    earlier = [step for step in plan.steps if step.position < position and step.command is not None]
    if any(isinstance(step.command, CancelOrder) and step.command.refund for step in earlier):
        return False
    shown = _refunded(before, [s.command for s in earlier if s.command is not None and s.position not in hidden])
    return now.totals.refunded.customer < shown


def _command(plan: Plan, position: int) -> Command | None:
    return next(step.command for step in plan.steps if step.position == position)


def _earlier(plan: Plan, position: int, elsewhere: Collection[int]) -> list[Command]:
    """Those that the order may show."""
    steps = [step for step in plan.steps if step.position < position and step.position not in elsewhere]
    return [step.command for step in steps if step.command is not None]


def _ended(plan: Plan, before: Order, now: Order, mine: Command, earlier: Sequence[Command]) -> str:
    """Cancelled although none of our steps so far does that, by itself or because all the money went back."""
    if now.cancelled_at is None:
        return ""
    ends = isinstance(mine, CancelOrder | CancelRest) and not any(
        isinstance(c, CancelOrder | CancelRest) for c in earlier
    )
    by_itself = before.ends_when_repaid is not EndsWhenRepaid.NEVER and any(isinstance(c, RefundOrder) for c in earlier)
    if not plan.expected.is_cancelled or (ends and not by_itself):
        return _("Somebody cancelled the whole order meanwhile.")
    return ""


# --- money -----------------------------------------------------------------------------------------
def _money(before: Order, now: Order, earlier: Sequence[Command]) -> str:
    """Nothing more than ours may have gone back; less is a record that lags (`is_behind`)."""
    if any(isinstance(command, CancelOrder) and command.refund for command in earlier):
        return ""
    expected, seen = _refunded(before, earlier), now.totals.refunded.customer
    if seen.currency != expected.currency or seen > expected:
        return _("Somebody refunded this order meanwhile.")
    return ""


def _disputed(mine: Command, before: Order, now: Order) -> str:
    """The bank may give the money back as well."""
    new = disputes.is_new(now.remarks, before.remarks)
    moves = isinstance(mine, RefundOrder | CancelOrder) and (not isinstance(mine, CancelOrder) or mine.refund)
    return _("The customer disputed the payment meanwhile. A refund could pay twice.") if new and moves else ""


def _refunded(before: Order, earlier: Sequence[Command]) -> Money:
    amount = before.totals.refunded.customer
    for command in earlier:
        for payment in command.payments if isinstance(command, RefundOrder) else ():
            amount = amount + payment.amount
    return amount


def _short(mine: Command, now: Order) -> str:
    """The platform's refundable amount against the plan's; less than planned stops."""
    if not isinstance(mine, RefundOrder):
        return ""
    left = {payment.id: payment.refundable for payment in now.payments}
    for part in mine.payments:
        refundable = left.get(part.payment_id)
        if refundable is not None and refundable < part.amount:
            return _("Less can be refunded now than was planned.")
    return ""


# --- units -----------------------------------------------------------------------------------------
def _units(plan: Plan, before: Order, now: Order, mine: Command, earlier: Sequence[Command]) -> str:
    """By line, or by SKU where what stays of a line gets a new id."""
    if any(isinstance(command, CancelOrder | CancelRest) for command in earlier):
        return ""
    by_sku = plan.expected.by_sku
    was, are = _counted(before, by_sku), _counted(now, by_sku)
    for key, (units, _shipped) in was.items():
        if are.get(key, (ZERO, ZERO))[0] < units - _taken(before, earlier, by_sku).get(key, ZERO):
            return _("Somebody took units off this order meanwhile.")
    touched = was.keys() if isinstance(mine, CancelOrder | CancelRest) else _taken(before, [mine], by_sku).keys()
    if any(are.get(key, (ZERO, ZERO))[1] > was[key][1] for key in touched if key in was):
        return _("Some of these units were shipped meanwhile.")
    return ""


def _counted(order: Order, by_sku: bool) -> dict[str, tuple[Decimal, Decimal]]:
    """Units on the order and units shipped, by line id or SKU."""
    found: defaultdict[str, tuple[Decimal, Decimal]] = defaultdict(lambda: (ZERO, ZERO))
    for line in order.lines:
        current, shipped = found[key := line.sku if by_sku else line.id]
        found[key] = (current + line.current, shipped + line.shipped)
    return dict(found)


def _taken(before: Order, commands: Sequence[Command], by_sku: bool) -> Units:
    """What these commands take off the order, by line id or SKU."""
    lines = {line.id: line for line in before.lines}
    taken: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line_id, units in (pair for command in commands for pair in _takes(command, before)):
        if line_id in lines:
            taken[lines[line_id].sku if by_sku else line_id] += units
    return dict(taken)


def _takes(command: Command, before: Order) -> Iterator[tuple[str, Decimal]]:
    current = {line.id: line.current for line in before.lines}
    match command:
        case RefundOrder(lines=lines):
            yield from ((back.line_id, back.units) for back in lines)
        case EditOrder(lines=edited):
            yield from ((line.line_id, current.get(line.line_id, ZERO) - line.keep) for line in edited)
        case CancelLine(line_id=line_id, keep=keep):
            yield line_id, current.get(line_id, ZERO) - keep
