"""One's own account, where allauth has no page for it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from stores.services import sessions, sign_in
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
