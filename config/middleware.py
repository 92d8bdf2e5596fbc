"""Request ids, headers on every answer, bodies read once, and what signed-in pages need: no-store, session age."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import Resolver404, resolve
from gunicorn.http.errors import ParseException

from cancellations.intake import webhooks
from config import plain
from stores.kernel import clock, plain_text
from stores.kernel.context import known_or_new, reader_zone, request_id

Handler = Callable[[HttpRequest], HttpResponse]
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
ASKED_BY_PAGES = frozenset({"orders:present"})  # once a minute, for as long as a page is open
UNREADABLE = (UnreadablePostError, ParseException)


class RequestIdMiddleware:
    """Each request has an id, in the log, the audit event and the answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        ours = known_or_new(request.headers.get("X-Request-Id", ""))  # the gate made it already, where there is one
        token = request_id.set(ours)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = ours
        return response


class HeadersMiddleware:
    """Outermost, so that no answer goes without: static files, errors, what a middleware refused."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in plain.headers().items():
            response.setdefault(name, value)
        if response.status_code >= 400:
            response.setdefault("Cache-Control", "no-store")
        if response.status_code == 405 and not response.streaming and not response.content:
            response.content = plain.page(405)
            del response["Content-Length"]
        if not response.streaming and response.status_code not in (204, 304):
            response.setdefault("Content-Length", str(len(response.content)))
        return response


class WebhookMiddleware:
    """Deliveries of shops pass no session, language or form token: only what stands before this."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        folder, _, token = request.path_info.removeprefix("/").partition("/")
        if folder != "hooks" or not token or "/" in token:
            return self.get_response(request)
        return webhooks.hook(request, token)


class BodyMiddleware:
    """Reads a form before anything else does: what cannot be read is one answer, whichever page it was for."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Not for machines' doors, which read raw bytes and are exempt from the check of forms."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        try:
            request.POST  # noqa: B018  parsed here, once
        except TOO_MUCH:
            return plain.answer(413)
        except Exception:  # noqa: BLE001  whatever the parser stumbles over is not a form
            return plain.answer(400)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A body that broke off, or chunks that are none, under a view that reads it itself."""
        return plain.answer(400) if isinstance(exception, UNREADABLE) else None


class VisibleTextMiddleware:
    """Marks that turn the direction of reading are spelt out on every page, whoever's text holds them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = plain_text.shown_bytes(response.content)
        return response


def _asks_by_itself(request: HttpRequest) -> bool:
    """An open page that nobody looks at asks on: that is no use of the desk, and its session ends."""
    try:
        return resolve(request.path_info).view_name in ASKED_BY_PAGES
    except Resolver404:
        return False


class DeskMiddleware:
    """No page is stored by a browser or proxy, signed in or on the way there; a session ends 12 h after sign-in.

    Times on the page stand in the reader's own zone.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self._end_old_session(request)
        token = reader_zone.set(getattr(request.user, "time_zone", ""))
        try:
            response = self.get_response(request)
        finally:
            reader_zone.reset(token)
        response.setdefault("Cache-Control", "no-store")
        return response

    def _end_old_session(self, request: HttpRequest) -> None:
        if not request.user.is_authenticated:
            return
        now = clock.now().timestamp()
        began = request.session.setdefault("began", now)
        if now - began > settings.SESSION_ABSOLUTE_SECONDS:
            logout(request)
        elif now - request.session.get("touched", 0) > 60 and not _asks_by_itself(request):  # slides once a minute
            request.session["touched"] = now
