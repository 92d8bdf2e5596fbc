"""The word and the tone of every state that a page shows as a chip.

Tones are the chip classes: ok warn bad info moving half plain; calm for what is ordinary, wait,
unknown (the shop does not tell). A state without an entry is shown by its own
code, so a new platform word is seen and never hidden.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Word = tuple[str | Promise, str]

FULFILMENT: dict[str, Word] = {
    "unfulfilled": (_("Unfulfilled"), "calm"),
    "scheduled": (_("Scheduled"), "calm"),
    "on_hold": (_("On hold"), "warn"),
    "in_progress": (_("Being packed"), "moving"),
    "partial": (_("Partly fulfilled"), "half warn"),
    "fulfilled": (_("Fulfilled"), "calm ok"),
    "not_needed": (_("Nothing to ship"), "calm"),
    "unknown": (_("Not told"), "unknown"),
}
PAYMENT: dict[str, Word] = {
    "pending": (_("Payment pending"), "moving wait"),
    "authorised": (_("Authorised"), "info"),
    "partly_paid": (_("Partly paid"), "half warn"),
    "paid": (_("Paid"), "calm ok"),
    "partly_refunded": (_("Partly refunded"), "half"),
    "refunded": (_("Refunded"), "calm"),
    "voided": (_("Voided"), "calm"),
    "expired": (pgettext_lazy("payment", "Expired"), "plain"),
    "unknown": (_("Not told"), "unknown"),
}
CANCELLABLE: dict[str, Word] = {
    "all": (_("All can be cancelled"), "ok"),
    "part": (_("Part can be cancelled"), "half"),
    "none": (_("Nothing to cancel"), "plain"),
}
READINESS: dict[str, Word] = {
    "open": (_("Waiting to be packed"), "ok"),
    "on_hold": (_("On hold"), "ok"),
    "being_packed": (_("Being packed"), "warn"),
    "with_service": (_("With a fulfilment service"), "bad"),
    "waiting": (_("Service was asked"), "moving"),
    "refused": (_("Service keeps it"), "bad"),
    "gone": (_("Gone"), "plain"),
}
TRANSACTION: dict[str, Word] = {
    "success": (_("Done"), "ok"),
    "pending": (_("Pending"), "moving"),
    "failed": (_("Failed"), "bad"),
    "unknown": (_("Not told"), "plain"),
}
KIND: dict[str, Word] = {
    "authorisation": (pgettext_lazy("transaction", "Authorisation"), "tag"),
    "sale": (pgettext_lazy("transaction", "Sale"), "tag"),
    "capture": (pgettext_lazy("transaction", "Capture"), "tag"),
    "refund": (pgettext_lazy("transaction", "Refund"), "tag"),
    "void": (pgettext_lazy("transaction", "Void"), "tag"),
    "other": (pgettext_lazy("transaction", "Other"), "tag"),
}
CANCELLATION: dict[str, Word] = {
    "awaiting_approval": (_("Awaiting approval"), "info"),
    "held": (_("On hold"), "info"),
    "running": (_("Running"), "moving"),
    "verifying": (_("Looking again"), "moving"),
    "needs_operator": (_("Needs a look"), "warn"),
    "differs": (_("Done, with a difference"), "warn"),
    "done": (_("Done"), "ok"),
    "withdrawn": (_("Taken back"), "plain"),
    "expired": (pgettext_lazy("cancellation", "Expired"), "plain"),
    "refused": (_("Refused"), "bad"),
}
STEP: dict[str, Word] = {
    "pending": (_("To do"), "plain"),
    "intended": (_("Sending"), "moving"),
    "accepted": (_("Accepted, not finished"), "moving"),
    "retry_wait": (_("Will try again"), "moving"),
    "unknown": (_("Looking whether it was done"), "warn"),
    "needs_person": (_("Needs a person"), "warn"),
    "applied": (_("Done"), "ok"),
    "refused": (_("Refused"), "bad"),
    "settled": (_("Settled by hand"), "ok"),
    "skipped": (_("Skipped"), "plain"),
}
ATTEMPT: dict[str, Word] = {
    "applied": (pgettext_lazy("attempt", "Done"), "ok"),
    "accepted": (pgettext_lazy("attempt", "Accepted"), "moving"),
    "retryable": (_("Not processed"), "moving"),
    "rate_limited": (_("Too many calls"), "moving"),
    "conflict": (_("Same key still at work"), "moving"),
    "final": (pgettext_lazy("attempt", "Refused"), "bad"),
    "auth": (_("Credentials refused"), "bad"),
    "unknown": (_("No clear answer"), "warn"),
}
SUPPORT: dict[str, Word] = {
    "native": (_("Yes, in one call"), "ok"),
    "composed": (_("Yes, in several calls"), "ok"),
    "assisted": (_("By hand, then checked"), "half"),
    "impossible": (_("No"), "bad"),
}
SUPPORT_SHORT: dict[str, Word] = {
    "native": (_("Yes"), "ok"),
    "composed": (_("In steps"), "ok"),
    "assisted": (_("By hand"), "half"),
    "impossible": (_("No"), "bad"),
}
TOLD: dict[str, Word] = SUPPORT_SHORT | {"composed": (_("In part"), "half")}
VERDICT: dict[str, Word] = {
    "same": (_("Same"), "ok"),
    "differs": (_("Differs"), "warn"),
    "pending": (_("On its way"), "moving"),
    "unseen": (_("Not told"), "plain"),
}
SHOP: dict[str, Word] = {
    "active": (_("Connected"), "ok"),
    "paused": (_("Paused"), "warn"),
    "disconnected": (_("Disconnected"), "bad"),
}
COPY: dict[str, Word] = {
    "watching": (_("Being read"), "moving"),
    "agrees": (_("Agrees"), "ok"),
    "open": (_("Still open"), "warn"),
}

WORDS: dict[str, dict[str, Word]] = {
    "fulfilment": FULFILMENT,
    "payment": PAYMENT,
    "cancellable": CANCELLABLE,
    "readiness": READINESS,
    "transaction": TRANSACTION,
    "kind": KIND,
    "cancellation": CANCELLATION,
    "step": STEP,
    "attempt": ATTEMPT,
    "support": SUPPORT,
    "support_short": SUPPORT_SHORT,
    "told": TOLD,
    "told_short": TOLD,
    "shop": SHOP,
    "verdict": VERDICT,
    "copy": COPY,
}


def word(vocabulary: str, state: str) -> Word:
    """The word and tone of `state`; an unknown one comes back as its own code. KeyError: no such vocabulary."""
    return WORDS[vocabulary].get(state, (state.replace("_", " ").capitalize(), "plain"))
