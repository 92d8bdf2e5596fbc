"""The way in: `/`, the first owner's page, the first three steps, joining by invitation."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from stores.forms.people import NewOwner, NewPerson, put_errors
from stores.kernel.errors import InputRejected
from stores.models import Invitation, User
from stores.selectors import access
from stores.selectors import people as selector
from stores.services import people
from stores.views.access import DeskRequest, may, signed_in_or_away
from stores.views.capabilities import vendors


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """To the orders; to the first steps while there is no shop; to the console's link while there is no owner."""
    if not request.user.is_authenticated and not selector.has_owner():
        return render(request, "start/no_owner.html")
    turned_away = signed_in_or_away(request)
    if turned_away is not None:
        return turned_away
    if access.can(request.user, "settings.manage") and not selector.first_steps().has_shop:
        return redirect("first_steps")
    if access.stores_for(request.user).exists():
        return redirect("orders:list")
    return render(request, "start/no_shop.html")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, token: str) -> HttpResponse:
    """The first owner makes their account; afterwards they are signed in and see the three steps."""
    invitation = _invitation(token, for_shop=False)
    form = NewOwner(request.POST or None)
    if form.is_valid():
        try:
            owner = people.make_owner(invitation=invitation, **form.cleaned_data)
        except InputRejected as exc:
            put_errors(form, exc)
        else:
            _sign_in(request, owner)
            return redirect("first_steps")
    return render(request, "start/owner.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@may("settings.manage")
def first_steps(request: DeskRequest) -> HttpResponse:
    return render(
        request, "start/steps.html", {"steps": selector.first_steps(), "stores": request.stores, "platforms": vendors()}
    )


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody with an account signs in and accepts; somebody new gives a name and a password."""
    invitation = _invitation(token, for_shop=True)
    known = User.objects.filter(email=invitation.email).first()
    if known is not None:
        return _join_known(request, invitation, known)
    form = NewPerson(request.POST or None, email=invitation.email)
    if form.is_valid():
        try:
            person = people.join(invitation=invitation, **form.cleaned_data)
        except InputRejected as exc:
            put_errors(form, exc)
        else:
            _sign_in(request, person)
            return redirect("home")
    context = {"form": form, "invitation": invitation}
    return render(request, "start/join.html", context, status=422 if form.errors else 200)


def _join_known(request: HttpRequest, invitation: Invitation, known: User) -> HttpResponse:
    is_them = request.user.is_authenticated and request.user.pk == known.pk
    trouble = ""
    if request.method == "POST" and is_them:
        try:
            people.join(invitation=invitation, person=known)
            return redirect("home")
        except InputRejected as exc:
            trouble = exc.user_message
    context = {"invitation": invitation, "is_them": is_them, "trouble": trouble}
    return render(request, "start/join_known.html", context, status=422 if trouble else 200)


def _invitation(token: str, *, for_shop: bool) -> Invitation:
    """Unknown, used and old links look the same."""
    found = selector.invitation_of(token, for_shop=for_shop)
    if found is None:
        raise Http404
    return found


def _sign_in(request: HttpRequest, person: User) -> None:
    """They just chose their password: that counts as proving who they are."""
    get_adapter(request).login(request, person)
    record_authentication(request, person, method="password", email=person.email)
