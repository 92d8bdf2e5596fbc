"""One's own account, where allauth has no page for it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stores.forms.account import OwnZone, zones
from stores.kernel import clock
from stores.services import sessions, sign_in
from stores.templatetags import times
from stores.views.access import DeskRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def own_sessions(request: DeskRequest) -> HttpResponse:
    """Where one is signed in. POST `end`: "others", or the number of one."""
    if request.method != "POST":
        return _sessions(request)
    wanted = request.POST.get("end", "")
    if wanted == "others":
        sessions.end_others(request, request.user)
        messages.success(request, _("Your other sessions are over."))
    elif not (wanted.isascii() and wanted.isdigit() and len(wanted) < 12):
        messages.error(request, _("Choose a session of the list."))
        return _sessions(request, status=422)
    elif sessions.end_one(person=request.user, pk=int(wanted)):
        messages.success(request, _("That session is over."))
    else:
        messages.info(request, _("That session was over already."))
    return redirect("account_sessions")


def _sessions(request: DeskRequest, *, status: int = 200) -> HttpResponse:
    sessions.note(request)
    context = {
        "places": sessions.of_person(request.user, here=request.session.session_key or ""),
        "idle": settings.SESSION_COOKIE_AGE,
        "longest": settings.SESSION_ABSOLUTE_SECONDS,
    }
    return render(request, "account/sessions.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def sign_out_everywhere(request: DeskRequest) -> HttpResponse:
    """End every session of this person, here and elsewhere."""
    if request.method != "POST":
        return render(request, "account/sign_out_everywhere.html")
    sign_in.sign_out_everywhere(actor=request.user, person=request.user)
    return redirect("account_login")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def own_zone(request: DeskRequest) -> HttpResponse:
    """The zone of all times one reads. POST `time_zone`; `next`: the page where the browser's zone was offered."""
    if request.method != "POST":
        return _zone(request, OwnZone(initial={"time_zone": request.user.time_zone}))
    form = OwnZone(request.POST)
    if not form.is_valid():
        return _zone(request, form, status=422)
    request.user.time_zone = form.cleaned_data["time_zone"]
    request.user.save(update_fields=["time_zone"])
    messages.success(request, _("Times are shown in %(zone)s.") % {"zone": times.name_of(times.zone(request.user))})
    here = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(here, {request.get_host()}, require_https=request.is_secure())
    return redirect(here if is_ours else "account_time_zone")


def _zone(request: DeskRequest, form: OwnZone, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "zones": zones(), "now": clock.now()}
    return render(request, "account/time_zone.html", context, status=status)
