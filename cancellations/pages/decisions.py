"""Around a cancellation's page: what this viewer may decide, why not, and what was said and done so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cancellations.forms.cancellations import Release, Retry, Settle, Stand
from cancellations.lifecycle import readings, refund_limits
from cancellations.models import Cancellation, MirrorWatch, StepKind
from cancellations.pages import approval, letter, order
from cancellations.pages.audit_entry import Entry
from cancellations.pages.cancellation import CancellationPage
from cancellations.selectors import cancellations, story
from cancellations.services import decide, notes
from notifications.models import Delivery
from stores.audit import actions
from stores.kernel import clock
from stores.kernel.errors import CopyUnreadable
from stores.models import User
from stores.services import orders
from stores.templatetags.state_labels import word


def context(viewer: User, cancellation: Cancellation, page: CancellationPage) -> dict[str, Any]:
    """Everything the templates of templates/cancellations/ ask for."""
    can = cancellations.person_can(viewer, cancellation)
    deliveries = cancellations.deliveries(cancellation)
    copies = cancellations.copies_of(viewer, cancellation)
    is_unseen = any(step.must_look and step.kind != StepKind.ASSISTED for step in cancellation.steps.all())
    told = _story(cancellation, page)
    return {
        "cancellation": cancellation,
        "page": page,
        "note": notes.read(cancellation.note),
        "can": can,
        "is_untouched": _may_be_given_up(cancellation, page) and decide.is_untouched(cancellation),
        "is_unseen": is_unseen,
        "approval": approval.of(cancellation, page.plan),
        "why_not_approve": _why_not_approve(viewer, cancellation, page, can),
        "look": _wants_a_look(cancellation, copies, deliveries),
        "theirs": _theirs(cancellation) if page.asking and page.asking.assist else "",
        "copies": copies,
        "deliveries": deliveries,
        **told,
        **letter.of(cancellation, page, deliveries=deliveries, trail=told["trail"], is_unseen=is_unseen),
        "retry_form": Retry(),
        "settle_form": Settle(),
        "stand_form": Stand(),
        "release_form": Release(),
    }


def _may_be_given_up(cancellation: Cancellation, page: CancellationPage) -> bool:
    return cancellation.state == "needs_operator" or (cancellation.state == "running" and bool(page.stopped))


def _wants_a_look(
    cancellation: Cancellation, copies: Sequence[tuple[MirrorWatch, bool]], deliveries: Sequence[Delivery]
) -> str:
    """What a person may look at and let stand, the gravest first; "" for nothing."""
    if cancellation.looked_at is None and cancellation.differs:
        return {"refused": "done_after_all", "expired": "unseen"}.get(cancellation.state, "differs")
    if cancellation.looked_at is None and cancellation.state == "refused":
        return "refused"
    if any(copy.state == "open" and copy.looked_at is None for copy, _may in copies):
        return "copy"
    return "message" if any(row.state == "given_up" and row.looked_at is None for row in deliveries) else ""


def _theirs(cancellation: Cancellation) -> str:
    """Where a person does an assisted step: the order in the platform's own desk; "" while its copy cannot be read."""
    try:
        return order.theirs(cancellation.order, orders.order_of(cancellation.order))
    except CopyUnreadable:
        return ""


def _why_not_approve(viewer: User, cancellation: Cancellation, page: CancellationPage, can: dict[str, bool]) -> str:
    """Why this viewer's *Approve* is off; "" when it is not, or not shown at all."""
    if cancellation.state != "awaiting_approval" or not can["approve"]:
        return ""
    if page.is_read_anew:
        return readings.words()
    return refund_limits.above_for(viewer, cancellation, now=clock.now())


def _story(cancellation: Cancellation, page: CancellationPage) -> dict[str, Any]:
    """The audit trail with the words people gave, and the claims of those who settled by hand."""
    events = story.events(cancellation)
    claims = [(row, row.settled) for row in page.steps if row.settled]
    names = story.people(events, *(claim["by"] for _row, claim in claims))
    kept = story.notes_of(events)
    words = {pk: notes.read(row) for pk, row in kept.items()}
    by_note = {str(row.uuid): words[pk] for pk, row in kept.items()}
    return {
        "trail": [(Entry(e, names), _sentence(Entry(e, names)), words.get(e.pk, "")) for e in events],
        "claims": [(r, c, names.get(f"person:{c['by']}", ""), by_note.get(c["note"], "")) for r, c in claims],
    }


def _sentence(entry: Entry) -> str:
    """With the states of steps in the page's own words."""
    state = entry.body.get("state")
    facts = entry.body | {"state": str(word("step", state)[0]).lower()} if isinstance(state, str) else entry.body
    return actions.sentence(entry.event.kind, actor=entry.who, facts=facts)
