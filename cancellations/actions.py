"""What the product records in the audit chains. Undeclared names fail."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from stores.audit.actions import Action, declare


class SendNow(TextChoices):
    """Why a hold must not wait: one click, and a code in the audit chain."""

    CUSTOMER_WAITS = "customer_waits", _("The customer is waiting")
    PARCEL_LEAVES = "parcel_leaves", _("The parcel is about to leave")
    LOOKED_AGAIN = "looked_again", _("I looked again: it is right")
    OTHER = "other", _("Another reason")


CONFIRMED = declare(Action("cancellation.confirmed", _("{actor} confirmed the preview")))
SENT_FOR_APPROVAL = declare(Action("cancellation.sent_for_approval", _("{actor} asked for approval")))
APPROVED = declare(Action("cancellation.approved", _("{actor} approved the plan")))
WITHDRAWN = declare(Action("cancellation.withdrawn", _("{actor} took it back before anything was sent")))
EXPIRED = declare(Action("cancellation.expired", _("The approval was not given in time")))
RELEASED = declare(
    Action(
        "cancellation.released",
        _("{actor} sent it before the hold was over: {reason}"),
        words={"reason": dict(SendNow.choices)},
    )
)
STARTED = declare(Action("cancellation.started", _("The hold ended; the work began")))
STOPPED = declare(Action("cancellation.stopped", _("Rescind stopped and asks a person"), is_failure=True))
RESUMED = declare(Action("cancellation.resumed", _("The work goes on")))
REFUSED = declare(Action("cancellation.refused", _("The platform refused; nothing was done"), is_failure=True))
DONE = declare(Action("cancellation.done", _("Looked again and compared with the plan"), moves_money=True))
INTENT = declare(
    Action("step.intent", _("Rescind is about to send step {step}, {kind}"), moves_money=True, foretells=True)
)
OUTCOME = declare(Action("step.outcome", _("Step {step}, {kind}: {state}"), moves_money=True))
FOUND = declare(Action("step.looked", _("Rescind looked for the effect of step {step}: {finding}")))
RESTORED = declare(Action("store.restored", _("The database was put back from a copy; everything open is looked for")))
RETRIED = declare(Action("step.retried", _("{actor} asked for another try")))
SETTLED = declare(Action("step.settled", _("{actor} settled this step by hand")))
REREAD_DIFFERS = declare(
    Action("cancellation.reread_differs", _("A later read no longer agrees with the receipt"), is_failure=True)
)
SENT_AGAIN = declare(Action("message.sent_again", _("{actor} had a message sent again: {kind}")))
LOOKED_AT = declare(Action("cancellation.looked_at", _("{actor} looked and let it stand")))
COPY_AGREES = declare(Action("cancellation.copy_agrees", _("The same order in another shop agrees")))
COPY_OPEN = declare(
    Action("cancellation.copy_open", _("The same order in another shop is still open after a day"), is_failure=True)
)
EFFECTS_STOPPED = declare(Action("effects.stopped", _("{actor} pressed the emergency stop: nothing is sent")))
RESUME_ASKED = declare(Action("effects.resume_asked", _("{actor} asked that the emergency stop is lifted")))
KEPT_STOPPED = declare(Action("effects.kept_stopped", _("{actor} decided that the emergency stop stays")))
EFFECTS_RESUMED = declare(Action("effects.resumed", _("{actor} lifted the emergency stop")))
