"""Between our own steps: is the order where the steps so far should have left it? Pure."""

from __future__ import annotations

from cancellations.planning.plan import Plan
from stores.canonical.commands import RefundOrder
from stores.canonical.order import Order
from stores.kernel.words import gettext as _


def needs_a_look(plan: Plan, *, position: int) -> bool:
    """Only money can be short between our own steps. A whole cancel is refused by the platform when something
    shipped meanwhile, and an adapter that cancels by line looks at its line itself just before the call."""
    command = next(step.command for step in plan.steps if step.position == position)
    return isinstance(command, RefundOrder) and bool(command.payments)


def trouble(plan: Plan, before: Order, now: Order, *, position: int) -> str:
    """Why the step at `position` must not run now; "" when it may. Guards against a refund by somebody else."""
    step = next(step for step in plan.steps if step.position == position)
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


def _short(command: RefundOrder, now: Order) -> str:
    """The platform's refundable amount against the plan's; less than planned stops."""
    left = {payment.id: payment.refundable for payment in now.payments}
    for part in command.payments:
        refundable = left.get(part.payment_id)
        if refundable is not None and refundable < part.amount:
            return _("Less can be refunded now than was planned. Nothing more was sent.")
    return ""
