"""Who may ask: a static token, or one from the client credentials grant that lives for a day."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from sandbox.platforms.shopify.ids import Body

if TYPE_CHECKING:
    from sandbox.core.world import World

TOKEN_SECONDS = 86_399


def is_allowed(world: World, shop: Body, token: str) -> bool:
    """Whether this token opens this shop now."""
    if token and shop["static_token"] and hmac.compare_digest(token.encode(), shop["static_token"].encode()):
        return True
    row = world.store.db.execute("SELECT shop, expires_at FROM tokens WHERE token = ?", (token,)).fetchone()
    return row is not None and row["shop"] == shop["name"] and row["expires_at"] > world.at()


def grant(world: World, shop: Body, headers: Mapping[str, str], body: bytes) -> tuple[int, Body]:
    """The client credentials grant: (status, answer)."""
    asked = form(headers, body)
    if asked.get("grant_type") != "client_credentials":
        return 400, {"error": "unsupported_grant_type", "error_description": "The grant type is not supported."}
    known = hmac.compare_digest(asked.get("client_secret", "").encode(), shop["secret"].encode())
    if asked.get("client_id") != shop["client_id"] or not known:
        return 401, {"error": "invalid_client", "error_description": "Client authentication failed."}
    token = f"shpat_{secrets.token_hex(16)}"
    with world.store.write() as db:
        db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (token, shop["name"], world.at() + TOKEN_SECONDS))
    return 200, {"access_token": token, "scope": ",".join(shop["scopes"]), "expires_in": TOKEN_SECONDS}


def form(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """Both encodings are seen in the wild."""
    if "json" in headers.get("content-type", ""):
        try:
            told = json.loads(body)
        except ValueError:
            return {}
        return {key: str(value) for key, value in told.items()} if isinstance(told, dict) else {}
    return {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
