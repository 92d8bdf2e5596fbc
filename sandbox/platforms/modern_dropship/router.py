"""Paths, headers, envelopes and refusals of the HTTP API.

http://127.0.0.1:PORT/modern_dropship/orders…      this server
https://api.convictional.com/orders…               the real form, by host
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

from sandbox.core.base_simulator import BaseSimulator
from sandbox.core.messages import Refused, Reply, Request, json_reply
from sandbox.core.rate_limits import Bucket, take
from sandbox.core.records import Body
from sandbox.core.routes import Asked, Found, Route, Routes, name_of
from sandbox.platforms.modern_dropship import acts, listing, serializers
from sandbox.platforms.modern_dropship.acts import refused
from sandbox.platforms.modern_dropship.session import Session

ACCEPT = re.compile(r"application/vnd\.convictional\.(?P<version>[0-9-]+)(\+json)?")
VERSIONS = ("2021-01-01", "2022-03-03")
LIMIT = Bucket(2, 2)  # not published


def orders(asked: Asked) -> Any:
    rows, more = listing.orders(asked.session, asked.query, asked.session.version)
    return page(rows, more) if is_boxed(asked.session) else rows


def page(rows: list[Any], more: bool) -> Body:
    return {"data": rows, "hasMore": more, "next": "", "previous": ""}


def one_order(asked: Asked) -> Any:
    asked.session.is_stale = asked.session.fault("stale", "order") is not None
    return boxed(asked.session, serializers.order(asked.session, known(asked), asked.session.version))


def cancel_order(asked: Asked) -> Any:
    order = known(asked)
    acts.cancel_order(asked.session, order, asked.body)
    return boxed(asked.session, serializers.order(asked.session, order, asked.session.version))


def record_return(asked: Asked) -> Any:
    order = known(asked)
    acts.record_return(asked.session, order, asked.body)
    return boxed(asked.session, serializers.order(asked.session, order, asked.session.version))


def cancel_item(asked: Asked) -> Any:
    was, stays = acts.cancel_item(asked.session, known(asked), asked.ids["item"], asked.body)
    shown = stays if asked.session.switch("item_answer") == "new" else was
    return boxed(asked.session, serializers.item(asked.session, shown))


def ship(asked: Asked) -> Any:
    return boxed(asked.session, {"id": acts.ship(asked.session, known(asked), asked.body)})


def known(asked: Asked) -> Body:
    found: Body | None = asked.session.get("order", asked.id)
    if found is None and asked.session.switch("unknown_order") == "400":
        raise refused(400, "not found")
    if found is None:
        raise refused(404, "order not found")
    return found


def is_boxed(session: Session) -> bool:
    return session.version == "2022-03-03" and session.switch("envelope") == "data"


def boxed(session: Session, shown: Any) -> Any:
    return {"data": shown} if is_boxed(session) else shown


ROUTES = Routes(
    Route("me", "GET", "/auth/me", lambda a: serializers.me(a.session.shop)),
    Route("partners", "GET", "/partners", lambda a: page(serializers.partners(), False), "seller"),
    Route("orders", "GET", "/orders", orders, "seller"),
    Route("order", "GET", "/orders/{id}", one_order, "seller"),
    Route("cancelOrder", "POST", "/orders/{id}/cancel", cancel_order, "seller"),
    Route("cancelItem", "POST", "/orders/{id}/items/{item}/cancel", cancel_item, "seller"),
    Route("fulfil", "POST", "/orders/{id}/fulfillments", ship, "seller"),
    Route("refund", "POST", "/orders/{id}/refund", record_return, "seller"),
)


def reply(simulator: BaseSimulator, request: Request) -> Reply:
    world = simulator.world
    with world.store.write() as db:
        found = simulator.found(request)
        name = name_of(found)
        world.count("requests", name)
        try:
            session = simulator.session(db, account_of(simulator, request), request=request.id)
            slow_down(session)
            status, payload = 200, answer(session, request, found)
        except Refused as no:
            status, payload = no.status, no.body
    world.show(request, status, payload)
    if status == 429:
        world.count("throttled", name)
        return json_reply(status, payload, **{"Retry-After": "1"})
    return json_reply(status, payload)


def account_of(simulator: BaseSimulator, request: Request) -> Body:
    """By the bare key; a `Bearer` in front of it is the typical mistake. Raises Refused."""
    said = request.headers.get("authorization", "")
    for account in simulator.shops():
        if said and account["key"] == said and account["state"] == "active":
            return account
    raise refused(401, "unauthorized")


def slow_down(session: Session) -> None:
    """With the switch: two requests a second, and two saved up."""
    if session.fault("throttled", "*") or (session.switch("limit") != "none" and not take(session, LIMIT)[0]):
        raise refused(429, "too many requests")


def version_of(request: Request) -> str:
    """Without a version header the oldest is answered. Raises Refused for one that is not known."""
    said = request.headers.get("accept", "*/*")
    match = ACCEPT.fullmatch(said)
    if match and match["version"] in VERSIONS:
        return match["version"]
    if match or "convictional" in said:
        raise refused(415, "unsupported version")
    return VERSIONS[0]


def answer(session: Session, request: Request, found: Found | int) -> Any:
    session.version = version_of(request)
    if (forced := session.forced_error(name_of(found))) is not None:
        raise refused(int(forced.get("status", 400)), str(forced.get("message", "Something is not right")))
    if isinstance(found, int) or found[0].needs not in ("", session.shop["commerce_type"]):
        raise refused(404, "not found")
    route, ids = found
    query = parse_qs(request.query, keep_blank_values=True)
    return route.act(Asked(session, ids, query, posted(request) if route.method == "POST" else None, {}))


def posted(request: Request) -> Body:
    if not request.is_json():
        raise refused(415, "unsupported media type")
    try:
        found = json.loads(request.body or b"{}")
    except ValueError as exc:
        raise refused(400, "invalid json", listed=True) from exc
    if not isinstance(found, dict):
        raise refused(400, "invalid json", listed=True)
    return found
