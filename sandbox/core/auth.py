"""Who may ask: secrets compared, tokens granted and looked up, forms read, OAuth 1.0a signatures and their nonces."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from sandbox.core.messages import Request
from sandbox.core.records import Session
from sandbox.core.world import World


def is_same(given: str, kept: str) -> bool:
    """In constant time; nothing is not the same as nothing."""
    return bool(given) and hmac.compare_digest(given.encode(), kept.encode())


def grant(world: World, shop: str, prefix: str, seconds: float) -> str:
    """A new token of this shop (`key/name`), good for so long."""
    token = f"{prefix}_{secrets.token_hex(16)}"
    with world.store.write() as db:
        db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (token, shop, world.at() + seconds))
    return token


def is_granted(world: World, shop: str, token: str) -> bool:
    """Whether this token was granted to this shop and still counts."""
    row = world.store.db.execute("SELECT shop, expires_at FROM tokens WHERE token = ?", (token,)).fetchone()
    return row is not None and row["shop"] == shop and row["expires_at"] > world.at()


def is_client(asked: Mapping[str, str], shop: Mapping[str, Any]) -> bool:
    """Do client id and secret of a form belong to this shop?"""
    return asked.get("client_id") == shop["client_id"] and is_same(asked.get("client_secret", ""), shop["secret"])


def form(request: Request) -> dict[str, str]:
    """A posted form. Both encodings are seen in the wild."""
    if request.is_json():
        try:
            found = json.loads(request.body)
        except ValueError:
            return {}
        return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else {}
    return {key: values[0] for key, values in parse_qs(request.body.decode("utf-8", "replace")).items()}


def oauth_signature(method: str, url: str, parameters: Iterable[tuple[str, str]], key: str) -> str:
    """OAuth 1.0a, HMAC-SHA256: names and values encoded, sorted, joined and encoded again (RFC 5849, 3.4.1)."""
    pairs = sorted((encoded(name), encoded(value)) for name, value in parameters)
    joined = "&".join(f"{name}={value}" for name, value in pairs)
    text = "&".join((method.upper(), encoded(url), encoded(joined)))
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def encoded(value: str) -> str:
    return quote(value, safe="")


def is_new_nonce(session: Session, nonce: str) -> bool:
    """False for none, and for one that came before; it is kept."""
    if not nonce or session.get("nonce", nonce):
        return False
    session.put("nonce", nonce, {"at": session.at})
    return True
