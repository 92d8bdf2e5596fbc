"""Paths, envelopes and refusals of the HTTP API.

http://127.0.0.1:PORT/shoplazza/{shop}/openapi/{version}/…      this server
https://{shop}.myshoplaza.com/openapi/{version}/…               the real form, by host
…/admin/oauth/token
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, unquote

from sandbox.core import faults
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.platforms.shoplazza import (
    auth,
    cancel,
    legacy,
    listing,
    rate_limits,
    refund,
    refusals,
    serializers,
    webhooks,
)
from sandbox.platforms.shoplazza.listing import Query
from sandbox.platforms.shoplazza.refusals import Refused
from sandbox.platforms.shoplazza.session import Session
from sandbox.platforms.shoplazza.totals import Body

if TYPE_CHECKING:
    from sandbox.core.world import World

HOST = re.compile(r"(?P<shop>[a-z0-9][a-z0-9-]*)\.myshoplaza\.com(:\d+)?")
PATH = re.compile(r"/shoplazza/(?P<shop>[a-z0-9][a-z0-9-]*)(?P<rest>/.*)")
API = re.compile(r"/openapi/(?P<version>[^/]+)/(?P<rest>.+)")
VERSIONS = ("2022-01", "2025-06", "2026-01", "2026-07")
TOKEN = "/admin/oauth/token"  # noqa: S105  a path


class Asked(NamedTuple):
    session: Session
    id: str
    query: Query
    body: Any


Act = Callable[[Asked], Any]


class Route(NamedTuple):
    """`name`: what faults call it."""

    name: str
    method: str
    path: re.Pattern[str]
    act: Act
    only: str = ""  # old | new


def where(request: Request) -> tuple[str, str] | None:
    """(shop name, path below the shop); None: not for this platform."""
    if match := PATH.fullmatch(request.path):
        return match["shop"], match["rest"]
    host = HOST.fullmatch(request.headers.get("host", ""))
    return (host["shop"], request.path) if host else None


def known_order(asked: Asked) -> Body:
    found = asked.session.order(asked.id)
    if found is None:
        raise Refused(404, refusals.NO_RESOURCE)
    return found


def by_number(asked: Asked) -> Body:
    found = asked.session.by_number(unquote(asked.id))
    if found is None:
        raise Refused(404, refusals.NO_RECORD)
    return {"order": serializers.order(asked.session, found)}


def shop(asked: Asked) -> Body:
    home = asked.session.shop
    body = {"id": 2019, "name": home["title"], "domain": f"{home['name']}.myshoplaza.com", "currency": home["currency"],
            "timezone": home["timezone"], "email": "owner@example.com", "state": "active",
            "system_domain": f"{home['name']}.myshoplaza.com", "country_code": "US"}  # fmt: skip
    return {"shop": body} if asked.session.is_old else body


def one_order(asked: Asked) -> Body:
    asked.session.is_stale = faults.spend(asked.session.world, ("order",), {"stale"}) is not None
    return {"order": serializers.order(asked.session, known_order(asked))}


def cancel_order(asked: Asked) -> Body:
    """Answered with the order of 2025-06, whose shipments know no `tracking_items`."""
    shown = serializers.order(asked.session, cancel.cancel(asked.session, known_order(asked), asked.body))
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
    return {
        "order_status": words["status"],
        "order_financial_status": words["financial_status"],
        "records": [serializers.record(session, order, made) for made in order["refunds"]],
    }


def transactions(asked: Asked) -> Body:
    order = known_order(asked)
    listed = [] if order.get("untold") else order["transactions"]
    return {"transactions": [serializers.transaction(order, paid) for paid in listed]}


def path(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{id}", "(?P<id>[^/]+)"))


ROUTES = (
    Route("shop", "GET", path("shop"), shop),
    Route("orders", "GET", path("orders"), lambda a: listing.orders(a.session, a.query)),
    Route("count", "GET", path("orders/count"), lambda a: listing.count(a.session, a.query)),
    Route("records", "GET", path("orders/refund_records"), lambda a: listing.records(a.session, a.query), "new"),
    Route("order", "GET", path("orders/number/{id}"), by_number),
    Route("order", "GET", path("orders/{id}"), one_order),
    Route("cancel", "POST", path("orders/{id}/cancel"), cancel_order),
    Route("refund", "POST", path("orders/{id}/refund"), refund_order),
    Route("refunds", "GET", path("orders/{id}/refund"), refunds),
    Route("partial_refund", "POST", path("orders/{id}/partial_refund"),
          lambda a: legacy.part(a.session, known_order(a), a.body), "old"),
    Route("finish", "POST", path("orders/{id}/refund/finish"),
          lambda a: refund.finish(a.session, known_order(a), a.body or {}), "new"),
    Route("transactions", "GET", path("orders/{id}/transactions"), transactions),
    Route("webhooks", "GET", path("webhooks"), lambda a: webhooks.listed(a.session, a.query)),
    Route("webhook_create", "POST", path("webhooks"), lambda a: webhooks.create(a.session, a.body)),
    Route("webhook_delete", "DELETE", path("webhooks/{id}"), lambda a: webhooks.delete(a.session, a.id)),
)  # fmt: skip


def route_of(method: str, rest: str, version: str) -> tuple[Route, str] | int:
    """The route and the id in its path, or the status that says there is none."""
    foreign = "new" if version == "2022-01" else "old"
    matches = [(r, match) for r in ROUTES if r.only != foreign and (match := r.path.fullmatch(rest))]
    for route, match in matches:
        if route.method == method:
            return route, match.groupdict().get("id") or ""
    return 405 if matches else 404


def name_of(request: Request) -> str:
    _, rest = where(request) or ("", "")
    if rest == TOKEN:
        return "token"
    api = API.fullmatch(rest)
    found = route_of(request.method, api["rest"], api["version"]) if api else 404
    return "none" if isinstance(found, int) else found[0].name


def reply(world: World, request: Request) -> Reply:
    name, rest = where(request) or ("", "")
    home = world.shoplazza.shop(name)
    if home is None:
        return json_reply(404, refusals.NO_STORE)
    if rest == TOKEN and request.method == "POST":
        return json_reply(*auth.grant(world, home, request.headers, request.body))
    api = API.fullmatch(rest)
    if api is None or api["version"] not in VERSIONS:
        return json_reply(404, refusals.NO_RESOURCE)
    operation = name_of(request)
    world.count("requests", operation)
    headers = {"Request-Id": request.id}
    with world.store.write() as db:
        session = Session(world, db, home, version=api["version"], request=request.id)
        try:
            payload = answer(session, request, api["rest"], headers)
        except Refused as no:
            return refused(no, headers)
    if not session.is_old:
        payload = {"code": "Success", "message": "success", "data": payload}
    world.show(request, 200, payload)
    return json_reply(200, payload, **headers)


def refused(no: Refused, headers: dict[str, str]) -> Reply:
    if no.body is None:
        return Reply(no.status, b"", headers | {"Content-Type": "text/plain"})
    return json_reply(no.status, no.body, **headers)


def answer(session: Session, request: Request, rest: str, headers: dict[str, str]) -> Any:
    """Raises Refused."""
    enter(session, request, rest, headers)
    found = route_of(request.method, rest, session.version)
    if isinstance(found, int):
        raise Refused(found, refusals.NO_RESOURCE if found == 404 else {"errors": ["Method Not Allowed"]})
    route, ident = found
    if forced := session.forced_error(route.name):
        raise Refused(int(forced["status"]), forced["body"])
    return route.act(Asked(session, ident, parse_qs(request.query), read_body(request)))


def enter(session: Session, request: Request, rest: str, headers: dict[str, str]) -> None:
    token = request.headers.get("access-token", "")
    if not token:
        raise Refused(400, refusals.UNAUTHORIZED)  # filed under 400 there
    if not auth.is_allowed(session.world, session.shop, token):
        raise Refused(401, refusals.UNAUTHORIZED)
    left = rate_limits.take(session.db, session.name, session.at, is_wide=session.switch("limit") == "wide")
    is_limited = faults.spend(session.world, (name_of(request),), {"throttled"}) is not None
    if session.switch("limit_headers") == "told" and left is not None:
        headers["X-Shoplazza-Shop-Api-Call-Limit"] = f"{40 - int(left)}/40"
    if left is None or is_limited:
        session.world.count("throttled", name_of(request))
        headers |= {"Retry-After": "2"} if session.switch("limit_headers") == "told" else {}
        raise Refused(429, refusals.TOO_MANY)
    if session.shop["state"] == "inactive":
        raise Refused(403, refusals.INACTIVE)
    if auth.lacks_scope(session.shop, request.method, rest):
        raise Refused(403, refusals.FORBIDDEN)


def read_body(request: Request) -> Any:
    try:
        return json.loads(request.body) if request.body else None
    except ValueError as exc:
        raise Refused(400, {"code": "InvalidParameter", "errors": ["body is not JSON"]}) from exc
