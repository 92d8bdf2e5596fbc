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
from sandbox.core.exchange import Exchange
from sandbox.core.messages import Reply, Request
from sandbox.core.rate_limits import Bucket
from sandbox.core.routes import Asked, Route, Routes
from sandbox.platforms.square import payments, refund, search, stock, update, webhooks
from sandbox.platforms.square.pricing import Body
from sandbox.platforms.square.serializers import ACCESS, INVALID, REFUND, Refused, missing, not_found, serialize
from stores.kernel.http import safe_json

VERSION = "2025-08-20"
DEFAULT_VERSION = "2026-09-16"  # of the application, where a request names none
STATES = {"expired": "ACCESS_TOKEN_EXPIRED", "revoked": "ACCESS_TOKEN_REVOKED"}
LIMITS = {"standard": Bucket(10, 10), "wide": Bucket(100_000, 10)}  # of one seller; not published


ROUTES = Routes(
    Route("token", "POST", "/oauth2/token/status", lambda a: search.token(a.session)),
    Route("locations", "GET", "/v2/locations", lambda a: search.listed(a.session), "MERCHANT_PROFILE_READ"),
    Route("location", "GET", "/v2/locations/{id}", lambda a: search.one(a.session, a.id),
          "MERCHANT_PROFILE_READ"),
    Route("orders", "POST", "/v2/orders/search", lambda a: search.search(a.session, a.body), "ORDERS_READ"),
    Route("several", "POST", "/v2/orders/batch-retrieve", lambda a: search.several(a.session, a.body),
          "ORDERS_READ"),
    Route("order", "GET", "/v2/orders/{id}",
          lambda a: {"order": serialize(a.session.require("order", a.id, not_found("Order")))}, "ORDERS_READ"),
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


class Api(Exchange):
    routes = ROUTES

    def shop(self) -> Body:
        """The seller whose token this is; the server's path may name the shop as well."""
        self.version = self.request.headers.get("square-version", "") or DEFAULT_VERSION
        if self.world.switches()["square_echo_version"] == "told":
            self.headers["square-version"] = self.version
        if isinstance(self.found, int):
            raise self.lost(self.found)
        scheme, _space, token = self.request.headers.get("authorization", "").partition(" ")
        named = self.place.shop
        shops = [self.simulator.shop(named)] if named else self.simulator.shops()
        shop = next((one for one in shops if one and scheme == "Bearer" and token and one["token"] == token), None)
        if shop is None or shop["state"] in STATES:
            code = STATES[shop["state"]] if shop else "UNAUTHORIZED"
            raise Refused(code, "This request could not be authorized.", status=401, category=ACCESS)
        return shop

    def enter(self) -> None:
        bucket = LIMITS[self.session.switch("limit")]
        fits, left = self.is_within(bucket)
        if not fits:
            if self.session.switch("retry_after") == "told":
                self.headers["Retry-After"] = str(int((1 - left) / bucket.per_second) + 1)
            raise Refused("RATE_LIMITED", "Slow down.", status=429, category="RATE_LIMIT_ERROR")

    def lost(self, status: int) -> Refused:
        return Refused("NOT_FOUND", "Resource not found.", status=404)

    def admit(self, route: Route) -> None:
        if route.needs and route.needs not in self.session.shop["scopes"]:
            words = f"The merchant has not given permission {route.needs}."
            raise Refused("INSUFFICIENT_SCOPES", words, status=403, category=ACCESS)

    def forced(self, words: Body) -> Refused:
        code, category = ("REFUND_DECLINED", REFUND) if self.name == "refund" else ("BAD_REQUEST", INVALID)
        return Refused(str(words.get("code", code)), str(words.get("message", "")), category=category)

    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in super().query().items()}

    def body(self) -> Any:
        return read_body(self.request)

    def act(self, route: Route, asked: Asked) -> Any:
        """The route's answer, or the one that was given before under the same key."""
        key = str(asked.body.get("idempotency_key") or "") if route.longest else ""
        if route.needs_key and not key:
            raise missing("idempotency_key")
        if len(key) > route.longest:
            raise Refused("VALUE_TOO_LONG", f"At most {route.longest} characters.", "idempotency_key")
        path, reused = self.request.path, "The idempotency key was used with another request."
        digest = sha256(path.encode() + self.request.body).hexdigest()
        no = Refused("IDEMPOTENCY_KEY_REUSED", reused, "idempotency_key")
        return idempotency.once(self.session, path, key, digest, lambda: route.act(asked._replace(key=key)), no)

    def sent(self, status: int, payload: Any) -> Reply:
        is_other = self.version != VERSION and status == 200
        return super().sent(status, other_contract(payload) if is_other else payload)


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
