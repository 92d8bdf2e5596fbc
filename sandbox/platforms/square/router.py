"""Paths, who may ask, how often, keys, and the envelope of errors.

http://127.0.0.1:PORT/square/{shop}/v2/…        this server
https://connect.squareup.com/v2/…               the real form; the shop is the token's
https://connect.squareupsandbox.com/v2/…
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.core import faults
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.core.records import Session
from sandbox.platforms.square import (
    disputes,
    payments,
    places,
    rate_limits,
    refund,
    refusals,
    search,
    stock,
    update,
    webhooks,
)
from sandbox.platforms.square.pricing import Body
from sandbox.platforms.square.refusals import Refused, missing, not_found
from sandbox.platforms.square.serializers import told
from stores.kernel.http import safe_json

if TYPE_CHECKING:
    from sandbox.platforms.square.simulator import SquareSimulator

HOSTS = re.compile(r"connect\.squareup(sandbox)?\.com(:\d+)?")
PATH = re.compile(r"/square/(?P<shop>[a-z0-9][a-z0-9-]*)(?P<rest>/.*)")
VERSION = "2025-08-20"
DEFAULT_VERSION = "2026-09-16"  # of the application, where a request names none
STATUS_OF_STATES = {"expired": "ACCESS_TOKEN_EXPIRED", "revoked": "ACCESS_TOKEN_REVOKED"}


class Asked(NamedTuple):
    session: Session
    id: str
    query: str
    body: Any
    key: str


class Route(NamedTuple):
    """`name`: what faults call it. `longest`: of its idempotency key; 0: it takes none."""

    name: str
    method: str
    path: re.Pattern[str]
    act: Callable[[Asked], Any]
    scope: str = ""
    longest: int = 0
    needs_key: bool = False


def one_order(asked: Asked) -> Body:
    session = asked.session
    session.is_stale = faults.spend(session.world, ("order",), {"stale"}) is not None
    found = session.get("order", asked.id)
    if found is None:
        raise not_found("Order")
    return {"order": told(found)}


def path(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{id}", "(?P<id>[^/]+)"))


ROUTES = (
    Route("token", "POST", path("/oauth2/token/status"), lambda a: places.token(a.session)),
    Route("locations", "GET", path("/v2/locations"), lambda a: places.listed(a.session), "MERCHANT_PROFILE_READ"),
    Route("location", "GET", path("/v2/locations/{id}"), lambda a: places.one(a.session, a.id),
          "MERCHANT_PROFILE_READ"),
    Route("orders", "POST", path("/v2/orders/search"), lambda a: search.search(a.session, a.body), "ORDERS_READ"),
    Route("several", "POST", path("/v2/orders/batch-retrieve"), lambda a: search.several(a.session, a.body),
          "ORDERS_READ"),
    Route("order", "GET", path("/v2/orders/{id}"), one_order, "ORDERS_READ"),
    Route("update", "PUT", path("/v2/orders/{id}"), lambda a: update.update(a.session, a.id, a.body, a.key),
          "ORDERS_WRITE", 192),
    Route("payment", "GET", path("/v2/payments/{id}"), lambda a: payments.one(a.session, a.id), "PAYMENTS_READ"),
    Route("void", "POST", path("/v2/payments/{id}/cancel"), lambda a: payments.cancel(a.session, a.id),
          "PAYMENTS_WRITE"),
    Route("refund", "POST", path("/v2/refunds"), lambda a: refund.create(a.session, a.body, a.key),
          "PAYMENTS_WRITE", 45, True),
    Route("disputes", "GET", path("/v2/disputes"), lambda a: disputes.listed(a.session, a.query), "DISPUTES_READ"),
    Route("refunds", "GET", path("/v2/refunds"), lambda a: refund.listed(a.session, a.query), "PAYMENTS_READ"),
    Route("refund_read", "GET", path("/v2/refunds/{id}"), lambda a: refund.one(a.session, a.id), "PAYMENTS_READ"),
    Route("stock", "POST", path("/v2/inventory/changes/batch-create"), lambda a: stock.change(a.session, a.body, a.key),
          "INVENTORY_WRITE", 128, True),
    Route("changes", "POST", path("/v2/inventory/changes/batch-retrieve"), lambda a: stock.changes(a.session, a.body),
          "INVENTORY_READ"),
    Route("counts", "POST", path("/v2/inventory/counts/batch-retrieve"), lambda a: stock.counts(a.session, a.body),
          "INVENTORY_READ"),
    Route("hooks", "GET", path("/v2/webhooks/subscriptions"), lambda a: webhooks.listed(a.session)),
    Route("hook_create", "POST", path("/v2/webhooks/subscriptions"),
          lambda a: webhooks.create(a.session, a.body, a.key), longest=45),
    Route("hook_update", "PUT", path("/v2/webhooks/subscriptions/{id}"),
          lambda a: webhooks.update(a.session, a.id, a.body)),
    Route("hook_delete", "DELETE", path("/v2/webhooks/subscriptions/{id}"), lambda a: webhooks.delete(a.session, a.id)),
)  # fmt: skip


def where(request: Request) -> tuple[str, str] | None:
    """(shop name, "" = by its token; path below the host); None: not for this platform."""
    if match := PATH.fullmatch(request.path):
        return match["shop"], match["rest"]
    return ("", request.path) if HOSTS.fullmatch(request.headers.get("host", "")) else None


def route_of(method: str, rest: str) -> tuple[Route, str] | None:
    for route in ROUTES:
        match = route.path.fullmatch(rest)
        if match and route.method == method:
            return route, match.groupdict().get("id") or ""
    return None


def name_of(request: Request) -> str:
    found = route_of(request.method, (where(request) or ("", ""))[1])
    return found[0].name if found else "none"


def shop_of(house: SquareSimulator, name: str, token: str) -> Body | None:
    """The seller whose token this is; the server's path may name the shop as well."""
    shops = [house.shop(name)] if name else house.shops()
    return next((shop for shop in shops if shop and token and shop["token"] == token), None)


