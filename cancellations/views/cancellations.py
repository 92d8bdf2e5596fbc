"""Cancellations: the list, and one with its steps, receipt and story. Deciding about one: views/decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from cancellations.forms.cancellations import CancellationSearch, Release, Retry, Settle, Stand
from cancellations.lifecycle import readings, refund_limits
from cancellations.models import Cancellation, CopyWatch, StepKind
from cancellations.pages import cancellation as cancellation_page
from cancellations.pages import live_comparison, order
from cancellations.selectors import cancellations, looks, story
from cancellations.services import decide, notes
from cancellations.views.audit_entry import Entry
from notifications.models import Delivery
from stores.audit import actions
from stores.kernel import clock
from stores.kernel.errors import PlanUnreadable
from stores.kernel.keyset import Page
from stores.models import User
from stores.selectors import access
from stores.services import orders
from stores.templatetags.state_labels import word
from stores.views import refusals
from stores.views.access import DeskRequest, may

GIVEN_UP = ("held", "awaiting_approval", "needs_operator")
NARROWING = ("q", "show", "shop", "since", "until")


@require_safe
@may("cancellations.view")
def cancellation_list(request: DeskRequest) -> HttpResponse:
    form = CancellationSearch(request.GET, stores=request.stores)
    page = cancellations.search(request.user, form.query(), after=request.GET.get("after", ""))
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "cancellations/_results.html" if fragment else "cancellations/list.html"
    response = render(request, template, _listed(request, form, page), status=200 if form.is_valid() else 422)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _listed(request: DeskRequest, form: CancellationSearch, page: Page[Cancellation]) -> dict[str, Any]:
    narrowed = any(request.GET.get(name) for name in NARROWING)
    later = bool(request.GET.get("after"))
    first = [] if narrowed or later else cancellations.first_looks(request.user)
    done = cancellations.progress(page.rows)
    return {
        "form": form,
        "page": page,
        "rows": [(row, done.get(row.pk)) for row in page.rows],
        "looks": [(row, None) for row in first],
        "more_looks": len(first) == cancellations.FIRST_LOOKS and looks.count(request.user) > len(first),
        "is_narrowed": narrowed,
        "is_moving": not later and any(row.state in ("held", "running", "verifying") for row in page.rows),
        "has_panel_errors": bool(form.errors.keys() - {"q"}),
        "shops": list(request.stores),
    }


@require_safe
@may("cancellations.view")
def cancellation_detail(request: DeskRequest, uuid: UUID) -> HttpResponse:
    return page(request, one(request, uuid))


@require_safe
@may("cancellations.view")
def cancellation_steps(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """The part that moves, asked for every 2 s: 204 when nothing did; a finished one comes without the trigger."""
    cancellation = one(request, uuid)
    if not request.htmx:
        return redirect("cancellations:detail", uuid)
    try:
        told = cancellation_page.of(cancellation)
    except PlanUnreadable:  # the page that asks was made by the version that could
        return HttpResponse(headers={"HX-Refresh": "true"})
    if request.GET.get("seen") == told.mark:
        return HttpResponse(status=204)
    context = _context(request, cancellation, told) | {"is_fragment": True}
    return render(request, "cancellations/_progress.html", context)


@require_safe
@may("cancellations.view")
def cancellation_look(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """What the shop shows now, read live, beside what was planned; without script the whole page with it."""
    cancellation = one(request, uuid)
    try:
        seen = live_comparison.live(cancellation)
    except PlanUnreadable:
        return page(request, cancellation)
    if not request.htmx:
        return page(request, cancellation, picture=seen)
    context = {"cancellation": cancellation, "picture": seen}
    return render(request, "cancellations/_picture.html", context)


def one(request: DeskRequest, uuid: UUID) -> Cancellation:
    """Raises Http404 for unknown and foreign alike, and where the page's action is not the viewer's in this shop."""
    try:
        found = cancellations.one(request.user, uuid)
    except Cancellation.DoesNotExist as exc:
        raise Http404 from exc
    if not access.can(request.user, request.action, found.store):
        raise Http404
    return found


def _thing(uuid: UUID) -> refusals.Thing | None:
    row = Cancellation.objects.select_related("store").filter(uuid=uuid).first()
    return (f"cancellation:{uuid}", row.store) if row else None


refusals.FIND["cancellations"] = _thing


def page(request: DeskRequest, cancellation: Cancellation, *, status: int = 200, **more: Any) -> HttpResponse:
    """The whole page; more: forms that were refused, with what was typed, or a live look."""
    try:
        told = cancellation_page.of(cancellation)
    except PlanUnreadable as exc:
        return _unreadable(request, cancellation, exc.user_message)
    context = _context(request, cancellation, told) | more
    return render(request, "cancellations/detail.html", context, status=status)


def _unreadable(request: DeskRequest, cancellation: Cancellation, words: str) -> HttpResponse:
    """What can be said and done without its plan."""
    context = {
        "cancellation": cancellation,
        "words": words,
        "can": cancellations.person_can(request.user, cancellation),
        "is_untouched": cancellation.state in GIVEN_UP and decide.is_untouched(cancellation),
    }
    return render(request, "cancellations/unreadable.html", context)


def _context(request: DeskRequest, cancellation: Cancellation, told: cancellation_page.Sheet) -> dict[str, Any]:
    can = cancellations.person_can(request.user, cancellation)
    deliveries = cancellations.deliveries(cancellation)
    copies = cancellations.copies_of(request.user, cancellation)
    return {
        "cancellation": cancellation,
        "sheet": told,
        "note": notes.read(cancellation.note),
        "can": can,
        "is_untouched": _may_be_given_up(cancellation, told) and decide.is_untouched(cancellation),
        "is_unseen": any(step.must_look and step.kind != StepKind.ASSISTED for step in cancellation.steps.all()),
        "why_not_approve": _why_not_approve(request.user, cancellation, told, can),
        "look": _wants_a_look(cancellation, copies, deliveries),
        "theirs": _theirs(cancellation) if told.asking and told.asking.assist else "",
        "copies": copies,
        "deliveries": deliveries,
        **_story(cancellation, told),
        "retry_form": Retry(),
        "settle_form": Settle(),
        "stand_form": Stand(),
        "release_form": Release(),
    }


def _may_be_given_up(cancellation: Cancellation, told: cancellation_page.Sheet) -> bool:
    return cancellation.state == "needs_operator" or (cancellation.state == "running" and bool(told.stopped))


def _wants_a_look(
    cancellation: Cancellation, copies: Sequence[tuple[CopyWatch, bool]], deliveries: Sequence[Delivery]
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
    """Where a person does an assisted step: the order in the platform's own desk."""
    return order.theirs(cancellation.order, orders.order_of(cancellation.order))


def _why_not_approve(
    viewer: User, cancellation: Cancellation, told: cancellation_page.Sheet, can: dict[str, bool]
) -> str:
    """Why this viewer's *Approve* is off; "" when it is not, or not shown at all."""
    if cancellation.state != "awaiting_approval" or not can["approve"]:
        return ""
    if told.is_read_anew:
        return readings.words()
    return refund_limits.above_for(viewer, cancellation, now=clock.now())


def _story(cancellation: Cancellation, told: cancellation_page.Sheet) -> dict[str, Any]:
    """The audit trail with the words people gave, and the claims of those who settled by hand."""
    events = story.events(cancellation)
    claims = [(row, row.settled) for row in told.steps if row.settled]
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
