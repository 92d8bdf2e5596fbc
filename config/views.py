"""Pages that belong to no app: health, errors, CSRF failure."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from config import plain
from stores.audit import refusals as reasons
from stores.views import refusals
from stores.views.access import send_again


@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """For a load balancer: the process answers."""
    return HttpResponse("ok", content_type="text/plain")


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
