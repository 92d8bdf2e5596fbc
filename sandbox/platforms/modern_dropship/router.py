"""Paths, headers, envelopes and refusals of the HTTP API.

http://127.0.0.1:PORT/modern_dropship/orders…      this server
https://api.convictional.com/orders…               the real form, by host
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from sandbox.core import faults
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.platforms.modern_dropship import acts, listing, serializers
from sandbox.platforms.modern_dropship.acts import Refused
from sandbox.platforms.modern_dropship.build import Body
from sandbox.platforms.modern_dropship.session import Session

if TYPE_CHECKING:
    from sandbox.core.world import World

HOST = re.compile(r"api\.convictional\.com(:\d+)?")
PREFIX = "/modern_dropship"
ACCEPT = re.compile(r"application/vnd\.convictional\.(?P<version>[0-9-]+)(\+json)?")
VERSIONS = ("2021-01-01", "2022-03-03")
ROUTES = tuple(
    (name, method, re.compile(pattern))
    for name, method, pattern in (
        ("me", "GET", "/auth/me"),
        ("partners", "GET", "/partners"),
        ("orders", "GET", "/orders"),
        ("order", "GET", "/orders/(?P<id>[^/]+)"),
        ("cancelOrder", "POST", "/orders/(?P<id>[^/]+)/cancel"),
        ("cancelItem", "POST", "/orders/(?P<id>[^/]+)/items/(?P<item>[^/]+)/cancel"),
        ("fulfil", "POST", "/orders/(?P<id>[^/]+)/fulfillments"),
        ("refund", "POST", "/orders/(?P<id>[^/]+)/refund"),
    )
)


def where(request: Request) -> str | None:
    """The path below the API's address; None: not for this platform."""
    if request.path.startswith(f"{PREFIX}/"):
        return request.path.removeprefix(PREFIX)
    return request.path if HOST.fullmatch(request.headers.get("host", "")) else None


def route_of(request: Request) -> tuple[str, dict[str, str]]:
    """(the name that faults and counters use, ids in the path); ("none", {}) for no such path."""
    path = where(request) or ""
    for name, method, pattern in ROUTES:
        if method == request.method and (match := pattern.fullmatch(path)):
            return name, match.groupdict()
    return "none", {}


def reply(world: World, request: Request) -> Reply:
    with world.store.write() as db:
        name, ids = route_of(request)
        world.count("requests", name)
        try:
            account = known_account(world, request)
            session = Session(world, db, account, request=request.id)
            slow_down(session)
            status, payload = 200, answer(session, request, name, ids)
        except Refused as exc:
            status, payload = exc.status, exc.body()
    world.show(request, status, payload)
    if status == 429:
        world.count("throttled", name)
        return json_reply(status, payload, **{"Retry-After": "1"})
    return json_reply(status, payload)


def known_account(world: World, request: Request) -> Body:
    """By the bare key; a `Bearer` in front of it is the typical mistake. Raises Refused."""
    said = request.headers.get("authorization", "")
    for row in world.store.db.execute("SELECT body FROM modern_dropship_accounts"):
        account: Body = json.loads(row[0])
        if said and account["key"] == said and account["state"] == "active":
            return account
    raise Refused(401, "unauthorized")


def slow_down(session: Session) -> None:
    """The limit is not published. With the switch: two requests a second, and two saved up."""
    if faults.spend(session.world, ("*",), {"throttled"}):
        raise Refused(429, "too many requests")
    if session.switch("limit") == "none":
        return
    row = session.db.execute("SELECT level, at FROM buckets WHERE shop = ?", (session.name,)).fetchone()
    level = min(2.0, row["level"] + (session.at - row["at"]) * 2) if row else 2.0
    if level < 1:
        raise Refused(429, "too many requests")
    session.db.execute("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", (session.name, level - 1, session.at))


def version_of(request: Request) -> str:
    """Without a version header the oldest is answered. Raises Refused for one that is not known."""
    said = request.headers.get("accept", "*/*")
    match = ACCEPT.fullmatch(said)
    if match and match["version"] in VERSIONS:
        return match["version"]
    if match or "convictional" in said:
        raise Refused(415, "unsupported version")
    return VERSIONS[0]


def answer(session: Session, request: Request, name: str, ids: dict[str, str]) -> Any:
    version = version_of(request)
    query = parse_qs(request.query, keep_blank_values=True)
    if forced := faults.spend(session.world, (name,), {"user_error"}):
        detail = dict(forced.detail)
        raise Refused(int(detail.get("status", 400)), str(detail.get("message", "Something is not right")))
    if name == "me":
        return serializers.me(session.account)
    if name == "none" or session.account["commerce_type"] != "seller":
        raise Refused(404, "not found")
    if name == "partners":
        return {"data": serializers.partners(), "hasMore": False, "next": "", "previous": ""}
    if name == "orders":
        rows, more = listing.orders(session, query, version)
        return {"data": rows, "hasMore": more, "next": "", "previous": ""} if boxed(session, version) else rows
    shown = of_one_order(session, request, name, ids, version)
    return {"data": shown} if boxed(session, version) else shown


def boxed(session: Session, version: str) -> bool:
    return version == "2022-03-03" and session.switch("envelope") == "data"


def of_one_order(session: Session, request: Request, name: str, ids: dict[str, str], version: str) -> Any:
    session.is_stale = name == "order" and faults.spend(session.world, (name,), {"stale"}) is not None
    order = session.order(ids["id"])
    if order is None:
        raise Refused(400, "not found") if session.switch("unknown_order") == "400" else Refused(404, "order not found")
    if name == "order":
        return serializers.order(session, order, version)
    asked = posted(request)
    if name == "cancelItem":
        was, stays = acts.cancel_item(session, order, ids["item"], asked)
        return serializers.item(session, stays if session.switch("item_answer") == "new" else was)
    if name == "fulfil":
        return {"id": acts.ship(session, order, asked)}
    {"cancelOrder": acts.cancel_order, "refund": acts.record_return}[name](session, order, asked)
    return serializers.order(session, order, version)


def posted(request: Request) -> Body:
    if "json" not in request.headers.get("content-type", ""):
        raise Refused(415, "unsupported media type")
    try:
        found = json.loads(request.body or b"{}")
    except ValueError as exc:
        raise Refused(400, "invalid json", listed=True) from exc
    if not isinstance(found, dict):
        raise Refused(400, "invalid json", listed=True)
    return found
