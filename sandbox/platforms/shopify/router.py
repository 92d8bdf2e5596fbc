"""Paths of the Admin API, who may ask, and what HTTP says of a GraphQL answer.

http://127.0.0.1:PORT/shopify/{shop}/admin/api/{version}/graphql.json      this server
https://{shop}.myshopify.com/admin/api/{version}/graphql.json              the real form, by host
.../admin/oauth/access_token
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.core import auth
from sandbox.core.graphql import question
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.core.world import World
from sandbox.platforms.shopify import answer
from sandbox.platforms.shopify.schema import API, served
from sandbox.platforms.shopify.values import Body

GRAPHQL = re.compile(r"/admin/api/(?P<version>[^/]+)/graphql\.json")
TOKEN = "/admin/oauth/access_token"  # noqa: S105  a path
TOKEN_SECONDS = 86_399
NO_KEY = "[API] Invalid API key or access token (unrecognized login or wrong password)"
STATES = {"frozen": (402, "Unavailable Shop"), "locked": (423, "Shop is locked"), "rejected": (430, "Rejected")}


def version_of(path: str) -> str | None:
    """The version that answers; None: no GraphQL there."""
    match = GRAPHQL.fullmatch(path)
    return served(match["version"]) if match else None


def operations(request: Request, path: str) -> tuple[str, ...]:
    if path == TOKEN:
        return ("token",)
    version = version_of(path)
    asked = question(request.body, version) if version else None
    return API.names(asked) if asked else ("none",)


def reply(world: World, shop: Body | None, request: Request, path: str) -> Reply:
    version = version_of(path)
    if shop is not None and path == TOKEN and request.method == "POST":
        return json_reply(*grant(world, shop, request))
    if shop is None or version is None:
        return json_reply(404, {"errors": "Not Found"})
    if request.method != "POST":
        return json_reply(406, {"errors": "Not Acceptable"})
    if shop["state"] in STATES:
        status, words = STATES[shop["state"]]
        return json_reply(status, {"errors": words})
    if not is_allowed(world, shop, request.headers.get("x-shopify-access-token", "")):
        return json_reply(401, {"errors": NO_KEY})
    if not request.is_json():
        return json_reply(415, {"errors": "Unsupported Media Type"})
    return graphql(world, shop, version, request)


def graphql(world: World, shop: Body, version: str, request: Request) -> Reply:
    asked = question(request.body, version, request.id)
    if asked is None:
        return json_reply(400, {"errors": {"query": "Required parameter missing or invalid"}})
    payload: Any
    if shop["state"] == "inactive":
        payload = {"errors": [{"message": "Shop is not active", "extensions": {"code": "SHOP_INACTIVE"}}]}
    else:
        payload = answer.answer(world, shop, asked)
    status = 400 if needs_bad_request(world, payload) else 200
    world.show(request, status, payload)
    return json_reply(status, payload, **{"X-Shopify-API-Version": version, "X-Request-Id": request.id})


def needs_bad_request(world: World, payload: Mapping[str, Any]) -> bool:
    """One setting of `idempotent_missing` answers with status 400."""
    errors = payload.get("errors")
    if world.switches()["idempotent_missing"] != "http_400" or not isinstance(errors, list):
        return False
    return any("@idempotent" in error["message"] for error in errors)


def is_allowed(world: World, shop: Body, token: str) -> bool:
    """A static token, or one from the client credentials grant that lives for a day."""
    return auth.is_same(token, shop["static_token"] or "") or auth.is_granted(world, f"shopify/{shop['name']}", token)


def grant(world: World, shop: Body, request: Request) -> tuple[int, Body]:
    """The client credentials grant: (status, answer)."""
    asked = auth.form(request)
    if asked.get("grant_type") != "client_credentials":
        return 400, {"error": "unsupported_grant_type", "error_description": "The grant type is not supported."}
    if not auth.is_client(asked, shop):
        return 401, {"error": "invalid_client", "error_description": "Client authentication failed."}
    token = auth.grant(world, f"shopify/{shop['name']}", "shpat", TOKEN_SECONDS)
    return 200, {"access_token": token, "scope": ",".join(shop["scopes"]), "expires_in": TOKEN_SECONDS}
