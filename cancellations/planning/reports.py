"""What the rows of a receipt share: what calls answered, what is new on the order, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cancellations.planning.plan import Plan, Verdict
from stores.canonical.order import Order, Refund
from stores.kernel.i18n import gettext as _

Facts = Mapping[str, str]
Results = Mapping[int, Facts]
NOT_TOLD = "—"


def reported(plan: Plan, results: Results, *kinds: type, says: Callable[[Facts], str] = lambda facts: "") -> str:
    """What the calls of these kinds answered, in words; "—" when none did. says: the words for this row, if any."""
    told = [results.get(step.position, {}) for step in plan.steps if isinstance(step.command, kinds)]
    words = [_answer(facts, says) for facts in told if facts]
    has_own_words = any(says(facts) for facts in told)  # amounts: each is told, though two be equal
    return " · ".join(words if has_own_words else dict.fromkeys(words)) or NOT_TOLD


def _answer(facts: Facts, says: Callable[[Facts], str]) -> str:
    if facts.get("settled"):
        return _("settled by hand")
    if facts.get("found"):
        return _("found on looking")
    return says(facts) or _("accepted")


def verdict_of(is_same: bool) -> Verdict:
    return Verdict.SAME if is_same else Verdict.DIFFERS


def new_refunds(before: Order, after: Order) -> list[Refund]:
    known = {refund.id for refund in before.refunds}
    return [refund for refund in after.refunds if refund.id not in known]
