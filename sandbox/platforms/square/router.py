"""Paths, who may ask, how often, keys, and the envelope of errors.

http://127.0.0.1:PORT/square/{shop}/v2/…        this server
https://connect.squareup.com/v2/…               the real form; the shop is the token's
https://connect.squareupsandbox.com/v2/…
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from sandbox.core import idempotency
from sandbox.core.base_simulator import BaseSimulator, Place
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.core.rate_limits import Bucket, take
from sandbox.core.records import Session
from sandbox.core.routes import Asked, Route, Routes
from sandbox.platforms.square import payments, refund, search, serializers, stock, update, webhooks
from sandbox.platforms.square.pricing import Body
from sandbox.platforms.square.serializers import ACCESS, INVALID, REFUND, Refused, missing, not_found, serialize
from stores.kernel.http import safe_json

VERSION = "2025-08-20"
DEFAULT_VERSION = "2026-09-16"  # of the application, where a request names none
STATES = {"expired": "ACCESS_TOKEN_EXPIRED", "revoked": "ACCESS_TOKEN_REVOKED"}
LIMITS = {"standard": Bucket(10, 10), "wide": Bucket(100_000, 10)}  # of one seller; not published


def one_order(asked: Asked) -> Body:
    session = asked.session
    session.is_stale = session.fault("stale", "order") is not None
    return {"order": serialize(session.require("order", asked.id, not_found("Order")))}


ROUTES = Routes(
    Route("token", "POST", "/oauth2/token/status", lambda a: search.token(a.session)),
    Route("locations", "GET", "/v2/locations", lambda a: search.listed(a.session), "MERCHANT_PROFILE_READ"),
    Route("location", "GET", "/v2/locations/{id}", lambda a: search.one(a.session, a.id),
          "MERCHANT_PROFILE_READ"),
    Route("orders", "POST", "/v2/orders/search", lambda a: search.search(a.session, a.body), "ORDERS_READ"),
    Route("several", "POST", "/v2/orders/batch-retrieve", lambda a: search.several(a.session, a.body),
          "ORDERS_READ"),
    Route("order", "GET", "/v2/orders/{id}", one_order, "ORDERS_READ"),
    Route("update", "PUT", "/v2/orders/{id}", lambda a: update.update(a.session, a.id, a.body, a.key),
          "ORDERS_WRITE", longest=192),
    Route("payment", "GET", "/v2/payments/{id}", lambda a: payments.one(a.session, a.id), "PAYMENTS_READ"),
    Route("void", "POST", "/v2/payments/{id}/cancel", lambda a: payments.cancel(a.session, a.id),
          "PAYMENTS_WRITE"),
    Route("refund", "POST", "/v2/refunds", lambda a: refund.create(a.session, a.body, a.key),
          "PAYMENTS_WRITE", longest=45, needs_key=True),
    Route("disputes", "GET", "/v2/disputes", lambda a: payments.listed(a.session, a.query), "DISPUTES_READ"),
    Route("refunds", "GET", "/v2/refunds", lambda a: refund.listed(a.session, a.query), "PAYMENTS_READ"),
    Route("refund_read", "GET", "/v2/refunds/{id}", lambda a: refund.one(a.session, a.id), "PAYMENTS_READ"),
    Route("stock", "POST", "/v2/inventory/changes/batch-create", lambda a: stock.change(a.session, a.body, a.key),
          "INVENTORY_WRITE", longest=128, needs_key=True),
    Route("changes", "POST", "/v2/inventory/changes/batch-retrieve", lambda a: stock.changes(a.session, a.body),
          "INVENTORY_READ"),
    Route("counts", "POST", "/v2/inventory/counts/batch-retrieve", lambda a: stock.counts(a.session, a.body),
          "INVENTORY_READ"),
    Route("hooks", "GET", "/v2/webhooks/subscriptions", lambda a: webhooks.listed(a.session)),
    Route("hook_create", "POST", "/v2/webhooks/subscriptions",
          lambda a: webhooks.create(a.session, a.body, a.key), longest=45),
    Route("hook_update", "PUT", "/v2/webhooks/subscriptions/{id}",
          lambda a: webhooks.update(a.session, a.id, a.body)),
    Route("hook_delete", "DELETE", "/v2/webhooks/subscriptions/{id}", lambda a: webhooks.delete(a.session, a.id)),
)  # fmt: skip


def shop_of(simulator: BaseSimulator, name: str, request: Request) -> Body | None:
    """The seller whose token this is; the server's path may name the shop as well."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    shops = [simulator.shop(name)] if name else simulator.shops()
    return next((shop for shop in shops if shop and scheme == "Bearer" and token and shop["token"] == token), None)


