"""Paths, headers, envelopes and refusals of the HTTP API.

http://127.0.0.1:PORT/modern_dropship/orders…      this server
https://api.convictional.com/orders…               the real form, by host
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.core.exchange import Exchange
from sandbox.core.messages import Refused, Request
from sandbox.core.rate_limits import Bucket
from sandbox.core.records import Body
from sandbox.core.routes import Asked, Route, Routes
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


class Api(Exchange):
    routes = ROUTES

    def shop(self) -> Body:
        """By the bare key; a `Bearer` in front of it is the typical mistake."""
        said = self.request.headers.get("authorization", "")
        for account in self.simulator.shops():
            if said and account["key"] == said and account["state"] == "active":
                return account
        raise refused(401, "unauthorized")

    def enter(self) -> None:
        """With the switch: two requests a second, and two saved up."""
        if not self.is_within(None if self.session.switch("limit") == "none" else LIMIT)[0]:
            self.headers["Retry-After"] = "1"
            raise refused(429, "too many requests")
        self.session.version = version_of(self.request)

    def lost(self, status: int) -> Refused:
        return refused(404, "not found")

    def admit(self, route: Route) -> None:
        if route.needs not in ("", self.session.shop["commerce_type"]):
            raise self.lost(404)

    def forced(self, words: Body) -> Refused:
        return refused(int(words.get("status", 400)), str(words.get("message", "Something is not right")))

    def body(self) -> Any:
        if self.request.method == "GET":
            return None
        if not self.request.is_json():
            raise refused(415, "unsupported media type")
        found = super().body() or {}
        if not isinstance(found, dict):
            raise self.malformed()
        return found

    def malformed(self) -> Refused:
        return refused(400, "invalid json", listed=True)


def version_of(request: Request) -> str:
    """Without a version header the oldest is answered. Raises Refused for one that is not known."""
    said = request.headers.get("accept", "*/*")
    match = ACCEPT.fullmatch(said)
    if match and match["version"] in VERSIONS:
        return match["version"]
    if match or "convictional" in said:
        raise refused(415, "unsupported version")
    return VERSIONS[0]
