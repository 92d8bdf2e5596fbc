"""The emergency stop. Pressing it asks nothing; lifting it asks for the password again, and for a second person."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cancellations.models import EmergencyStop
from cancellations.selectors import stops
from cancellations.services import emergency
from stores.kernel.errors import DeskError
from stores.views import refusals
from stores.views.access import DeskRequest, get_store_or_404, may, step_up, uuid_or_404


@require_safe
@may("effects.stop")
def stop_page(request: DeskRequest) -> HttpResponse:
    return _page(request)


@require_POST
@may("effects.stop")
def press(request: DeskRequest) -> HttpResponse:
    """`shop`: that one; empty: all that this person may stop."""
    if shop := request.POST.get("shop", ""):
        emergency.press(actor=request.user, store=get_store_or_404(request, uuid_or_404(shop), "effects.stop"))
    else:
        emergency.press_all(actor=request.user)
    messages.warning(request, _("Stopped. What had left already is looked up; nothing else is sent."))
    return redirect("stop:page")


@require_http_methods(["GET", "HEAD", "POST"])  # come back to by GET after the password was asked for
@may("effects.resume")
@step_up
def resume(request: DeskRequest, uuid: UUID) -> HttpResponse:
    stop = _one(request, uuid)
    if request.method != "POST":
        return redirect("stop:page")
    try:
        lifted = emergency.resume(actor=request.user, stop=stop)
    except DeskError as exc:
        refusals.of_error(request, exc)
        messages.error(request, exc.user_message)
        return redirect("stop:page")
    if lifted:
        messages.success(request, _("Lifted. What waited goes on where no other stop stands."))
    else:
        messages.info(request, _("Asked for. It stays stopped until somebody else confirms; they got a mail."))
    return redirect("stop:page")


@require_POST
@may("effects.stop")
def keep(request: DeskRequest, uuid: UUID) -> HttpResponse:
    try:
        emergency.keep_stopped(actor=request.user, stop=_one(request, uuid))
    except DeskError as exc:
        refusals.of_error(request, exc)
        messages.error(request, exc.user_message)
    else:
        messages.success(request, _("It stays stopped."))
    return redirect("stop:page")


def _page(request: DeskRequest) -> HttpResponse:
    seen = stops.rows_for(request.user)
    stopped = {row.stop.store_id for row in seen}
    context = {
        "rows": seen,
        "is_all_stopped": None in stopped,
        "shops": [store for store in request.stores if store.pk not in stopped],
        "person": request.user,
    }
    return render(request, "stop/page.html", context)


def _one(request: DeskRequest, uuid: UUID) -> EmergencyStop:
    stop = stops.by_uuid(request.user, uuid)
    if stop is None or not stops.may_resume(request.user, stop):
        raise Http404
    return stop


def _thing(uuid: UUID) -> refusals.Thing | None:
    row = EmergencyStop.objects.select_related("store").filter(uuid=uuid).first()
    return (f"stop:{uuid}", row.store) if row else None


refusals.FIND["stop"] = _thing