def reply(simulator: BaseSimulator, request: Request) -> Reply:
    world, place = simulator.world, simulator.where(request) or Place("", "")
    version = request.headers.get("square-version", "") or DEFAULT_VERSION
    echo = {"square-version": version} if world.switches()["square_echo_version"] == "told" else {}
    found = simulator.found(request)
    if isinstance(found, int):
        return json_reply(404, serializers.body("NOT_FOUND", "Resource not found."), **echo)
    shop = shop_of(simulator, place.shop, request)
    if shop is None or shop["state"] in STATES:
        code = STATES[shop["state"]] if shop else "UNAUTHORIZED"
        no = serializers.body(code, "This request could not be authorized.", category=serializers.ACCESS)
        return json_reply(401, no, **echo)
    route, ids = found
    world.count("requests", route.name)
    with world.store.write() as db:
        session = simulator.session(db, shop, request=request.id)
        wait = wait_of(session)
        if wait is not None:
            world.count("throttled", route.name)
            after = {"Retry-After": str(int(wait) + 1)} if session.switch("retry_after") == "told" else {}
            no = serializers.body("RATE_LIMITED", "Slow down.", category="RATE_LIMIT_ERROR")
            return json_reply(429, no, **echo, **after)
        try:
            status, payload = 200, answer(session, route, Asked(session, ids, request.query, None, {}), request)
        except Refused as refused:
            status, payload = refused.status, refused.body
    world.show(request, status, payload)
    return json_reply(status, other_contract(payload) if version != VERSION and status == 200 else payload, **echo)


def wait_of(session: Session) -> float | None:
    """None: go on; else seconds until the next may come."""
    bucket = LIMITS[session.switch("limit")]
    fits, left = take(session, bucket)
    return None if fits else (1 - left) / bucket.per_second


def answer(session: Session, route: Route, asked: Asked, request: Request) -> Any:
    """The route's answer, or the one that was given before under the same key. Raises Refused."""
    if route.needs and route.needs not in session.shop["scopes"]:
        words = f"The merchant has not given permission {route.needs}."
        raise Refused("INSUFFICIENT_SCOPES", words, status=403, category=ACCESS)
    body = read_body(request)
    key = str(body.get("idempotency_key") or "") if route.longest else ""
    if route.needs_key and not key:
        raise missing("idempotency_key")
    if len(key) > route.longest:
        raise Refused("VALUE_TOO_LONG", f"At most {route.longest} characters.", "idempotency_key")
    digest = sha256(request.path.encode() + request.body).hexdigest()
    if key and (kept := idempotency.remembered(session, request.path, key)):
        if kept.arguments != digest:
            words = "The idempotency key was used with another request."
            raise Refused("IDEMPOTENCY_KEY_REUSED", words, "idempotency_key")
        return kept.outcome
    if (forced := session.forced_error(route.name)) is not None:
        usual, category = ("REFUND_DECLINED", REFUND) if route.name == "refund" else ("BAD_REQUEST", INVALID)
        raise Refused(str(forced.get("code", usual)), str(forced.get("message", "")), category=category)
    payload = route.act(asked._replace(body=body, key=key))
    if key:
        idempotency.keep(session, request.path, key, digest, payload)
    return payload


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


def other_contract(payload: Any) -> Any:
    """Another version spells adjustments in another way; here: what was `location_id` in inventory is gone."""
    if not isinstance(payload, dict):
        return payload
    changed = json.loads(json.dumps(payload))
    for one in changed.get("changes", ()):
        one["adjustment"]["to_location_id"] = one["adjustment"].pop("location_id")
    return changed
