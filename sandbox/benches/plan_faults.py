"""What must hold for every plan, whatever the platform: words for whatever does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from cancellations.planning import amounts
from cancellations.planning.plan import Plan
from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    Command,
    CorrectStock,
    EditOrder,
    RefundOrder,
    VoidPayment,
)
from stores.canonical.order import Order
from stores.canonical.recipe import Adjust, CancelLines, Per, Recipe, Refunds, RefundStock, Restock, Void
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel.money import Money, total


def of_plan(order: Order, wish: CancelRequest, made: Plan, *, is_refused: bool) -> Iterator[str]:
    shown = made.sums.total
    if not made.steps and not made.blockers:
        yield "neither a step nor a reason"
    if is_refused and made.can_run:
        yield "runs on figures that were refused"
    if made.limit_amount != amounts.in_shop_currency(order, shown):
        yield f"the limit sees {made.limit_amount}, shown are {shown}"
    if not made.can_run:
        return
    sent = total(_sent(order, made).values(), shown.currency)
    if sent != shown:
        yield f"{sent} would move, shown are {shown}"
    if made.expected.refunded_after - made.expected.refunded_before != shown:
        yield "the receipt expects another amount"
    if wish.refund is RefundChoice.NONE and shown:
        yield "money moves although none was to"
    given = {end.payment_id: end.refund for end in made.expected.payments}
    if any(given[p.id] > p.refundable for p in order.payments if p.refundable and p.id in given):
        yield "a payment gives more than it has"


def of_commands(recipe: Recipe, order: Order, wish: CancelRequest, made: Plan) -> Iterator[str]:
    """Of a plan that can run: money and units there are, and only calls that the recipe has."""
    commands = [step.command for step in made.steps if step.command is not None]
    most = {payment.id: payment.refundable for payment in order.payments if payment.refundable}
    zero = Money.zero(made.sums.total.currency)
    if any(amount > most.get(payment_id, zero) for payment_id, amount in _sent(order, made).items()):
        yield "more goes back through a payment than it holds"
    yield from _units(order, wish, commands)
    for command in commands:
        if not _has_call(recipe, order, command):
            yield f"the recipe has no call for {type(command).__name__}"
    yield from _kept(order, wish, commands, is_said_per_line=_stock_of(recipe) is RefundStock.PER_LINE)


def _sent(order: Order, made: Plan) -> dict[str, Money]:
    """Payment id → what the commands give back through it."""
    found: dict[str, Money] = {}
    zero = Money.zero(made.sums.total.currency)
    for step in made.steps:
        match step.command:
            case RefundOrder(payments=parts):
                for part in parts:
                    found[part.payment_id] = found.get(part.payment_id, zero) + part.amount
            case CancelOrder(refund=True):
                for payment in order.payments:
                    if payment.refundable:
                        found[payment.id] = found.get(payment.id, zero) + payment.refundable
    return found


# --- units -------------------------------------------------------------------------------------------
def _units(order: Order, wish: CancelRequest, commands: list[Command]) -> Iterator[str]:
    taken = _taken(order, commands)
    is_ended = any(isinstance(command, CancelOrder | CancelRest) for command in commands)
    for line in order.lines:
        if taken[line.id] > line.cancellable:
            yield f"{taken[line.id]} units of {line.id} leave, {line.cancellable} are open"
        if not is_ended and taken[line.id] != wish.lines.get(line.id, 0):
            yield f"{taken[line.id]} units of {line.id} leave, {wish.lines.get(line.id, 0)} were asked for"
    if is_ended and any(wish.lines.get(line.id, 0) != line.cancellable for line in order.lines):
        yield "ends an order of which something was to stay"


def _taken(order: Order, commands: list[Command]) -> dict[str, Decimal]:
    taken: dict[str, Decimal] = defaultdict(Decimal)
    for command in commands:
        match command:
            case RefundOrder(lines=lines):
                for units in lines:
                    taken[units.line_id] += units.units
            case EditOrder(lines=edited):
                for line in edited:
                    taken[line.line_id] += order.line(line.line_id).current - line.keep
            case CancelLine(line_id=line_id, keep=keep):
                taken[line_id] += order.line(line_id).current - keep
    return taken


# --- calls -------------------------------------------------------------------------------------------
def _has_call(recipe: Recipe, order: Order, command: Command) -> bool:
    match command:
        case CancelOrder():
            return _can_cancel(recipe, order, command)
        case RefundOrder():
            return _can_refund(recipe, order, command)
        case EditOrder():
            return recipe.edit is not None
        case VoidPayment():
            return recipe.void in (Void.FIRST, Void.ALONE)
        case CorrectStock(changes=changes):
            needed = {Adjust.ADD if change.delta > 0 else Adjust.KEEP for change in changes}
            return bool(needed) and needed <= recipe.adjusts
        case CancelLine():
            return isinstance(recipe.units, CancelLines)
        case CancelRest():
            return isinstance(recipe.units, CancelLines) and recipe.units.rest_in_one_call


def _can_cancel(recipe: Recipe, order: Order, command: CancelOrder) -> bool:
    if recipe.cancel is None or (command.refund and recipe.cancel.refunds is not Refunds.WITH_CANCEL):
        return False
    return not command.restock or bool(order.cancel_restocks) or recipe.cancel.restocks is not Restock.NEVER


def _can_refund(recipe: Recipe, order: Order, command: RefundOrder) -> bool:
    if recipe.refund is None or not (command.payments or recipe.refund.of_nothing or order.leaves_for_nothing):
        return False
    settings = {units.restock for units in command.lines}
    if recipe.refund.stock is RefundStock.NONE and True in settings:
        return False
    if recipe.refund.stock is RefundStock.ONE_SWITCH and len(settings) == 2 and _counts_all(order, command):
        return False
    return recipe.refund.per is Per.ORDER or len(command.payments) <= 1


def _counts_all(order: Order, command: RefundOrder) -> bool:
    """What the shop does not count may stand beside either setting."""
    return all(order.line(units.line_id).is_tracked for units in command.lines)


def _stock_of(recipe: Recipe) -> RefundStock:
    return recipe.refund.stock if recipe.refund else RefundStock.NONE


def _kept(order: Order, wish: CancelRequest, commands: list[Command], *, is_said_per_line: bool) -> Iterator[str]:
    """Units that were to stay out of stock go back, and nothing takes them out again."""
    named = {units.line_id: units.restock for c in commands if isinstance(c, RefundOrder) for units in c.lines}
    by_cancel = any(isinstance(command, CancelOrder) and command.restock for command in commands)
    changes = [change for c in commands if isinstance(c, CorrectStock) for change in c.changes]
    out = {change.stock_item_id for change in changes if change.delta < 0}
    for line in order.lines:
        if line.id not in wish.keep_stock or not line.is_tracked or not wish.lines.get(line.id):
            continue
        is_settled = is_said_per_line and line.id in named
        goes_back = named.get(line.id, False) or (by_cancel and not is_settled)
        if goes_back and line.stock_item_id not in out:
            yield f"{line.id} was to be kept out of stock and is not"
        if not goes_back and line.stock_item_id in out:
            yield f"{line.id} is taken out of stock for nothing"
