"""What the product records in the audit chains. Undeclared names fail."""

from __future__ import annotations

from stores.audit.actions import Action, declare

CONFIRMED = declare(Action("cancellation.confirmed", "{actor} confirmed the preview"))
SENT_FOR_APPROVAL = declare(Action("cancellation.sent_for_approval", "{actor} asked for approval: above their limit"))
APPROVED = declare(Action("cancellation.approved", "{actor} approved the plan"))
WITHDRAWN = declare(Action("cancellation.withdrawn", "{actor} took it back before anything was sent"))
EXPIRED = declare(Action("cancellation.expired", "The approval was not given in time"))
RELEASED = declare(Action("cancellation.released", "{actor} ended the hold early"))
STARTED = declare(Action("cancellation.started", "The hold ended; the work began"))
STOPPED = declare(Action("cancellation.stopped", "Rescind stopped and asks a person"))
RESUMED = declare(Action("cancellation.resumed", "The work goes on"))
REFUSED = declare(Action("cancellation.refused", "The platform refused; nothing was done"))
DONE = declare(Action("cancellation.done", "Looked again and compared with the plan"))
INTENT = declare(Action("step.intent", "Rescind is about to send this step"))
OUTCOME = declare(Action("step.outcome", "What is known of this step after the answer"))
FOUND = declare(Action("step.looked", "Rescind looked for the effect of this step"))
RETRIED = declare(Action("step.retried", "{actor} asked for another try"))
SETTLED = declare(Action("step.settled", "{actor} settled this step by hand"))
REREAD_DIFFERS = declare(Action("cancellation.reread_differs", "A later read no longer agrees with the receipt"))
