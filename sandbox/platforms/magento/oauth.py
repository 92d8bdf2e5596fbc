"""OAuth 1.0a as the shop checks it: signature over method, address and parameters; a nonce once; a clock not ahead."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from sandbox.core.messages import Request
from sandbox.core.records import Session
from sandbox.platforms.magento.refusals import oauth, unauthorised

AHEAD_SECONDS = 600


def enter(session: Session, request: Request) -> None:
    """Raises Refused."""
    said = request.headers.get("authorization", "")
    kind, _, rest = said.partition(" ")
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
    session.put("nonce", nonce, {"at": int(stamp)})


def is_signed(shop: Mapping[str, Any], request: Request, given: Mapping[str, str]) -> bool:
    if given.get("oauth_signature_method") != "HMAC-SHA256":
        return False
    own = [(name, value) for name, value in given.items() if name != "oauth_signature" and name != "realm"]
    signed = "&".join(
        f"{name}={value}"
        for name, value in sorted(
            (enc(name), enc(value)) for name, value in [*own, *parse_qsl(request.query, keep_blank_values=True)]
        )
    )
    key = f"{enc(shop['consumer_secret'])}&{enc(shop['token_secret'])}".encode()
    for scheme in ("https", "http"):
        url = f"{scheme}://{request.headers.get('host', '').lower()}{request.path}"
        base = "&".join((request.method.upper(), enc(url), enc(signed)))
        wanted = b64encode(hmac.new(key, base.encode(), sha256).digest()).decode()
        if hmac.compare_digest(wanted, given.get("oauth_signature", "")):
            return True
    return False


def enc(value: str) -> str:
    return quote(value, safe="-._~")
