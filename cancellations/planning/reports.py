"""What the rows of a receipt share: what calls answered, what is new on the order, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cancellations.planning.plan import Plan, Verdict
from stores.canonical.order import Order, Refund
from stores.canonical.receipts import NOTHING, Reported
from stores.kernel.i18n import gettext as _

NOT_TOLD = "—"


@dataclass(frozen=True, kw_only=True)
class OwnMove:
    """Units that another cancellation of ours put back meanwhile; location_id "" where it names no place."""

    stock_item_id: str
    location_id: str
    units: Decimal


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is known of a step that was answered. settled: what a person named who ended it by hand."""

    reported: Reported = NOTHING
    settled: str = ""
    own_moves: tuple[OwnMove, ...] = ()


Results = Mapping[int, Answer]  # by position; a step that brought no answer is missing


def reported(plan: Plan, results: Results, *kinds: type, says: Callable[[Reported], str] = lambda told: "") -> str:
    """What the calls of these kinds answered, in words; "—" when none did. says: the words for this row, if any."""
    positions = [step.position for step in plan.steps if isinstance(step.command, kinds)]
    answers = [results[position] for position in positions if position in results]
    words = [_words(answer, says) for answer in answers]
    has_own_words = any(says(answer.reported) for answer in answers)  # amounts: each is told, though two be equal
    return " · ".join(words if has_own_words else dict.fromkeys(words)) or NOT_TOLD


def _words(answer: Answer, says: Callable[[Reported], str]) -> str:
    if answer.settled:
        return _("settled by hand")
    if answer.reported.found:
        return _("found on looking")
    return says(answer.reported) or _("accepted")


def verdict_of(is_same: bool) -> Verdict:
    return Verdict.SAME if is_same else Verdict.DIFFERS


def new_refunds(before: Order, after: Order) -> list[Refund]:
    known = {refund.id for refund in before.refunds}
    return [refund for refund in after.refunds if refund.id not in known]
