"""The door of every page: signed in, second factor where required, allowed. Forbidden and unknown answer the same 404.

@require_safe
@may("orders.view")
def order_list(request: DeskRequest) -> HttpResponse: ...     # request.stores: where the viewer may do this
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from stores.audit import refusals as reasons
from stores.kernel.errors import NotAllowed, UnknownConnector
from stores.models import Store, User
from stores.selectors import access
from stores.services import sign_in
from stores.views import refusals


class DeskRequest(HttpRequest):
    """A request that passed `may`: somebody is signed in and `stores` is where they may do `action`."""

    user: User
    htmx: HtmxDetails
    action: str
    stores: QuerySet[Store]


View = Callable[..., HttpResponseBase]  # streamed exports too


def may(action: str) -> Callable[[View], View]:
    """Let in who may do `action` in some shop; which shop, `get_store_or_404` asks. Raises KeyError when unlisted."""
    access.ACTIONS[action]  # a misspelt action fails at import, not at night

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            turned_away = signed_in_or_away(request)
            if turned_away is not None:
                return turned_away
            if not access.can(request.user, action):
                refusals.of(request, reasons.ROLE)
                raise Http404
            desk = cast(DeskRequest, request)
            desk.action, desk.stores = action, access.stores_for(request.user, action)
            return _noting_refusals(desk, view, *args, **kwargs)

        guarded.__dict__["action"] = action  # the access matrix reads it
        return guarded

    return decorate


def _noting_refusals(request: DeskRequest, view: View, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """What a page or a service refuses has rolled back by now, so that its trace does not."""
    try:
        return view(request, *args, **kwargs)
    except Http404:
        refusals.of(request, reasons.FOREIGN)
        raise
    except NotAllowed as exc:
        refusals.of_error(request, exc)
        raise PermissionDenied from exc
    except UnknownConnector as exc:
        return render(request, "stores/unknown_connector.html", {"key": exc.key}, status=409)


def signed_in(view: View) -> View:
    """For the few pages that are everybody's own: `/`, the account."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return signed_in_or_away(request) or view(cast(DeskRequest, request), *args, **kwargs)

    guarded.__dict__["action"] = "signed_in"
    return guarded


def signed_in_or_away(request: HttpRequest) -> HttpResponse | None:
    """None when the person may go on; else where to go first: sign in, or set up the second factor."""
    if not request.user.is_authenticated:
        return _sign_in_first(cast(DeskRequest, request))
    access.remember(request.user)
    if lacks_second_factor(request.user):
        messages.warning(request, _("Set up a second factor first: you can move money here."))
        return redirect("mfa_activate_totp")
    return None


def lacks_second_factor(user: User) -> bool:
    return settings.SECOND_FACTOR == "required" and access.moves_money(user) and not is_mfa_enabled(user)


def get_store_or_404(request: HttpRequest, uuid: UUID | str, action: str) -> Store:
    """The shop, when the viewer may do `action` in it. A foreign one and none at all look the same."""
    joined = ("connection__health", "sync")  # what its pages tell
    store = access.stores_for(request.user, action).select_related(*joined).filter(uuid=uuid).first()
    if store is None:
        raise Http404
    return store


def uuid_or_404(text: str) -> UUID:
    """What names nothing and what cannot name anything look the same."""
    try:
        return UUID(text)
    except ValueError as exc:
        raise Http404 from exc


def step_up(view: View) -> View:
    """Ask for the password or a code again unless it was given in the last 5 minutes; the form comes back after."""

    @wraps(view)
    def guarded(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        prove_first(request)
        return view(request, *args, **kwargs)

    guarded.__dict__["steps_up"] = True
    return guarded


def prove_first(request: HttpRequest) -> None:
    """The same in the middle of a view, where only some of what it does asks for it."""
    if not sign_in.proved_recently(request):
        raise ReauthenticationRequired  # allauth keeps a POST and plays it again afterwards


def step_up_afresh(view: View) -> View:
    """`step_up` for forms that carry secrets: nothing of a POST is kept, the form is filled in again afterwards."""

    @wraps(view)
    def guarded(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if sign_in.proved_recently(request):
            return view(request, *args, **kwargs)
        messages.info(request, _("Confirm that it is you; then fill in the form."))
        methods = get_adapter(request).get_reauthentication_methods(request.user)
        return redirect_to_login(request.path, login_url=methods[0]["url"])

    guarded.__dict__["steps_up"] = True
    return guarded


def without_token(posted: QueryDict) -> QueryDict:
    """What an export was asked for: the filters of the page, which travel in its form."""
    asked = posted.copy()
    asked.pop("csrfmiddlewaretoken", None)
    return asked


def _sign_in_first(request: DeskRequest) -> HttpResponse:
    """A whole page in place of a fragment tells desk.js that the session ended: it loads again, or keeps the form."""
    if request.method == "POST":
        return send_again(request, status=422 if request.htmx else 401)
    return redirect_to_login(request.get_full_path())


SECRET_WORDS = ("password", "secret", "token", "code", "csrf")


def send_again(request: HttpRequest, *, status: int = 401) -> HttpResponse:
    """A form met an ended session: what was typed comes back as hidden fields, to be sent again after signing in.

    Secrets are left out; the form asks for them again.
    """
    kept = [
        (name, value)
        for name in request.POST
        for value in request.POST.getlist(name)
        if not any(word in name.lower() for word in SECRET_WORDS)
    ]
    context: dict[str, Any] = {"kept": kept, "action": request.get_full_path(), "signed_in": _is_signed_in(request)}
    return render(request, "account/again.html", context, status=status)


def _is_signed_in(request: HttpRequest) -> bool:
    return hasattr(request, "user") and request.user.is_authenticated
