"""Where platforms knock: /hooks/<token>. Raw bytes first, then the signature, then the inbox; the work comes later."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cancellations.intake import inbox
from stores.models import Store
from stores.platforms import registry
from stores.platforms.base import HOOK_ADDRESS, Platform
from stores.services import credentials, hooks

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 1_000_000
NOBODY: Final = "a secret that signs nothing"  # so that an unknown address costs as much time as a wrong signature


@csrf_exempt
@require_POST
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """200 when kept (again, too), 401 for a signature that does not fit, 404 for an unknown address, 413 if too big."""
    body = _raw_body(request)
    if body is None:
        return HttpResponse(status=413)
    store = Store.objects.filter(inbox_token=token).first()
    platform = _platform_of(store)
    if len(body) > platform.hook_bytes:
        return HttpResponse(status=413)
    secrets = credentials.hook_secrets(store, platform.hook_secret) or [NOBODY]
    genuine = _is_genuine(platform, _headers(request, platform, store), body, secrets)
    if store is None:
        return HttpResponse(status=404)
    if not genuine:
        logger.warning("A webhook's signature does not fit", extra={"store": store.uuid})
        return HttpResponse(status=401)
    inbox.receive(store, request.headers, body)
    return HttpResponse(status=200)


hook.__dict__["action"] = "signed"  # the access matrix reads it: open to whoever holds the shop's secret


def _raw_body(request: HttpRequest) -> bytes | None:
    """At most MOST_BYTES; None for more, whatever its Content-Length says."""
    said = request.headers.get("Content-Length", "")
    if said.isascii() and said.isdigit() and int(said[:12]) > MOST_BYTES:
        return None
    body = request.read(MOST_BYTES + 1)
    return None if len(body) > MOST_BYTES else body


def _platform_of(store: Store | None) -> type[Platform]:
    known = registry.all_platforms()
    return next((each for each in known if store and each.key == store.platform), known[0])


def _headers(request: HttpRequest, platform: type[Platform], store: Store | None) -> Mapping[str, str]:
    """As they came; where a signature covers the address as well, with ours, which is never the request's own."""
    if not platform.hook_signs_address:
        return request.headers
    said = {name.lower(): value for name, value in request.headers.items()}
    return said | {HOOK_ADDRESS: hooks.address(store) if store else ""}


def _is_genuine(platform: type[Platform], headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    if not platform.hooks_are_signed:
        return True  # whoever knows the address may make us read an order, and nothing else
    try:
        return platform.verify_hook(headers, body, secrets=secrets)
    except Exception:  # noqa: BLE001  whatever a verifier stumbles over was not signed (RELIABILITY 13)
        return False
