"""What `right.asked` may say of a plan; a name that is not here fails the case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from cancellations.planning.plan import EffectKind, Plan
from stores.canonical.commands import RefundOrder

Check = Callable[[Plan, Any], bool]


def total(plan: Plan, right: Any) -> bool:
    """In the currency that moves; a list where the vendor's own rounding may fall to either side."""
    return plan.sums.total.amount in [Decimal(one) for one in (right if isinstance(right, list) else [right])]


def steps(plan: Plan, right: Any) -> bool:
    """The kinds of what is sent, in order; looking again and steps for a person aside."""
    return [step.kind for step in plan.steps if step.command] == right


def blocked(plan: Plan, right: Any) -> bool:
    """Codes of blockers that must be there."""
    return set(right) <= {blocker.code for blocker in plan.blockers}


def says(plan: Plan, right: Any) -> bool:
    """Words that a person reads before the click, in blockers, cautions or effects."""
    said = " ".join(
        [f"{blocker.text} {blocker.advice}" for blocker in plan.blockers]
        + [caution.text for caution in plan.warnings]
        + [f"{effect.title} {effect.detail}" for effect in plan.effects]
    )
    return all(words in said for words in right)


def ends(plan: Plan, right: Any) -> bool:
    return plan.expected.is_cancelled is right


def back(plan: Plan, right: Any) -> bool:
    """What the refunds name apart: their shipping and fees in all."""
    sent = [step.command for step in plan.steps if isinstance(step.command, RefundOrder)]
    found = {
        "shipping": sum((c.shipping.amount for c in sent if c.shipping), Decimal(0)),
        "fees": sum((c.fees.amount for c in sent if c.fees), Decimal(0)),
    }
    return all(found[name] == Decimal(amount) for name, amount in right.items())


def through(plan: Plan, right: Any) -> bool:
    """What goes back by payment: the amounts in the order of the payments."""
    found = [effect.money.amount for effect in plan.effects if effect.kind is EffectKind.REFUND and effect.money]
    return found == [Decimal(amount) for amount in right]


def runs(plan: Plan, right: Any) -> bool:
    """Never neither: a step to take, or a reason in words."""
    assert plan.can_run or any(blocker.text for blocker in plan.blockers), "a dead page"
    return plan.can_run is right


CHECKS: Mapping[str, Check] = {
    "total": total, "steps": steps, "blocked": blocked, "says": says, "ends": ends, "back": back, "runs": runs,
    "through": through,
}  # fmt: skip


def wrong(plan: Plan, right: Mapping[str, Any]) -> list[str]:
    """The names of what is not right; empty for a plan as it should be."""
    told = {"total": plan.sums.total, "blockers": plan.blockers, "steps": [step.kind for step in plan.steps]}
    return [f"{name}: {value} in {told}" for name, value in right.items() if not CHECKS[name](plan, value)]