def reply(house: SquareSimulator, request: Request) -> Reply:
    name, rest = where(request) or ("", "")
    found = route_of(request.method, rest)
    version = request.headers.get("square-version", "") or DEFAULT_VERSION
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    shop = shop_of(house, name, token if scheme == "Bearer" else "")
    world = house.world
    echo = {"square-version": version} if world.switches()["square_echo_version"] == "told" else {}
    if found is None:
        return json_reply(404, refusals.body("NOT_FOUND", "Resource not found."), **echo)
    if shop is None or shop["state"] in STATUS_OF_STATES:
        code = STATUS_OF_STATES[shop["state"]] if shop else "UNAUTHORIZED"
        told_no = refusals.body(code, "This request could not be authorized.", category="AUTHENTICATION_ERROR")
        return json_reply(401, told_no, **echo)
    route, ident = found
    world.count("requests", route.name)
    with world.store.write() as db:
        session = house.session(db, shop, request=request.id)
        wait = rate_limits.take(session)
        if wait is not None:
            world.count("throttled", route.name)
            after = {"Retry-After": str(int(wait) + 1)} if session.switch("retry_after") == "told" else {}
            return json_reply(429, refusals.body("RATE_LIMITED", "Slow down.", category="RATE_LIMIT_ERROR"),
                              **echo, **after)  # fmt: skip
        status, payload = answer(session, route, Asked(session, ident, request.query, None, ""), request)
    world.show(request, status, payload)
    if version != VERSION and status == 200:
        payload = other_contract(payload)
    return json_reply(status, payload, **echo)


def answer(session: Session, route: Route, asked: Asked, request: Request) -> tuple[int, Any]:
    try:
        if route.scope and route.scope not in session.shop["scopes"]:
            raise Refused("INSUFFICIENT_SCOPES", f"The merchant has not given permission {route.scope}.", status=403,
                          category="AUTHENTICATION_ERROR")  # fmt: skip
        body = read_body(request)
        key = str(body.get("idempotency_key") or "") if route.longest else ""
        if route.needs_key and not key:
            raise missing("idempotency_key")
        if len(key) > route.longest:
            raise Refused("VALUE_TOO_LONG", f"At most {route.longest} characters.", "idempotency_key")
        if key and (kept := remembered(session, key, request)) is not None:
            return 200, kept
        payload = route.act(asked._replace(body=body, key=key))
    except Refused as no:
        return no.status, no.body
    if key and session.switch("key_hours") != "none":
        session.put("key", f"{request.path} {key}", {"at": session.at, "body": digest(request), "answer": payload})
    return 200, payload


def read_body(request: Request) -> Any:
    if not request.body:
        return {}
    try:
        body = safe_json.loads(request.body)
    except ValueError as exc:
        raise Refused("EXPECTED_JSON_BODY", "The body is not JSON.") from exc
    if not isinstance(body, dict):
        raise Refused("EXPECTED_OBJECT", "The body is not an object.")
    return json.loads(json.dumps(body, default=str))


def remembered(session: Session, key: str, request: Request) -> Any:
    """The first answer under this key; None when there was none or it was forgotten. Raises Refused."""
    kept, hours = session.get("key", f"{request.path} {key}"), session.switch("key_hours")
    if kept is None or hours == "none" or session.at - kept["at"] > float(hours) * 3600:
        return None
    if kept["body"] != digest(request):
        raise Refused("IDEMPOTENCY_KEY_REUSED", "The idempotency key was used with another request.", "idempotency_key")
    return kept["answer"]


def digest(request: Request) -> str:
    return sha256(request.path.encode() + request.body).hexdigest()


def other_contract(payload: Any) -> Any:
    """Another version spells adjustments in another way; here: what was `location_id` in inventory is gone."""
    if not isinstance(payload, dict):
        return payload
    changed = json.loads(json.dumps(payload))
    for one in changed.get("changes", ()):
        one["adjustment"]["to_location_id"] = one["adjustment"].pop("location_id")
    return changed
