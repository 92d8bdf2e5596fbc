"""Request ids, and what every signed-in page needs: no-store, absolute session age."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from stores.kernel import clock, plain_text
from stores.kernel.context import request_id

Handler = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Each request has an id, in the log, the audit event and the answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        ours = given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else secrets.token_hex(8)
        token = request_id.set(ours)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-Id"] = ours
        return response


class VisibleTextMiddleware:
    """Marks that turn the direction of reading are spelt out on every page, whoever's text holds them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = plain_text.shown_bytes(response.content)
        return response


class DeskMiddleware:
    """Signed-in pages are never stored by a browser or proxy, and a session ends 12 h after sign-in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self._end_old_session(request)
        response = self.get_response(request)
        if request.user.is_authenticated and not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    def _end_old_session(self, request: HttpRequest) -> None:
        if not request.user.is_authenticated:
            return
        now = clock.now().timestamp()
        began = request.session.setdefault("began", now)
        if now - began > settings.SESSION_ABSOLUTE_SECONDS:
            logout(request)
        elif now - request.session.get("touched", 0) > 60:  # idle time slides, at one write a minute
            request.session["touched"] = now
