"""Cancellations: the list, and one with its steps, receipt and story. Deciding about one: views/decisions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from cancellations.forms.cancellations import CancellationSearch
from cancellations.models import Cancellation
from cancellations.pages import cancellation as cancellation_page
from cancellations.pages import decisions, inbox, inbox_filters, live_comparison, orders_walk
from cancellations.selectors import cancellations, looks
from cancellations.selectors.cancellations import CancellationQuery
from cancellations.services import decide
from stores.kernel.errors import PlanUnreadable
from stores.kernel.keyset import Page
from stores.models import User
from stores.selectors import access
from stores.views import refusals
from stores.views.access import DeskRequest, may

GIVEN_UP = ("held", "awaiting_approval", "needs_operator")
ROWS, FEWEST = 50, 20  # of a page with its groups; of *Earlier* however long those are
Groups = dict[str, tuple[Sequence[Cancellation], bool]]  # group: (its first rows, whether there are more)
NARROWING = ("q", "show", "shop", "since", "until", "mine", "by", "reason")


@require_safe
@may("cancellations.view")
def cancellation_list(request: DeskRequest) -> HttpResponse:
    people = cancellations.askers(request.user)
    form = CancellationSearch(request.GET, stores=request.stores, viewer=request.user.uuid, people=people)
    query = form.query()
    later = request.GET.get("after", "")
    groups = _groups(request, query) if query.is_grouped and not later else {}
    above = sum(len(found) for found, _has_more in groups.values())
    page = cancellations.search(request.user, query, after=later, size=max(FEWEST, ROWS - above))
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "cancellations/_results.html" if fragment else "cancellations/list.html"
    response = render(
        request, template, _listed(request, form, query, page, groups, people), status=200 if form.is_valid() else 422
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _listed(
    request: DeskRequest,
    form: CancellationSearch,
    query: CancellationQuery,
    page: Page[Cancellation],
    groups: Groups,
    people: Sequence[User],
) -> dict[str, Any]:
    later = bool(request.GET.get("after"))
    shown = [page.rows, *(found for found, _has_more in groups.values())]
    done = cancellations.progress(row for part in shown for row in part)
    rows = {
        name: inbox.rows(request.user, found, done, is_asked=name == "act") for name, (found, _more) in groups.items()
    }
    shops = list(request.stores)
    moving = [row for part in shown for row in part if row.state in ("held", "running", "verifying")]
    return {
        "form": form,
        "page": page,
        "rows": inbox.rows(request.user, page.rows, done, is_asked=query.show == "look"),
        "act": [row for row in rows.get("act", ()) if row.is_asked],
        "others": [row for row in rows.get("act", ()) if not row.is_asked],
        "back": rows.get("back", []),
        "going": rows.get("going", []),
        "more": {name: has_more for name, (_found, has_more) in groups.items()},
        "waiting": _waiting(request),
        "is_grouped": query.is_grouped,
        "is_narrowed": any(request.GET.get(name) for name in NARROWING),
        "is_moving": not later and bool(moving),
        "has_panel_errors": bool(form.errors.keys() - {"q"}),
        "shops": shops,
        "has_shops": len(shops) > 1,
        **inbox_filters.context(request.user, form, people),
    }


def _waiting(request: Any) -> int:
    """The badge's number, asked once: the navigation finds it on the request."""
    if not hasattr(request, "waiting"):
        request.waiting = looks.at_once(request.user)
    return int(request.waiting[0])


def _groups(request: DeskRequest, query: CancellationQuery) -> Groups:
    most = cancellations.FIRST_LOOKS
    back, going = cancellations.on_their_way(request.user, query, most=most + 1)
    found = {"act": cancellations.first_looks(request.user, query, most=most + 1), "back": back, "going": going}
    return {name: (rows[:most], len(rows) > most) for name, rows in found.items()}


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
