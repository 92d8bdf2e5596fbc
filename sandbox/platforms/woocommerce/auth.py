"""Who may ask: Basic where WordPress believes the request secure, else OAuth 1.0a with one leg, in the query."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl, quote

from sandbox.core.messages import Request
from sandbox.core.records import Body, Session
from sandbox.platforms.woocommerce.refusals import Refused, cannot, login

LATEST = 15 * 60  # seconds
NEEDED = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")


def enter(session: Session, request: Request, *, secure: bool, home: str) -> None:
    """Raises Refused. home: the site's address as WordPress knows it, http for a request it believes insecure."""
    key = _by_basic(session, request) if secure else ""
    if not key:
        key = _by_oauth(session, request, home)
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
    if not hmac.compare_digest(secret.encode(), session.shop["secret"].encode()):
        raise login("Consumer secret is invalid.")
    return key


def _by_oauth(session: Session, request: Request, home: str) -> str:
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
    if not hmac.compare_digest(given.encode(), signature(request.method, home, asked, session.shop["secret"]).encode()):
        raise login("Invalid signature - provided signature does not match.")
    _fresh(session, asked)
    return asked["oauth_consumer_key"]


def _fresh(session: Session, asked: dict[str, str]) -> None:
    said = asked["oauth_timestamp"]
    if not said.isdecimal() or abs(int(said) - session.at) > LATEST:
        raise login("Invalid timestamp.")
    if session.get("nonce", asked["oauth_nonce"]):
        raise login("Invalid nonce - nonce has already been used.")
    session.put("nonce", asked["oauth_nonce"], {"at": session.at})


def signature(method: str, address: str, parameters: dict[str, str], secret: str) -> str:
    """As the server computes it: names and values encoded, sorted, joined and encoded again."""
    pairs = sorted((quote(name, safe=""), quote(value, safe="")) for name, value in parameters.items())
    joined = "%26".join(f"{quote(name, safe='')}%3D{quote(value, safe='')}" for name, value in pairs)
    text = f"{method}&{quote(address, safe='')}&{joined}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha256).digest()).decode()


def index(shop: Body, home: str) -> dict[str, Any]:
    """GET /wp-json/: open to everybody."""
    return {"name": shop["title"], "description": "", "url": home, "home": home, "gmt_offset": 0,
            "timezone_string": shop["timezone"], "namespaces": ["oembed/1.0", "wc/v2", "wc/v3", "wp/v2"],
            "authentication": {}, "routes": {}}  # fmt: skip
