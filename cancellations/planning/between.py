"""Between our own steps: is the order where the steps so far should have left it? Pure."""

from __future__ import annotations

from cancellations.planning.plan import Plan
from stores.canonical.commands import CancelLine, RefundOrder
from stores.canonical.order import Order
from stores.kernel.words import gettext as _


def trouble(plan: Plan, before: Order, now: Order, *, position: int) -> str:
    """Why the step at `position` must not run now; "" when it may. Guards against a refund by somebody else."""
    step = next(step for step in plan.steps if step.position == position)
    if isinstance(step.command, CancelLine):
        return _touched(step.command, before, now)
    if not isinstance(step.command, RefundOrder) or not step.command.payments:
        return ""
    earlier = [s.command for s in plan.steps if s.position < position]
    ours = [p.amount for c in earlier if isinstance(c, RefundOrder) for p in c.payments]
    expected = before.totals.refunded.customer
    for amount in ours:
        expected = expected + amount
    cancelled_with_refund = any(getattr(command, "refund", False) for command in earlier)
    if not cancelled_with_refund and now.totals.refunded.customer != expected:
        return _("Somebody refunded this order meanwhile. Nothing more was sent.")
    return _short(step.command, now)


def _touched(command: CancelLine, before: Order, now: Order) -> str:
    """Each call goes to a line nobody touched: one that was split meanwhile stands under another id."""
    was = {line.id: line.current for line in before.lines}
    here = {line.id: line.current for line in now.lines}
    if here.get(command.line_id) == was.get(command.line_id):
        return ""
    return _("Somebody changed this line meanwhile. Nothing more was sent: look at the order.")


def _short(command: RefundOrder, now: Order) -> str:
    """The platform's refundable amount against the plan's; less than planned stops."""
    left = {payment.id: payment.refundable for payment in now.payments}
    for part in command.payments:
        refundable = left.get(part.payment_id)
        if refundable is not None and refundable < part.amount:
            return _("Less can be refunded now than was planned. Nothing more was sent.")
    return ""
