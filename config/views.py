"""Pages that belong to no app: health, errors, CSRF failure, and the sandbox's practice shops."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from config import plain
from config.up import practice
from stores.audit import refusals as reasons
from stores.kernel.errors import InputRejected, RemoteError
from stores.selectors import people
from stores.views import refusals
from stores.views.access import DeskRequest, may, send_again


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """For a load balancer: the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_POST
@may("stores.connect")
def practice_shop(request: DeskRequest, platform: str) -> HttpResponse:
    """*Use a practice shop*: nothing real is opened, so nobody is asked who they are."""
    if not practice.is_served():
        messages.error(request, _("This installation has no practice shops."))
        return redirect("shops:connect")
    from config.up import practice_shops  # every simulator: only for who wants one

    try:
        store, is_new = practice_shops.connect(request.user, platform)
    except KeyError as exc:
        raise Http404 from exc
    except (InputRejected, RemoteError) as exc:
        messages.error(request, exc.user_message)
        return redirect("shops:connect")
    if is_new:
        words = {"shop": store.name, "count": practice_shops.ORDERS}
        messages.success(request, _("%(shop)s is ready. Its %(count)s invented orders are being copied.") % words)
    return redirect("shops:detail", store.uuid) if people.first_steps().are_done else redirect("first_steps")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain.answer(400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain.answer(403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return plain.answer(404)


def too_often(request: HttpRequest) -> HttpResponse:
    return plain.answer(429)


def broken(request: HttpRequest) -> HttpResponse:
    return plain.answer(500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Our own page with an old token (somebody signed in again meanwhile) keeps its input; anything else is refused."""
    if request.method == "POST" and _is_from_here(request) and _is_of_the_desk(request):
        return send_again(request, status=403)
    refusals.of(request, reasons.FORM)
    return plain.answer(403, "403_csrf.html")


def _is_from_here(request: HttpRequest) -> bool:
    """Browsers send Origin with every POST; a page of another site cannot forge it."""
    return request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"


def _is_of_the_desk(request: HttpRequest) -> bool:
    """Nobody was signed out of the page where one signs in."""
    match = request.resolver_match
    return request.user.is_authenticated or bool(match and getattr(match.func, "action", ""))
