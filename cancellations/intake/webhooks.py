"""Where platforms knock: /hooks/<token>. Raw bytes first, then the signature, then the inbox; the work comes later.

`config.middleware` leads here before sessions, languages and policies: a delivery needs none of them.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from cancellations.intake import inbox_writer
from stores.connectors import registry
from stores.connectors.roles import HOOK_ADDRESS, HookSource
from stores.kernel.security.vault import VaultError
from stores.services import addressee, connections, webhooks
from stores.services.addressee import Addressee

logger = logging.getLogger(__name__)

FOR_NOBODY: Final = 1_000_000  # bytes that are read of a delivery to no door
_nobodys = secrets.token_hex(32)  # costs the time of a check where there is no secret; its result counts for nothing


@csrf_exempt
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """200 when kept (again, too), 401 for a signature that does not fit, 404 where nobody sends anything.

    405 for another method, 411 for a body of unsaid length that the server does not delimit, 413 for one too big.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    shop = addressee.find(token)
    body = _raw_body(request, shop.hooks.hook_bytes if shop and shop.has_door else FOR_NOBODY)
    if isinstance(body, int):
        return HttpResponse(status=body)
    genuine = _is_genuine(request, shop, body)
    if shop is None or not shop.has_door:
        return HttpResponse(status=404)
    if not genuine:
        logger.warning("A webhook's signature does not fit", extra={"connection": shop.connection.uuid})
        return HttpResponse(status=401)
    inbox_writer.receive(shop, request.headers, body)
    return HttpResponse(status=200)


hook.__dict__["action"] = "signed"  # the access matrix reads it: open to whoever holds the shop's secret


def _raw_body(request: HttpRequest, most: int) -> bytes | int:
    """At most `most` bytes; else the status that refuses it. What breaks off, or is no good chunk, is a 400."""
    said = request.META.get("CONTENT_LENGTH") or ""
    if said and not (said.isascii() and said.isdigit()):
        return 400
    if said and (len(said) > 12 or int(said) > most):
        return 413
    try:
        body = _read(request, most, is_chunked=not said and "HTTP_TRANSFER_ENCODING" in request.META)
    except Exception:  # noqa: BLE001  each server has errors of its own for what its client did
        return 400
    if body is None:
        return 411
    if len(body) > most:
        return 413
    return 400 if said and len(body) < int(said) else body


def _read(request: HttpRequest, most: int, *, is_chunked: bool) -> bytes | None:
    """One byte more than is taken, at most. None: a length must be said.

    A chunked body has none, and Django would read nothing of it. So it is read from the server itself, where that
    promises (`wsgi.input_terminated`) that it ends there.
    """
    if not is_chunked:
        return request.read(most + 1)
    if not request.META.get("wsgi.input_terminated"):
        return None
    return bytes(request.META["wsgi.input"].read(most + 1))


def _is_genuine(request: HttpRequest, shop: Addressee | None, body: bytes) -> bool:
    """Without a secret nothing is, after as much work as with one: whether there is one must not show."""
    hooks = shop.hooks if shop and shop.hooks.hooks_are_signed else _some_hooks()
    known = _secrets_of(shop)
    fits = _fits(hooks, _headers(request, hooks, shop), body, known or [_nobodys])
    if shop and not shop.hooks.hooks_are_signed:
        return True  # whoever knows the address may make us read an order, and nothing else
    return fits and bool(known)


def _some_hooks() -> type[HookSource]:
    """Of the first platform that signs: what the check for nobody's address costs."""
    return next(kind for kind in registry.playing(HookSource) if kind.hooks_are_signed)


def _secrets_of(shop: Addressee | None) -> list[str]:
    """A secret that does not open lets nobody in, here or at the shop: until somebody enters it again."""
    try:
        return shop.secrets() if shop else []
    except VaultError:
        if shop:
            connections.lose_secrets(shop.connection)
        return []


def _headers(request: HttpRequest, hooks: type[HookSource], shop: Addressee | None) -> Mapping[str, str]:
    """As they came; where a signature covers the address as well, with ours, which is never the request's own."""
    if not hooks.hook_signs_address:
        return request.headers
    said = {name.lower(): value for name, value in request.headers.items()}
    return said | {HOOK_ADDRESS: webhooks.address(shop.connection) if shop else ""}


def _fits(hooks: type[HookSource], headers: Mapping[str, str], body: bytes, known: list[str]) -> bool:
    try:
        return hooks.verify_hook(headers, body, secrets=known)
    except Exception:  # noqa: BLE001  whatever a verifier stumbles over was not signed (RELIABILITY 13)
        return False
