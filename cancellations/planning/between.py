"""Between our own steps: is the order where the steps so far should have left it? Pure.

Asked on a fresh read before each send. More than our own steps did is somebody else's doing and stops the rest;
less may be a record that lags behind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from cancellations.planning.plan import Plan
from stores.canonical.commands import CancelLine, CancelOrder, CancelRest, Command, EditOrder, RefundOrder
from stores.canonical.order import Order
from stores.kernel.money import Money
from stores.kernel.words import gettext as _

Units = dict[str, Decimal]
ZERO = Decimal(0)


def trouble(plan: Plan, before: Order, now: Order, *, position: int) -> str:
    """Why the step at `position` must not run now, in words; "" when it may."""
    mine = next(step.command for step in plan.steps if step.position == position)
    if mine is None:
        return ""
    earlier = [s.command for s in plan.steps if s.position < position and s.command is not None]
    return (
        _ended(plan, now)
        or _money(plan, before, now, mine, earlier)
        or _units(plan, before, now, mine, earlier)
        or _short(mine, now)
    )


def _ended(plan: Plan, now: Order) -> str:
    if now.cancelled_at is not None and not plan.expected.is_cancelled:
        return _("Somebody cancelled the whole order meanwhile.")
    return ""


# --- money -----------------------------------------------------------------------------------------
def _money(plan: Plan, before: Order, now: Order, mine: Command, earlier: Sequence[Command]) -> str:
    """Before a refund nothing but ours may have gone back; before anything else nothing more than ours."""
    if any(isinstance(command, CancelOrder) and command.refund for command in earlier):
        return ""
    expected, seen = _refunded(before, earlier), now.totals.refunded.customer
    moves = isinstance(mine, RefundOrder) and bool(mine.payments)
    if seen.currency != expected.currency or (seen != expected if moves else seen > expected):
        return _("Somebody refunded this order meanwhile.")
    return ""


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
