"""Cancellations: the list, and one with its steps, receipt and story. Deciding about one: views/decisions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from cancellations.forms.cancellations import CancellationSearch
from cancellations.models import Cancellation
from cancellations.pages import cancellation as cancellation_page
from cancellations.pages import decisions, live_comparison, orders_walk
from cancellations.selectors import cancellations, looks
from cancellations.services import decide
from stores.kernel.errors import PlanUnreadable
from stores.kernel.keyset import Page
from stores.selectors import access
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
        shown = cancellation_page.of(cancellation)
    except PlanUnreadable:  # the page that asks was made by the version that could
        return HttpResponse(headers={"HX-Refresh": "true"})
    if request.GET.get("seen") == shown.mark:
        return HttpResponse(status=204)
    context = decisions.context(request.user, cancellation, shown) | {"is_fragment": True}
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
        return page(request, cancellation, live=seen)
    context = {"cancellation": cancellation, "live": seen}
    return render(request, "cancellations/_live_comparison.html", context)


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
        shown = cancellation_page.of(cancellation)
    except PlanUnreadable as exc:
        return _unreadable(request, cancellation, exc.user_message)
    context = decisions.context(request.user, cancellation, shown) | _walk(request, cancellation) | more
    return render(request, "cancellations/detail.html", context, status=status)


def _walk(request: DeskRequest, cancellation: Cancellation) -> dict[str, Any]:
    """The list that its order was opened from: *Next in list*."""
    question = request.GET.get("walk", "")
    if not question:
        return {}
    stores = access.stores_for(request.user, "orders.view")
    return {"walk": orders_walk.of(request.user, cancellation.order, question, stores)}


def _unreadable(request: DeskRequest, cancellation: Cancellation, words: str) -> HttpResponse:
    """What can be said and done without its plan."""
    context = {
        "cancellation": cancellation,
        "words": words,
        "can": cancellations.person_can(request.user, cancellation),
        "is_untouched": cancellation.state in GIVEN_UP and decide.is_untouched(cancellation),
    }
    return render(request, "cancellations/unreadable.html", context)
