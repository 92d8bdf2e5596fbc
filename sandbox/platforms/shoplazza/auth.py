"""Who may ask: a private app's token, or one from the authorization code grant that lives for a year."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.platforms.shopify.auth import form

if TYPE_CHECKING:
    from sandbox.core.world import World

YEAR = 365 * 86_400
SCOPE_OF = {"orders": "order", "webhooks": "order", "shop": "shop"}


def is_allowed(world: World, shop: Mapping[str, Any], token: str) -> bool:
    if token and hmac.compare_digest(token.encode(), shop["token"].encode()):
        return True
    row = world.store.db.execute("SELECT shop, expires_at FROM tokens WHERE token = ?", (token,)).fetchone()
    return row is not None and row["shop"] == f"shoplazza/{shop['name']}" and row["expires_at"] > world.at()


def lacks_scope(shop: Mapping[str, Any], method: str, rest: str) -> bool:
    """Singular words: read_order, write_order, read_shop."""
    subject = SCOPE_OF.get(rest.partition("/")[0])
    writes = method != "GET" and subject == "order"
    return subject is not None and f"{'write' if writes else 'read'}_{subject}" not in shop["scopes"]


def grant(world: World, shop: Mapping[str, Any], headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    """POST /admin/oauth/token: (status, answer)."""
    asked = form(headers, body)
    known = hmac.compare_digest(asked.get("client_secret", "").encode(), shop["secret"].encode())
    if asked.get("client_id") != shop["client_id"] or not known:
        return 401, {"error": "invalid_client"}
    proof = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(asked.get("grant_type", ""))
    if not proof or not asked.get(proof):
        return 400, {"error": "invalid_grant"}
    token, at = f"shplza_{secrets.token_hex(16)}", world.at()
    with world.store.write() as db:
        db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (token, f"shoplazza/{shop['name']}", at + YEAR))
    told = {"access_token": token, "token_type": "Bearer", "refresh_token": secrets.token_hex(16)}
    times = {"expires_in": YEAR, "expires_at": int(at + YEAR), "created_at": int(at)}
    return 200, told | times | {"scope": " ".join(shop["scopes"]), "store_id": "1", "store_name": shop["name"],
                                "locale": "en"}  # fmt: skip
