"""Paths, rights and refusals of the HTTP API.

http://127.0.0.1:PORT/bigcommerce/{shop}/stores/{hash}/v2|v3/…      this server
https://api.bigcommerce.com/stores/{hash}/v2|v3/…                   the real form
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs

from sandbox.core import faults
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.core.records import Session
from sandbox.platforms.bigcommerce import (
    inventory,
    listing,
    payments,
    quotes,
    rate_limits,
    refunds,
    serializers,
    sublists,
    webhooks,
    xml,
)
from sandbox.platforms.bigcommerce import statuses as states
from sandbox.platforms.bigcommerce.amounts import Body
from sandbox.platforms.bigcommerce.listing import Query
from sandbox.platforms.bigcommerce.refusals import Refused, plain, v2, v3

if TYPE_CHECKING:
    from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator

HOST = "api.bigcommerce.com"
PATH = re.compile(r"(?:/bigcommerce/[^/]+)?/stores/(?P<hash>[a-z0-9]+)/(?P<version>v[23])/(?P<rest>.+)")
EMPTY = object()  # 204


class Asked(NamedTuple):
    session: Session
    id: str
    query: Query
    body: Any


class Route(NamedTuple):
    """`name`: what faults call it; scope: the right it needs, its read-only form for a GET."""

    name: str
    version: str
    method: str
    path: re.Pattern[str]
    act: Callable[[Asked], Any]
    scope: str = "store_v2_orders"
    status: int = 200


def order_of(asked: Asked) -> Body:
    found = find(asked.session, asked.id)
    if found is None:
        raise v2(404, "The requested resource was not found.")
    return found


def find(session: Session, ident: object) -> Body | None:
    return session.get("order", ident) or session.get("archived", ident)


def save(session: Session, order: Body, *, is_change: bool = True) -> None:
    if is_change:
        order["modified"] = max(session.at, order["modified"])
    kind = "archived" if order["is_deleted"] else "order"
    session.put(kind, order["id"], order, at=order["modified"])


def one_order(asked: Asked) -> Body:
    asked.session.is_stale = faults.spend(asked.session.world, ("order",), {"stale"}) is not None
    return serializers.order(asked.session, order_of(asked), listing.one(asked.query, "include"))


def put_order(asked: Asked) -> Body:
    order = order_of(asked)
    states.change(asked.session, order, asked.body)
    save(asked.session, order)
    return serializers.order(asked.session, order)


def archive(asked: Asked) -> Any:
    order = order_of(asked)
    asked.session.drop("order", order["id"])
    order["is_deleted"] = True
    asked.session.effect("archive", order["id"], cause="archive", currency=order["currency"])
    save(asked.session, order)
    return EMPTY


def products(asked: Asked) -> Any:
    order = order_of(asked)
    return [serializers.line(line, order["id"], coupon=order["coupon"]) for line in order["lines"]] or EMPTY


def shipments(asked: Asked) -> Any:
    order = order_of(asked)
    return [serializers.shipment(order, sent) for sent in order["shipments"]] or EMPTY


def transactions(asked: Asked) -> Any:
    order = v3_order(asked)
    rows = [payments.transaction(order, row) for row in order["transactions"]]
    return {"data": rows, "meta": inventory.pages(len(rows), len(rows), 1, 50)} if rows else EMPTY


def v3_order(asked: Asked) -> Body:
    found = find(asked.session, asked.id)
    if found is None:
        raise v3(404, "The order was not found.")
    return found


def refund_list(asked: Asked) -> Body:
    order = v3_order(asked)
    return {"data": [payments.refund(order, made) for made in order["refunds"]], "meta": {}}


def refund(asked: Asked) -> Body:
    session, order = asked.session, v3_order(asked)
    try:
        made = refunds.create(session, order, asked.body)
    except Refused as no:
        raise refunds.refused(no, session.switch("refund_shape")) from no
    save(session, order, is_change=session.switch("refund_modifies") == "yes")
    return {"data": payments.refund(order, made), "meta": {}}


def quote(asked: Asked) -> Body:
    return {"data": quotes.quote(asked.session, v3_order(asked), asked.body), "meta": {}}


def void(asked: Asked) -> Body:
    order = v3_order(asked)
    states.void(asked.session, order)
    save(asked.session, order)
    return {}


def store(asked: Asked) -> Body:
    home = asked.session.shop
    return {"id": home["hash"], "name": home["title"], "currency": home["currency"], "plan_name": "Standard",
            "timezone": {"name": home["timezone"], "raw_offset": -18000}, "domain": f"{home['name']}.example.com",
            "secure_url": f"https://{home['name']}.example.com", "admin_email": "owner@example.com"}  # fmt: skip


def statuses(asked: Asked) -> list[Body]:
    return [{"id": i, "name": name, "system_label": name} for i, name in enumerate(states.NAMES)]


def stock(asked: Asked) -> Body:
    said = {name: listing.one(asked.query, name) for name in (*inventory.FILTERS, "location_id:in")}
    page, limit = listing.number(asked.query, "page", 1), listing.number(asked.query, "limit", 50)
    return inventory.items(asked.session, said, page, limit)


def path(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{id}", "(?P<id>[^/]+)"))


INFO, TRANSACTIONS, STOCK = "store_v2_information", "store_v2_transactions", "store_inventory"
ACTIONS = "orders/{id}/payment_actions/"
ROUTES = (
    Route("store", "v2", "GET", path("store"), store, INFO),
    Route("statuses", "v2", "GET", path("order_statuses"), statuses),
    Route("orders", "v2", "GET", path("orders"), lambda a: listing.orders(a.session, a.query) or EMPTY),
    Route("count", "v2", "GET", path("orders/count"), lambda a: sublists.count(a.session, a.query)),
    Route("order", "v2", "GET", path("orders/{id}"), one_order),
    Route("status", "v2", "PUT", path("orders/{id}"), put_order),
    Route("archive", "v2", "DELETE", path("orders/{id}"), archive, status=204),
    Route("products", "v2", "GET", path("orders/{id}/products"),
          products),
    Route("addresses", "v2", "GET", path("orders/{id}/shipping_addresses"),
          lambda a: [serializers.address(a.session, order_of(a), p) for p in order_of(a)["addresses"]] or EMPTY),
    Route("coupons", "v2", "GET", path("orders/{id}/coupons"), lambda a: sublists.coupons(order_of(a)) or EMPTY),
    Route("taxes", "v2", "GET", path("orders/{id}/taxes"), lambda a: sublists.taxes(order_of(a)) or EMPTY),
    Route("shipments", "v2", "GET", path("orders/{id}/shipments"), shipments),
    Route("transactions", "v3", "GET", path("orders/{id}/transactions"), transactions, TRANSACTIONS),
    Route("quote", "v3", "POST", path(ACTIONS + "refund_quotes"), quote, TRANSACTIONS, 201),
    Route("refund", "v3", "POST", path(ACTIONS + "refunds"), refund, TRANSACTIONS, 201),
    Route("refunds", "v3", "GET", path(ACTIONS + "refunds"), refund_list),
    Route("void", "v3", "POST", path(ACTIONS + "void"), void, TRANSACTIONS, 201),
    Route("settings", "v3", "GET", path("settings/inventory"),
          lambda a: inventory.settings(a.session, listing.one(a.query, "channel_id")), INFO),
    Route("items", "v3", "GET", path("inventory/items"), stock, STOCK),
    Route("adjust", "v3", "POST", path("inventory/adjustments/relative"),
          lambda a: inventory.adjust(a.session, a.body), STOCK),
    Route("hooks", "v3", "GET", path("hooks"),
          lambda a: webhooks.listed(a.session, listing.number(a.query, "page", 1),
                                    listing.number(a.query, "limit", 50)), ""),
    Route("hook_create", "v3", "POST", path("hooks"), lambda a: webhooks.create(a.session, a.body), ""),
    Route("hook_change", "v3", "PUT", path("hooks/{id}"), lambda a: webhooks.change(a.session, a.id, a.body), ""),
    Route("hook_delete", "v3", "DELETE", path("hooks/{id}"), lambda a: webhooks.remove(a.session, a.id), ""),
)  # fmt: skip


def where(request: Request) -> re.Match[str] | None:
    """None: not for this platform."""
    is_ours = request.path.startswith("/bigcommerce/") or request.headers.get("host", "").partition(":")[0] == HOST
    return PATH.fullmatch(request.path) if is_ours else None


def route_of(request: Request) -> tuple[Route, str] | int:
    """The route and the id in its path, or the status that says there is none."""
    match = where(request)
    rest, version = (match["rest"], match["version"]) if match else ("", "")
    found = [(r, m) for r in ROUTES if r.version == version and (m := r.path.fullmatch(rest))]
    for route, fits in found:
        if route.method == request.method:
            return route, fits.groupdict().get("id") or ""
    return 405 if found else 404


def name_of(request: Request) -> str:
    found = route_of(request)
    return "none" if isinstance(found, int) else found[0].name


def reply(home: BigCommerceSimulator, request: Request) -> Reply:
    match = where(request)
    version = match["version"] if match else "v3"
    shop = home.by_hash(match["hash"]) if match else None
    if shop is None:
        return json_reply(404, plain(version, 404, "Not Found").body)
    operation = name_of(request)
    home.world.count("requests", operation)
    told_limits: dict[str, str] = {}
    with home.world.store.write() as db:
        session = home.session(db, shop, request=request.id)
        try:
            status, payload = answer(session, request, version, told_limits)
        except Refused as no:
            status, payload, told_limits = no.status, no.body, told_limits | no.headers
    if payload is EMPTY:
        return Reply(204, b"", told_limits)
    home.world.show(request, status, payload)
    if version == "v2" and "json" not in request.headers.get("accept", ""):
        return xml.reply(status, payload, request.path.rsplit("/", 1)[-1], **told_limits)
    return json_reply(status, payload, **told_limits)


def answer(session: Session, request: Request, version: str, told_limits: dict[str, str]) -> tuple[int, Any]:
    """Raises Refused."""
    if request.headers.get("x-auth-token", "") != session.shop["token"]:
        raise plain(version, 401, "Unauthorized")
    operation = name_of(request)
    is_limited = faults.spend(session.world, (operation,), {"throttled"}) is not None
    fits, said = rate_limits.take(session)
    if is_limited or not fits:
        session.world.count("throttled", operation)
        no = plain(version, 429, "Too many requests")
        raise Refused(429, no.body, **({} if is_limited else said))
    told_limits |= said
    found = route_of(request)
    if isinstance(found, int):
        raise plain(version, found, "Not Found" if found == 404 else "Method Not Allowed")
    route, ident = found
    _check(session, request, route)
    body = read_body(request, version)
    if forced := session.forced_error(route.name):
        raise Refused(int(forced["status"]), forced["body"], **forced.get("headers", {}))
    result = route.act(Asked(session, ident, parse_qs(request.query), body))
    return (204 if result is EMPTY else route.status), result


def _check(session: Session, request: Request, route: Route) -> None:
    wanted = request.headers.get("accept", "*/*")
    if not any(word in wanted for word in ("json", "*/*", *(["xml"] if route.version == "v2" else []))):
        raise plain(route.version, 406, "Not Acceptable")
    if request.body and "json" not in request.headers.get("content-type", ""):
        raise plain(route.version, 415, "Unsupported Media Type")
    held = session.shop["scopes"]
    enough = {route.scope} | ({f"{route.scope}_read_only"} if request.method == "GET" else set())
    if route.scope and not enough & set(held):
        raise plain(route.version, 403, "Your token does not have access to this resource.")


def read_body(request: Request, version: str) -> Any:
    try:
        return json.loads(request.body) if request.body else None
    except ValueError as exc:
        raise plain(version, 400, "The request body is not valid JSON.") from exc
