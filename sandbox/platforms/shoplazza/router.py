"""Paths, envelopes and refusals of the HTTP API.

http://127.0.0.1:PORT/shoplazza/{shop}/openapi/{version}/…      this server
https://{shop}.myshoplaza.com/openapi/{version}/…               the real form, by host
…/admin/oauth/token
"""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import parse_qs, unquote

from sandbox.core import auth
from sandbox.core.base_simulator import BaseSimulator
from sandbox.core.messages import Refused, Reply, Request, json_reply, refusal
from sandbox.core.rate_limits import Bucket, take
from sandbox.core.records import Body
from sandbox.core.routes import Asked, Found, Route, Routes, name_of
from sandbox.core.world import World
from sandbox.platforms.shoplazza import legacy, listing, refund, serializers, webhooks
from sandbox.platforms.shoplazza.session import NO_RECORD, Session

API = re.compile(r"/openapi/(?P<version>[^/]+)/(?P<rest>.+)")
VERSIONS = ("2022-01", "2025-06", "2026-01", "2026-07")
TOKEN = "/admin/oauth/token"  # noqa: S105  a path
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
        raise Refused(404, NO_RECORD)
    return {"order": serializers.order(asked.session, found[0])}


def shop(asked: Asked) -> Body:
    of = asked.session.shop
    body = {"id": 2019, "name": of["title"], "domain": f"{of['name']}.myshoplaza.com", "currency": of["currency"],
            "timezone": of["timezone"], "email": "owner@example.com", "state": "active",
            "system_domain": f"{of['name']}.myshoplaza.com", "country_code": "US"}  # fmt: skip
    return {"shop": body} if asked.session.is_old else body


def one_order(asked: Asked) -> Body:
    asked.session.is_stale = asked.session.fault("stale", "order") is not None
    return {"order": serializers.order(asked.session, known_order(asked))}


def cancel_order(asked: Asked) -> Body:
    """Answered with the order of 2025-06, whose shipments know no `tracking_items`."""
    shown = serializers.order(asked.session, refund.cancel(asked.session, known_order(asked), asked.body))
    for shipment in shown["fulfillments"]:
        shipment.pop("tracking_items", None)
    return {"order": shown}


def refund_order(asked: Asked) -> Body:
    order = known_order(asked)
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
    Route("shop", "GET", "shop", shop),
    Route("orders", "GET", "orders", lambda a: listing.orders(a.session, a.query)),
    Route("count", "GET", "orders/count", lambda a: {"count": len(listing.found(a.session, a.query))}),
    Route("records", "GET", "orders/refund_records", lambda a: listing.records(a.session, a.query), only="new"),
    Route("order", "GET", "orders/number/{id}", by_number),
    Route("order", "GET", "orders/{id}", one_order),
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


def reply(simulator: BaseSimulator, request: Request) -> Reply:
    world, place = simulator.world, simulator.where(request)
    shop = simulator.shop(place.shop) if place else None
    if place is None or shop is None:
        return json_reply(404, NO_STORE)
    if place.rest == TOKEN and request.method == "POST":
        return json_reply(*grant(world, shop, request))
    api = API.fullmatch(place.rest)
    if api is None or api["version"] not in VERSIONS:
        return json_reply(404, NO_RESOURCE)
    world.count("requests", simulator.operations(request)[0])
    headers = {"Request-Id": request.id}
    with world.store.write() as db:
        session = simulator.session(db, shop, version=api["version"], request=request.id)
        try:
            payload = answer(session, request, simulator.found(request), api["rest"], headers)
        except Refused as no:
            return refusal(no, **headers)
    if not session.is_old:
        payload = {"code": "Success", "message": "success", "data": payload}
    world.show(request, 200, payload)
    return json_reply(200, payload, **headers)


def answer(session: Session, request: Request, found: Found | int, path: str, headers: dict[str, str]) -> Any:
    """Raises Refused."""
    enter(session, request, path, name_of(found), headers)
    if isinstance(found, int):
        raise Refused(found, NO_RESOURCE if found == 404 else {"errors": ["Method Not Allowed"]})
    route, ids = found
    if (forced := session.forced_error(route.name)) is not None:
        raise Refused(int(forced.get("status", 422)), forced.get("body", {"errors": ["Something is not right"]}))
    try:
        body = request.json()
    except ValueError as exc:
        raise Refused(400, {"code": "InvalidParameter", "errors": ["body is not JSON"]}) from exc
    return route.act(Asked(session, ids, parse_qs(request.query), body, headers))


def enter(session: Session, request: Request, path: str, operation: str, headers: dict[str, str]) -> None:
    token = request.headers.get("access-token", "")
    if not token:
        raise Refused(400, UNAUTHORIZED)  # filed under 400 there
    if not is_allowed(session.world, session.shop, token):
        raise Refused(401, UNAUTHORIZED)
    is_wide = session.switch("limit") == "wide"
    fits, left = (True, APP.size) if is_wide else take(session, APP, store=STORE)
    are_told = session.switch("limit_headers") == "told"
    if are_told and fits:
        headers["X-Shoplazza-Shop-Api-Call-Limit"] = f"{40 - int(left)}/40"
    if session.fault("throttled", operation) or not fits:
        session.world.count("throttled", operation)
        headers |= {"Retry-After": "2"} if are_told else {}
        raise Refused(429, TOO_MANY)
    if session.shop["state"] == "inactive":
        raise Refused(403, INACTIVE)
    if lacks_scope(session.shop, request.method, path):
        raise Refused(403, FORBIDDEN)


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
