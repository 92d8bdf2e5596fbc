"""Paths, rights and refusals of the HTTP API.

http://127.0.0.1:PORT/bigcommerce/{shop}/stores/{hash}/v2|v3/…      this server
https://api.bigcommerce.com/stores/{hash}/v2|v3/…                   the real form
"""

from __future__ import annotations

import math
import re
from typing import Any

from sandbox.core.exchange import EMPTY, Exchange
from sandbox.core.messages import Refused, Reply
from sandbox.core.rate_limits import in_window
from sandbox.core.records import Body, Session
from sandbox.core.routes import Asked, Route, Routes
from sandbox.platforms.bigcommerce import inventory, listing, orders, quotes, refunds, refusals, serializers, webhooks
from sandbox.platforms.bigcommerce import statuses as states
from sandbox.platforms.bigcommerce.refusals import plain, v2, v3

PATH = re.compile(r"(?:/bigcommerce/[^/]+)?/stores/(?P<hash>[a-z0-9]+)/(?P<version>v[23])/(?P<rest>.+)")
SECONDS = 30.0  # a fixed window, counted in requests of one account and told on every answer
QUOTAS = {"standard": 150, "pro": 450, "small": 20, "wide": 1_000_000}


def order_of(asked: Asked) -> Body:
    found = orders.find(asked.session, asked.id)
    if found is None:
        raise v2(404, "The requested resource was not found.")
    return found


def put_order(asked: Asked) -> Body:
    order = order_of(asked)
    states.change(asked.session, order, asked.body)
    orders.save(asked.session, order)
    return serializers.order(asked.session, order)


def archive(asked: Asked) -> Any:
    order = order_of(asked)
    asked.session.drop("order", order["id"])
    order["is_deleted"] = True
    asked.session.effect("archive", order["id"], cause="archive", currency=order["currency"])
    orders.save(asked.session, order)
    return EMPTY


def products(asked: Asked) -> Any:
    order = order_of(asked)
    return [serializers.line(line, order["id"], coupon=order["coupon"]) for line in order["lines"]] or EMPTY


def shipments(asked: Asked) -> Any:
    order = order_of(asked)
    return [serializers.shipment(order, sent) for sent in order["shipments"]] or EMPTY


def transactions(asked: Asked) -> Any:
    order = v3_order(asked)
    rows = [serializers.transaction(order, row) for row in order["transactions"]]
    return inventory.paged(rows, 1, max(50, len(rows))) if rows else EMPTY


def v3_order(asked: Asked) -> Body:
    found = orders.find(asked.session, asked.id)
    if found is None:
        raise v3(404, "The order was not found.")
    return found


def refund_list(asked: Asked) -> Body:
    order = v3_order(asked)
    return {"data": [serializers.refund(order, made) for made in order["refunds"]], "meta": {}}


def refund(asked: Asked) -> Body:
    session, order = asked.session, v3_order(asked)
    try:
        made = refunds.create(session, order, asked.body)
    except Refused as no:
        raise refunds.refused(no, session.switch("refund_shape")) from no
    orders.save(session, order, is_change=session.switch("refund_modifies") == "yes")
    return {"data": serializers.refund(order, made), "meta": {}}


def quote(asked: Asked) -> Body:
    return {"data": quotes.quote(asked.session, v3_order(asked), asked.body), "meta": {}}


def void(asked: Asked) -> Body:
    order = v3_order(asked)
    states.void(asked.session, order)
    orders.save(asked.session, order)
    return {}


def store(asked: Asked) -> Body:
    shop = asked.session.shop
    return {"id": shop["hash"], "name": shop["title"], "currency": shop["currency"], "plan_name": "Standard",
            "timezone": {"name": shop["timezone"], "raw_offset": -18000}, "domain": f"{shop['name']}.example.com",
            "secure_url": f"https://{shop['name']}.example.com", "admin_email": "owner@example.com"}  # fmt: skip


def statuses(asked: Asked) -> list[Body]:
    return [{"id": i, "name": name, "system_label": name} for i, name in enumerate(states.NAMES)]


def stock(asked: Asked) -> Body:
    said = {name: listing.one(asked.query, name) for name in (*inventory.FILTERS, "location_id:in")}
    page, limit = listing.number(asked.query, "page", 1), listing.number(asked.query, "limit", 50)
    return inventory.items(asked.session, said, page, limit)


