"""OAuth 1.0a as the shop checks it: signature over method, address and parameters; a nonce once; a clock not ahead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from sandbox.core.auth import encoded, is_new_nonce, is_same, oauth_signature
from sandbox.core.messages import Request
from sandbox.core.records import Session
from sandbox.platforms.magento.refusals import oauth, unauthorised

AHEAD_SECONDS = 600


def enter(session: Session, request: Request) -> None:
    """Raises Refused."""
    kind, _, rest = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "oauth":
        check(session, request, dict(parameters(rest)))
    elif not (kind.lower() == "bearer" and session.switch("bearer") == "on" and rest == session.shop["token"]):
        raise unauthorised("self")


def parameters(header: str) -> list[tuple[str, str]]:
    parts = (part.strip().partition("=") for part in header.split(","))
    return [(unquote(name), unquote(value.strip('"'))) for name, _, value in parts]


def check(session: Session, request: Request, given: Mapping[str, str]) -> None:
    shop = session.shop
    if given.get("oauth_consumer_key") != shop["consumer_key"]:
        raise oauth("consumer_key_rejected")
    if given.get("oauth_token") != shop["token"]:
        raise oauth("token_rejected")
    stamp = given.get("oauth_timestamp", "")
    if not stamp.isdecimal() or int(stamp) > session.at + AHEAD_SECONDS:
        raise oauth("timestamp_refused")
    nonce = given.get("oauth_nonce", "")
    if not nonce or session.get("nonce", nonce):
        raise oauth("nonce_used")
    if not is_signed(shop, request, given):
        raise oauth("signature_invalid")
    is_new_nonce(session, nonce)


def is_signed(shop: Mapping[str, Any], request: Request, given: Mapping[str, str]) -> bool:
    own = [(name, value) for name, value in given.items() if name not in ("oauth_signature", "realm")]
    pairs = [*own, *parse_qsl(request.query, keep_blank_values=True)]
    key = f"{encoded(shop['consumer_secret'])}&{encoded(shop['token_secret'])}"
    urls = (f"{scheme}://{request.headers.get('host', '').lower()}{request.path}" for scheme in ("https", "http"))
    return given.get("oauth_signature_method") == "HMAC-SHA256" and any(
        is_same(given.get("oauth_signature", ""), oauth_signature(request.method, url, pairs, key)) for url in urls
    )
