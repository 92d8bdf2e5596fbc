"""Answers that need nothing of the request: error pages made once, and the headers that every answer carries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpResponse
from django.template.loader import get_template

REASONS = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
}


@cache
def page(status: int, template: str = "") -> bytes:
    """The page of `status` in REASONS, rendered without a request: no session, no form, no context processor."""
    return str(get_template(template or f"{status}.html").render()).encode()


def answer(status: int, template: str = "") -> HttpResponse:
    return HttpResponse(page(status, template), status=status, headers=dict(headers()))


@cache
def headers() -> Mapping[str, str]:
    """What browsers are told on every answer, pages, errors and static files alike."""
    return {
        "Content-Security-Policy": build_policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def bare(status: int) -> tuple[str, list[tuple[str, str]], bytes]:
    """The same page for where there is no Django yet: status line, headers, body."""
    body = page(status)
    told = dict(headers()) | {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
    }
    if settings.SECURE_HSTS_SECONDS:
        parts = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
        told["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}{parts}"
    return f"{status} {REASONS[status]}", list(told.items()), body
