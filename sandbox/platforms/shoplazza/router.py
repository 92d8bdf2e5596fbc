"""Paths, envelopes and refusals of the HTTP API.

http://127.0.0.1:PORT/shoplazza/{shop}/openapi/{version}/…      this server
https://{shop}.myshoplaza.com/openapi/{version}/…               the real form, by host
…/admin/oauth/token
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import unquote

from sandbox.core import auth
from sandbox.core.exchange import Exchange
from sandbox.core.messages import Refused
from sandbox.core.rate_limits import Bucket
from sandbox.core.records import Body
from sandbox.core.routes import Asked, Route, Routes
from sandbox.core.world import World
from sandbox.platforms.shoplazza import legacy, listing, refund, serializers, webhooks
from sandbox.platforms.shoplazza.session import NO_RECORD

VERSIONS = ("2022-01", "2025-06", "2026-01", "2026-07")
NO_RESOURCE = {"errors": ["Unable to find resource"]}
NO_STORE = {"code": "store_not_found", "errors": ["store not found"]}
INACTIVE = {"error": "store is not active"}
TOO_MANY = {"errors": ["Too Many Requests"]}  # text ours
UNAUTHORIZED = {"errors": ["Unauthorized"]}
FORBIDDEN = {"errors": ["Forbidden"]}
APP, STORE = Bucket(40, 2), Bucket(80, 20)  # of the app in its store; of the store for all apps


def known_order(asked: Asked) -> Body:
    found: Body = asked.session.require("order", asked.id, Refused(404, NO_RESOURCE))
    return found


def by_number(asked: Asked) -> Body:
    found = asked.session.of("order", unquote(asked.id).lstrip("#"))
    if not found:
        raise Refused(404, NO_RESOURCE)
    return {"order": serializers.order(asked.session, found[0])}


def shop(asked: Asked) -> Body:
    of = asked.session.shop
    body = {"id": 2019, "name": of["title"], "domain": f"{of['name']}.myshoplaza.com", "currency": of["currency"],
            "timezone": of["timezone"], "email": "owner@example.com", "state": "active",
            "system_domain": f"{of['name']}.myshoplaza.com", "country_code": "US"}  # fmt: skip
    return {"shop": body} if asked.session.is_old else body


def cancel_order(asked: Asked) -> Body:
    """Answered with the order of 2025-06, whose shipments know no `tracking_items`."""
    shown = serializers.order(asked.session, refund.cancel(asked.session, known_order(asked), asked.body))
    for shipment in shown["fulfillments"]:
        shipment.pop("tracking_items", None)
    return {"order": shown}


def refund_order(asked: Asked) -> Body:
    order = asked.session.require("order", asked.id, Refused(404, NO_RECORD))
    if asked.session.is_old:
        return legacy.whole(asked.session, order)
    return refund.create(asked.session, order, asked.body)


def refunds(asked: Asked) -> Body:
    order, session = known_order(asked), asked.session
    if session.is_old:
        return legacy.records(order)
    words = serializers.shared(session, order)
    records = [serializers.record(session, order, made) for made in order["refunds"]]
    return {"order_status": words["status"], "order_financial_status": words["financial_status"], "records": records}


def transactions(asked: Asked) -> Body:
    order = known_order(asked)
    listed = [] if order.get("untold") else order["transactions"]
    return {"transactions": [serializers.transaction(order, paid) for paid in listed]}


ROUTES = Routes(
    Route("token", "POST", "admin/oauth/token", lambda a: grant(a)),
    Route("shop", "GET", "shop", shop),
    Route("orders", "GET", "orders", lambda a: listing.orders(a.session, a.query)),
    Route("count", "GET", "orders/count", lambda a: {"count": len(listing.found(a.session, a.query))}),
    Route("records", "GET", "orders/refund_records", lambda a: listing.records(a.session, a.query), only="new"),
    Route("order", "GET", "orders/number/{id}", by_number),
    Route("order", "GET", "orders/{id}", lambda a: {"order": serializers.order(a.session, known_order(a))}),
    Route("cancel", "POST", "orders/{id}/cancel", cancel_order),
    Route("refund", "POST", "orders/{id}/refund", refund_order),
    Route("refunds", "GET", "orders/{id}/refund", refunds),
    Route("partial_refund", "POST", "orders/{id}/partial_refund",
          lambda a: legacy.part(a.session, known_order(a), a.body), only="old"),
    Route("finish", "POST", "orders/{id}/refund/finish",
          lambda a: refund.finish(a.session, known_order(a), a.body or {}), only="new"),
    Route("transactions", "GET", "orders/{id}/transactions", transactions),
    Route("webhooks", "GET", "webhooks", lambda a: webhooks.listed(a.session, a.query)),
    Route("webhook_create", "POST", "webhooks", lambda a: webhooks.create(a.session, a.body)),
    Route("webhook_delete", "DELETE", "webhooks/{id}", lambda a: webhooks.delete(a.session, a.id)),
)  # fmt: skip


class Api(Exchange):
    routes = ROUTES

    def shop(self) -> Body:
        shop = self.simulator.shop(self.place.shop)
        if shop is None:
            raise Refused(404, NO_STORE)
        self.headers["Request-Id"] = self.request.id
        return shop

    def enter(self) -> None:
        if self.name == "token":
            return
        session, headers = self.session, self.headers
        token = self.request.headers.get("access-token", "")
        if self.version not in VERSIONS:
            raise Refused(404, NO_RESOURCE)
        if not token:
            raise Refused(400, UNAUTHORIZED)  # filed under 400 there
        if not is_allowed(session.world, session.shop, token):
            raise Refused(401, UNAUTHORIZED)
        is_wide, are_told = session.switch("limit") == "wide", session.switch("limit_headers") == "told"
        fits, left = self.is_within(None if is_wide else APP, store=STORE)
        if not fits:
            headers |= {"Retry-After": "2"} if are_told else {}
            raise Refused(429, TOO_MANY)
        if are_told:
            headers["X-Shoplazza-Shop-Api-Call-Limit"] = f"{0 if is_wide else 40 - int(left)}/40"
        if session.shop["state"] == "inactive":
            raise Refused(403, INACTIVE)
        if lacks_scope(session.shop, self.request.method, self.rest):
            raise Refused(403, FORBIDDEN)

    def lost(self, status: int) -> Refused:
        return Refused(status, NO_RESOURCE if status == 404 else {"errors": ["Method Not Allowed"]})

    def forced(self, words: Body) -> Refused:
        return super().forced({"status": 422, "body": {"errors": ["Something is not right"]}} | words)

    def body(self) -> Any:
        return auth.form(self.request) if self.name == "token" else super().body()

    def malformed(self) -> Refused:
        return Refused(400, {"code": "InvalidParameter", "errors": ["body is not JSON"]})

    def act(self, route: Route, asked: Asked) -> Any:
        payload = super().act(route, asked)
        if self.session.is_old or route.name == "token":
            return payload
        return {"code": "Success", "message": "success", "data": payload}


# --- Who may ask: a private app's token, or one from the authorization code grant that lives for a year
YEAR = 365 * 86_400
SCOPE_OF = {"orders": "order", "webhooks": "order", "shop": "shop"}


def is_allowed(world: World, shop: Body, token: str) -> bool:
    return auth.is_same(token, shop["token"]) or auth.is_granted(world, f"shoplazza/{shop['name']}", token)


def lacks_scope(shop: Body, method: str, rest: str) -> bool:
    """Singular words: read_order, write_order, read_shop."""
    subject = SCOPE_OF.get(rest.partition("/")[0])
    writes = method != "GET" and subject == "order"
    return subject is not None and f"{'write' if writes else 'read'}_{subject}" not in shop["scopes"]


def grant(asked: Asked) -> Body:
    """POST /admin/oauth/token. Raises Refused."""
    world, shop, form = asked.session.world, asked.session.shop, asked.body
    if not auth.is_client(form, shop):
        raise Refused(401, {"error": "invalid_client"})
    proof = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(form.get("grant_type", ""))
    if not proof or not form.get(proof):
        raise Refused(400, {"error": "invalid_grant"})
    token, at = auth.grant(world, asked.session.name, "shplza", YEAR), world.at()
    return {
        "access_token": token, "token_type": "Bearer", "refresh_token": secrets.token_hex(16), "expires_in": YEAR,
        "expires_at": int(at + YEAR), "created_at": int(at), "scope": " ".join(shop["scopes"]), "store_id": "1",
        "store_name": shop["name"], "locale": "en",
    }  # fmt: skip
