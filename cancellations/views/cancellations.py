"""Cancellations: the list, one with its steps and receipt, and what a person may decide about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cancellations.forms.cancellations import CancellationSearch, Settle, Why
from cancellations.models import Cancellation, Step
from cancellations.selectors import cancellations
from cancellations.services import decide, notes, sheet
from stores.kernel.errors import DeskError, InputRejected
from stores.selectors import access
from stores.views.access import DeskRequest, may, step_up


@require_safe
@may("cancellations.view")
def cancellation_list(request: DeskRequest) -> HttpResponse:
    form = CancellationSearch(request.GET, stores=request.stores)
    query = form.query()
    page = cancellations.search(request.user, query, after=request.GET.get("after", ""))
    narrowed = any(request.GET.get(name) for name in ("q", "show", "shop", "since", "until", "after"))
    looks = [] if narrowed else cancellations.first_looks(request.user)
    fragment = request.htmx and not request.htmx.history_restore_request
    template = "cancellations/_results.html" if fragment else "cancellations/list.html"
    context = {"form": form, "page": page, "looks": looks, "narrowed": narrowed}
    response = render(request, template, context, status=200 if form.is_valid() else 422)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@may("cancellations.view")
def cancellation_detail(request: DeskRequest, uuid: UUID) -> HttpResponse:
    return _page(request, _one(request, uuid))


@require_safe
@may("cancellations.view")
def cancellation_steps(request: DeskRequest, uuid: UUID) -> HttpResponse:
    """The part that moves; a finished cancellation's fragment comes without the trigger."""
    return render(request, "cancellations/_progress.html", _context(request, _one(request, uuid)))


@require_POST
@may("cancellations.withdraw")
def take_back(request: DeskRequest, uuid: UUID) -> HttpResponse:
    cancellation = _one(request, uuid, "cancellations.withdraw")
    return _decide(request, cancellation, _("Taken back. Nothing was sent."),
                   lambda: decide.take_back(actor=request.user, cancellation=cancellation))  # fmt: skip


@require_POST
@may("cancellations.confirm")
def release(request: DeskRequest, uuid: UUID) -> HttpResponse:
    cancellation = _one(request, uuid, "cancellations.confirm")
    return _decide(request, cancellation, _("The hold is over; the work begins."),
                   lambda: decide.release_hold(actor=request.user, cancellation=cancellation,
                                               reason=request.POST.get("reason", "")))  # fmt: skip


@require_POST
@may("cancellations.approve")
@step_up
def approve(request: DeskRequest, uuid: UUID) -> HttpResponse:
    cancellation = _one(request, uuid, "cancellations.approve")
    return _decide(request, cancellation, _("Approved."),
                   lambda: decide.approve(actor=request.user, cancellation=cancellation,
                                          fingerprint=request.POST.get("fingerprint", "")))  # fmt: skip


@require_POST
@may("cancellations.retry")
def retry(request: DeskRequest, uuid: UUID, position: int) -> HttpResponse:
    cancellation = _one(request, uuid, "cancellations.retry")
    step = _step(cancellation, position)
    return _decide(request, cancellation, _("Trying again: Rescind looks first."),
                   lambda: decide.retry(actor=request.user, step=step, reason=request.POST.get("reason", "")),
                   retry_form=Why(request.POST), at=position)  # fmt: skip


@require_POST
@may("cancellations.settle")
def settle(request: DeskRequest, uuid: UUID, position: int) -> HttpResponse:
    cancellation = _one(request, uuid, "cancellations.settle")
    step = _step(cancellation, position)
    form = Settle(request.POST)
    if not form.is_valid():
        return _page(request, cancellation, status=422, settle_form=form, at=position)
    return _decide(request, cancellation, _("Settled by hand. Rescind looks at the order once more."),
                   lambda: decide.settle(actor=request.user, step=step, **form.cleaned_data),
                   settle_form=form, at=position)  # fmt: skip


@require_POST
@may("cancellations.settle")
def let_stand(request: DeskRequest, uuid: UUID) -> HttpResponse:
    cancellation = _one(request, uuid, "cancellations.settle")
    return _decide(request, cancellation, _("Noted: the difference stands as it is."),
                   lambda: decide.let_stand(actor=request.user, cancellation=cancellation,
                                            reason=request.POST.get("reason", "")),
                   stand_form=Why(request.POST))  # fmt: skip


def _one(request: DeskRequest, uuid: UUID, action: str = "cancellations.view") -> Cancellation:
    """A role in another shop does not count: who may not do `action` in this one sees nothing."""
    try:
        found = cancellations.one(request.user, uuid)
    except Cancellation.DoesNotExist as exc:
        raise Http404 from exc
    if not access.can(request.user, action, found.store):
        raise Http404
    return found


def _step(cancellation: Cancellation, position: int) -> Step:
    step = get_object_or_404(Step, cancellation=cancellation, position=position)
    step.cancellation = cancellation
    return step


def _decide(
    request: DeskRequest, cancellation: Cancellation, said: str, act: Callable[[], None], **context: Any
) -> HttpResponse:
    """Act; done: back to the page. Refused: the page again with the error at its field and what was typed."""
    try:
        act()
    except DeskError as exc:
        for form in context.values():
            if hasattr(form, "add_error") and isinstance(exc, InputRejected) and exc.field in form.fields:
                form.add_error(exc.field, exc.user_message)
                return _page(request, cancellation, status=422, **context)
        messages.error(request, exc.user_message)
        return redirect("cancellations:detail", cancellation.uuid)
    messages.success(request, said)
    return redirect("cancellations:detail", cancellation.uuid)


def _page(request: DeskRequest, cancellation: Cancellation, *, status: int = 200, **extra: Any) -> HttpResponse:
    return render(request, "cancellations/detail.html", _context(request, cancellation) | extra, status=status)


def _context(request: DeskRequest, cancellation: Cancellation) -> dict[str, Any]:
    return {
        "cancellation": cancellation,
        "sheet": sheet.of(cancellation),
        "note": notes.read(cancellation.note),
        "can": cancellations.person_can(request.user, cancellation),
        "deliveries": cancellations.deliveries(cancellation),
        "retry_form": Why(),
        "settle_form": Settle(),
        "stand_form": Why(),
    }
