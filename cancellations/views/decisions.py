"""What a person may decide about a cancellation, each a POST; refused ones show the page again with what was typed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cancellations.forms.cancellations import Decision, Release, Retry, Settle, Stand
from cancellations.models import Cancellation, Step
from cancellations.selectors import cancellations
from cancellations.services import decide
from cancellations.views.cancellations import one, page
from stores.kernel.errors import DeskError, InputRejected
from stores.views import refusals
from stores.views.access import DeskRequest, may, step_up


@require_POST
@may("cancellations.withdraw")
def take_back(request: DeskRequest, uuid: UUID) -> HttpResponse:
    cancellation = one(request, uuid)
    return _act(request, cancellation, _("Taken back. Nothing was sent."),
                lambda: decide.take_back(actor=request.user, cancellation=cancellation))  # fmt: skip


@require_POST
@may("cancellations.approve")
@step_up
def approve(request: DeskRequest, uuid: UUID) -> HttpResponse:
    cancellation, seen = one(request, uuid), request.POST.get("fingerprint", "")
    return _act(request, cancellation, _("Approved."),
                lambda: decide.approve(actor=request.user, cancellation=cancellation, fingerprint=seen))  # fmt: skip


@require_POST
@may("cancellations.confirm")
@step_up
def release(request: DeskRequest, uuid: UUID) -> HttpResponse:
    cancellation = one(request, uuid)
    return _decide(request, cancellation, Release(request.POST), _("The hold is over; the work begins."),
                   lambda said: decide.release_hold(actor=request.user, cancellation=cancellation, **said))  # fmt: skip


@require_POST
@may("cancellations.settle")
def let_stand(request: DeskRequest, uuid: UUID) -> HttpResponse:
    cancellation = one(request, uuid)
    return _decide(request, cancellation, Stand(request.POST), _("Noted: it stands as it is."),
                   lambda said: decide.let_stand(actor=request.user, cancellation=cancellation, **said))  # fmt: skip


@require_POST
@may("cancellations.retry")
def retry(request: DeskRequest, uuid: UUID, position: int) -> HttpResponse:
    cancellation = one(request, uuid)
    step = _step(cancellation, position)
    return _decide(request, cancellation, Retry(request.POST), _("Trying again: Rescind looks first."),
                   lambda said: decide.retry(actor=request.user, step=step, **said))  # fmt: skip


@require_POST
@may("cancellations.settle")
def settle(request: DeskRequest, uuid: UUID, position: int) -> HttpResponse:
    cancellation = one(request, uuid)
    step = _step(cancellation, position)
    return _decide(request, cancellation, Settle(request.POST),
                   _("Settled by hand. Rescind reads the order and sets what it sees beside your word."),
                   lambda said: decide.settle(actor=request.user, step=step, **said))  # fmt: skip


@require_POST
@may("messages.send_again")
def send_again(request: DeskRequest, uuid: UUID, message: UUID) -> HttpResponse:
    cancellation = one(request, uuid)
    delivery = next((row for row in cancellations.deliveries(cancellation) if row.uuid == message), None)
    if delivery is None:
        raise Http404
    one_more = partial(decide.send_again, actor=request.user, cancellation=cancellation, delivery=delivery)
    return _act(request, cancellation, _("It is sent again."), one_more)


def _step(cancellation: Cancellation, position: int) -> Step:
    """Of the steps that came with the cancellation. Raises Http404."""
    for step in cancellation.steps.all():
        if step.position == position:
            step.cancellation = cancellation
            return step
    raise Http404


def _decide(
    request: DeskRequest, cancellation: Cancellation, form: Decision, said: str, act: Callable[[dict[str, Any]], None]
) -> HttpResponse:
    """Act with the words of `form`; a missing or refused one is said at its field."""
    name = f"{type(form).__name__.lower()}_form"
    if not form.is_valid():
        return page(request, cancellation, status=422, **{name: form})
    try:
        act(form.cleaned_data)
    except InputRejected as exc:
        if exc.field in form.fields:
            form.add_error(exc.field, exc.user_message)
            return page(request, cancellation, status=422, **{name: form})
        return _back(request, cancellation, messages.ERROR, exc.user_message)
    except DeskError as exc:
        refusals.of_error(request, exc)
        return _back(request, cancellation, messages.ERROR, exc.user_message)
    return _back(request, cancellation, messages.SUCCESS, said)


def _act(request: DeskRequest, cancellation: Cancellation, said: str, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except DeskError as exc:
        refusals.of_error(request, exc)
        return _back(request, cancellation, messages.ERROR, exc.user_message)
    return _back(request, cancellation, messages.SUCCESS, said)


def _back(request: DeskRequest, cancellation: Cancellation, level: int, words: str) -> HttpResponse:
    """To its page, or to the list where that was asked."""
    messages.add_message(request, level, words)
    if request.POST.get("then") == "list":
        return redirect("cancellations:list")
    return redirect("cancellations:detail", cancellation.uuid)
