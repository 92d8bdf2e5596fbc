"""What the journal knows of a step: what left, what came back, and the words for a person. Nothing else may say it.

An error of a later read tells nothing of what was sent before it (RELIABILITY 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cancellations.models import Step, StepKind
from cancellations.states import FINISHED, StepState
from stores.canonical.receipts import Outcome

# The platform (or something in front of it) answered that it was not done.
NOT_DONE = frozenset({Outcome.RETRYABLE, Outcome.RATE_LIMITED, Outcome.CONFLICT, Outcome.FINAL, Outcome.AUTH})


@dataclass(frozen=True)
class Sends:
    """Of one step, all generations. unanswered: how many left and brought no answer that settles them."""

    count: int
    last_at: datetime | None
    unanswered: int
    unanswered_at: datetime | None  # the last of those

    def can_land_until(self, late_landing_seconds: float) -> datetime | None:
        """Until then a request without an answer may still take effect; None when none is out."""
        return self.unanswered_at + timedelta(seconds=late_landing_seconds) if self.unanswered_at else None


def of(step: Step) -> Sends:
    rows = [(at, outcome) for at, outcome in step.attempts.order_by("pk").values_list("sent_at", "outcome") if at]
    lost = [at for at, outcome in rows if outcome not in NOT_DONE]
    if step.refusal and rows and rows[-1][1] == Outcome.ACCEPTED:  # the job failed, and is settled by that word
        lost.remove(rows[-1][0])
    return Sends(
        count=len(rows),
        last_at=max((at for at, _outcome in rows), default=None),
        unanswered=len(lost),
        unanswered_at=max(lost, default=None),
    )


def words(step: Step) -> str:
    """What is known to have left, in a sentence."""
    if step.kind == StepKind.VERIFY:
        return _("Everything was sent; the order could not be compared yet.")
    if step.kind == StepKind.ASSISTED:
        return ""
    if step.state in FINISHED:
        return _("This was done.")
    sends = of(step)
    if not sends.count and step.must_look:
        return _("Whether it was sent is not known: the database was put back from a copy.")
    if not sends.count:
        return _("Nothing was sent.")
    if step.state == StepState.ACCEPTED:
        return _("It was sent, and the platform is still working on it.")
    if sends.unanswered:
        return _("It was sent and may have been done: no answer settles it.")
    return _("It was sent, and the answer was that it did not go through.")
