"""Who may ask: Basic where WordPress believes the request secure, else OAuth 1.0a with one leg, in the query."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qsl

from sandbox.core.auth import is_new_nonce, is_same, oauth_signature
from sandbox.core.messages import Request
from sandbox.core.records import Body, Session
from sandbox.platforms.woocommerce.refusals import Refused, cannot, login

LATEST = 15 * 60  # seconds
NEEDED = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")


def enter(session: Session, request: Request, *, secure: bool, site: str) -> None:
    """Raises Refused. site: the site's address as WordPress knows it, http for a request it believes insecure."""
    key = _by_basic(session, request) if secure else ""
    if not key:
        key = _by_oauth(session, request, site)
    if not key:
        raise cannot(
            *{"GET": ("view", "list"), "DELETE": ("delete", "delete")}.get(request.method, ("create", "create"))
        )
    if request.method not in ("GET", "HEAD", "OPTIONS") and session.shop["permissions"] == "read":
        raise login("The API key provided does not have write permissions.")
    if session.shop["role"] == "customer":
        raise Refused(403, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")


def _by_basic(session: Session, request: Request) -> str:
    kind, _space, said = request.headers.get("authorization", "").partition(" ")
    try:
        key, _colon, secret = base64.b64decode(said).decode().partition(":")
    except ValueError:
        return ""
    if kind != "Basic" or key != session.shop["key"]:
        return ""
    if not is_same(secret, session.shop["secret"]):
        raise login("Consumer secret is invalid.")
    return key


def _by_oauth(session: Session, request: Request, site: str) -> str:
    asked = dict(parse_qsl(request.query, keep_blank_values=True))
    lacking = [name for name in NEEDED if not asked.get(name)]
    if len(lacking) == len(NEEDED):
        return ""
    if lacking:
        raise Refused(401, "woocommerce_rest_authentication_missing_parameter",
                      f"Missing OAuth parameter {', '.join(lacking)}")  # fmt: skip
    if asked["oauth_consumer_key"] != session.shop["key"]:
        raise login("Consumer key is invalid.")
    given = asked.pop("oauth_signature")
    key = f"{session.shop['secret']}&"
    if not is_same(given, oauth_signature(request.method, site, asked.items(), key)):
        raise login("Invalid signature - provided signature does not match.")
    _fresh(session, asked)
    return asked["oauth_consumer_key"]


def _fresh(session: Session, asked: dict[str, str]) -> None:
    said = asked["oauth_timestamp"]
    if not said.isdecimal() or abs(int(said) - session.at) > LATEST:
        raise login("Invalid timestamp.")
    if not is_new_nonce(session, asked["oauth_nonce"]):
        raise login("Invalid nonce - nonce has already been used.")


def index(shop: Body, site: str) -> dict[str, Any]:
    """GET /wp-json/: open to everybody."""
    return {"name": shop["title"], "description": "", "url": site, "home": site, "gmt_offset": 0,
            "timezone_string": shop["timezone"], "namespaces": ["oembed/1.0", "wc/v2", "wc/v3", "wp/v2"],
            "authentication": {}, "routes": {}}  # fmt: skip
