"""One's own account, where allauth has no page for it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from stores.services import sign_in
from stores.views.access import DeskRequest, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def sign_out_everywhere(request: DeskRequest) -> HttpResponse:
    """End every session of this person, here and elsewhere."""
    if request.method != "POST":
        return render(request, "account/sign_out_everywhere.html")
    sign_in.sign_out_everywhere(actor=request.user, person=request.user)
    return redirect("account_login")
