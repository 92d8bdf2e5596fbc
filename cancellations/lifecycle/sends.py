"""What the journal knows of a step: what left, what came back, and the words for a person. Nothing else may say it.

An error of a later read tells nothing of what was sent before it (RELIABILITY 10).
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from cancellations.models import Step, StepKind
from cancellations.states import FINISHED, StepState
from stores.effects.sends import Sends, counted


def of(step: Step) -> Sends:
    attempts = step.attempts.order_by("pk").values_list("sent_at", "outcome")
    return counted(attempts, is_refused=bool(step.refusal))


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
