"""Who may ask: a private app's token, or one from the authorization code grant that lives for a year."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.core import auth
from sandbox.core.messages import Request
from sandbox.core.records import Body
from sandbox.core.world import World

YEAR = 365 * 86_400
SCOPE_OF = {"orders": "order", "webhooks": "order", "shop": "shop"}


def is_allowed(world: World, shop: Body, token: str) -> bool:
    return auth.is_same(token, shop["token"]) or auth.is_granted(world, f"shoplazza/{shop['name']}", token)


def lacks_scope(shop: Body, method: str, rest: str) -> bool:
    """Singular words: read_order, write_order, read_shop."""
    subject = SCOPE_OF.get(rest.partition("/")[0])
    writes = method != "GET" and subject == "order"
    return subject is not None and f"{'write' if writes else 'read'}_{subject}" not in shop["scopes"]


def grant(world: World, shop: Body, request: Request) -> tuple[int, dict[str, Any]]:
    """POST /admin/oauth/token: (status, answer)."""
    asked = auth.form(request)
    if not auth.is_client(asked, shop):
        return 401, {"error": "invalid_client"}
    proof = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(asked.get("grant_type", ""))
    if not proof or not asked.get(proof):
        return 400, {"error": "invalid_grant"}
    token, at = auth.grant(world, f"shoplazza/{shop['name']}", "shplza", YEAR), world.at()
    return 200, {
        "access_token": token, "token_type": "Bearer", "refresh_token": secrets.token_hex(16), "expires_in": YEAR,
        "expires_at": int(at + YEAR), "created_at": int(at), "scope": " ".join(shop["scopes"]), "store_id": "1",
        "store_name": shop["name"], "locale": "en",
    }  # fmt: skip