ORDERS, INFO, TRANSACTIONS = "store_v2_orders", "store_v2_information", "store_v2_transactions"
STOCK = "store_inventory"
ACTIONS = "orders/{id}/payment_actions/"
ROUTES = Routes(
    Route("store", "GET", "v2/store", store, INFO),
    Route("statuses", "GET", "v2/order_statuses", statuses, ORDERS),
    Route("orders", "GET", "v2/orders", lambda a: listing.orders(a.session, a.query) or EMPTY, ORDERS),
    Route("count", "GET", "v2/orders/count", lambda a: listing.count(a.session, a.query), ORDERS),
    Route("order", "GET", "v2/orders/{id}",
          lambda a: serializers.order(a.session, order_of(a), listing.one(a.query, "include")), ORDERS),
    Route("status", "PUT", "v2/orders/{id}", put_order, ORDERS),
    Route("archive", "DELETE", "v2/orders/{id}", archive, ORDERS),
    Route("products", "GET", "v2/orders/{id}/products", products, ORDERS),
    Route("addresses", "GET", "v2/orders/{id}/shipping_addresses",
          lambda a: [serializers.address(a.session, order_of(a), p) for p in order_of(a)["addresses"]] or EMPTY,
          ORDERS),
    Route("coupons", "GET", "v2/orders/{id}/coupons", lambda a: listing.coupons(order_of(a)) or EMPTY, ORDERS),
    Route("taxes", "GET", "v2/orders/{id}/taxes", lambda a: listing.taxes(order_of(a)) or EMPTY, ORDERS),
    Route("shipments", "GET", "v2/orders/{id}/shipments", shipments, ORDERS),
    Route("transactions", "GET", "v3/orders/{id}/transactions", transactions, TRANSACTIONS),
    Route("quote", "POST", f"v3/{ACTIONS}refund_quotes", quote, TRANSACTIONS, 201),
    Route("refund", "POST", f"v3/{ACTIONS}refunds", refund, TRANSACTIONS, 201),
    Route("refunds", "GET", f"v3/{ACTIONS}refunds", refund_list, ORDERS),
    Route("void", "POST", f"v3/{ACTIONS}void", void, TRANSACTIONS, 201),
    Route("settings", "GET", "v3/settings/inventory",
          lambda a: inventory.settings(a.session, listing.one(a.query, "channel_id")), INFO),
    Route("items", "GET", "v3/inventory/items", stock, STOCK),
    Route("adjust", "POST", "v3/inventory/adjustments/relative", lambda a: inventory.adjust(a.session, a.body), STOCK),
    Route("hooks", "GET", "v3/hooks",
          lambda a: webhooks.listed(a.session, listing.number(a.query, "page", 1),
                                    listing.number(a.query, "limit", 50))),
    Route("hook_create", "POST", "v3/hooks", lambda a: webhooks.create(a.session, a.body)),
    Route("hook_change", "PUT", "v3/hooks/{id}", lambda a: webhooks.change(a.session, a.id, a.body)),
    Route("hook_delete", "DELETE", "v3/hooks/{id}", lambda a: webhooks.remove(a.session, a.id)),
)  # fmt: skip


class Api(Exchange):
    routes = ROUTES

    def shop(self) -> Body:
        found = next((one for one in self.simulator.shops() if one["hash"] == self.place.shop), None)
        if found is None:
            raise self.lost(404)
        return found

    def enter(self) -> None:
        if self.request.headers.get("x-auth-token", "") != self.session.shop["token"]:
            raise plain(self.version, 401, "Unauthorized")
        is_forced = self.session.fault("throttled", self.name) is not None
        fits, said = limits(self.session)
        self.headers |= {} if is_forced else said
        if is_forced or not fits:
            raise plain(self.version, 429, "Too many requests")

    def lost(self, status: int) -> Refused:
        return plain(self.version, status, "Not Found" if status == 404 else "Method Not Allowed")

    def admit(self, route: Route) -> None:
        request, version = self.request, self.version
        wanted = request.headers.get("accept", "*/*")
        if not any(word in wanted for word in ("json", "*/*", *(["xml"] if version == "v2" else []))):
            raise plain(version, 406, "Not Acceptable")
        if request.body and not request.is_json():
            raise plain(version, 415, "Unsupported Media Type")
        enough = {route.needs} | ({f"{route.needs}_read_only"} if request.method == "GET" else set())
        if route.needs and not enough & set(self.session.shop["scopes"]):
            raise plain(version, 403, "Your token does not have access to this resource.")

    def forced(self, words: Body) -> Refused:
        return super().forced({"status": 422, "body": plain(self.version, 422, "No").body} | words)

    def malformed(self) -> Refused:
        return plain(self.version, 400, "The request body is not valid JSON.")

    def sent(self, status: int, payload: Any) -> Reply:
        if self.version == "v2" and "json" not in self.request.headers.get("accept", ""):
            return refusals.reply(status, payload, self.request.path.rsplit("/", 1)[-1], **self.headers)
        return super().sent(status, payload)


def limits(session: Session) -> tuple[bool, dict[str, str]]:
    """(whether this request is within the quota, what the answer says about it)."""
    quota = QUOTAS[session.switch("limit")]
    fits, left, seconds = in_window(session, quota, SECONDS)
    said = {
        "X-Rate-Limit-Time-Window-Ms": "30000", "X-Rate-Limit-Time-Reset-Ms": str(int(seconds * 1000)),
        "X-Rate-Limit-Requests-Quota": str(quota), "X-Rate-Limit-Requests-Left": str(left),
    }  # fmt: skip
    return fits, said if fits else said | {"X-Retry-After": str(math.ceil(seconds) or 1)}
