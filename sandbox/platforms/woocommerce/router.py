"""Paths, logins, limits and refusals of the HTTP API.

http://127.0.0.1:PORT/woocommerce/{shop}/wp-json/wc/v3/…       this server: plain HTTP, so only OAuth 1.0a is heard
https://{shop}.woocommerce.example/wp-json/wc/v3/…              the real form, by host
"""

from __future__ import annotations

from typing import Any

from sandbox.core import messages
from sandbox.core.exchange import Exchange
from sandbox.core.rate_limits import Bucket
from sandbox.core.records import Body, Session
from sandbox.core.routes import Asked, Route, Routes
from sandbox.platforms.woocommerce import auth, computed, listing, refund, serializers, statuses, sums, webhooks
from sandbox.platforms.woocommerce.refusals import Refused, missing, no_order, no_route, page, wrong

LIMIT = Bucket(10, 5)  # a host's, where it is switched on: WooCommerce itself has none


def known(asked: Asked, *, status: int = 404) -> Body:
    found: Body = asked.session.require("order", asked.id, no_order(status))
    return found


def shown(session: Session, order: Body, query: listing.Query) -> Body:
    return serializers.order(session, order, session.of("refund", order["id"]), decimals(query))


def decimals(query: listing.Query) -> int | None:
    """Of the amounts in an answer: `dp`, else the store's own."""
    return int(query["dp"]) if query.get("dp", "").isdecimal() else None


def update_order(asked: Asked) -> Body:
    return shown(asked.session, statuses.update(asked.session, known(asked, status=400), asked.body), asked.query)


def refunds(asked: Asked) -> list[Body]:
    order, dp = known(asked), decimals(asked.query)
    made = listing.paged(asked.session.of("refund", order["id"])[::-1], asked.query, asked.headers)
    return [serializers.refund(asked.session, order, one, dp) for one in made]


def refund_order(asked: Asked) -> Body:
    found = asked.session.get("order", asked.id)
    if found is None:
        is_computed = isinstance(asked.body, dict) and asked.body.get("compute_totals") is True
        bare = 0 if is_computed and asked.session.switch("store") == "11.1" else 404
        raise Refused(404, "woocommerce_rest_invalid_order_id", "Invalid order ID.", bare=bare)
    return serializers.refund(asked.session, found, refund.create(asked.session, found, asked.body))


def preview(asked: Asked) -> Body:
    if asked.session.switch("store") == "older":
        raise no_route()
    found = asked.session.get("order", asked.id)
    if found is None:
        raise Refused(404, "woocommerce_rest_invalid_order_id", "Invalid order ID.")
    return computed.preview(asked.session, found, asked.body)


def fulfilments(asked: Asked) -> list[Body]:
    if asked.session.switch("fulfilments") == "absent":
        raise no_route()
    return serializers.fulfilments(asked.session, known(asked))


def add_note(asked: Asked) -> Body:
    order, wanted = known(asked), asked.body if isinstance(asked.body, dict) else {}
    if not wanted.get("note"):
        raise missing("note")
    if wanted.get("customer_note") is True:
        asked.session.effect("notify", order["id"], cause="note_create", currency=order["currency"])
    made = sums.say(asked.session, order, str(wanted["note"]), customer=wanted.get("customer_note") is True)
    return serializers.note(asked.session, made)


def product(asked: Asked) -> Body:
    no = Refused(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")
    return serializers.product(asked.session.require("product", asked.id, no))


def gateway(asked: Asked) -> Body:
    if asked.id not in ("stripe", "bacs", "cod", "cheque"):
        raise Refused(404, "woocommerce_rest_payment_gateway_invalid", "Resource does not exist.")
    return serializers.gateway(asked.session, asked.id)


def settings(asked: Asked) -> list[Body]:
    shop = asked.session.shop
    return [{"id": "woocommerce_currency", "value": shop["currency"]},
            {"id": "woocommerce_price_num_decimals", "value": str(shop["digits"])}]  # fmt: skip


ROUTES = Routes(
    Route("index", "GET", "", lambda a: auth.index(a.session.shop, a.url.rpartition("/wp-json")[0])),
    Route("orders", "GET", "wc/v3/orders",
          lambda a: [shown(a.session, row, a.query) for row in listing.orders(a.session, a.query, a.headers, a.url)]),
    Route("order", "GET", "wc/v3/orders/{id}", lambda a: shown(a.session, known(a), a.query)),
    Route("order_update", "PUT POST PATCH", "wc/v3/orders/{id}", update_order),
    Route("refunds", "GET", "wc/v3/orders/{id}/refunds", refunds),
    Route("refund_create", "POST", "wc/v3/orders/{id}/refunds", refund_order, status=201),
    Route("refund_preview", "POST", "wc/v3/orders/{id}/refunds/preview", preview),
    Route("fulfilments", "GET", "wc/v3/orders/{id}/fulfillments", fulfilments),
    Route("notes", "GET", "wc/v3/orders/{id}/notes",
          lambda a: [serializers.note(a.session, one) for one in a.session.of("note", known(a)["id"])]),
    Route("note_create", "POST", "wc/v3/orders/{id}/notes", add_note, status=201),
    Route("product", "GET", "wc/v3/products/{id}", product),
    Route("gateway", "GET", "wc/v3/payment_gateways/{id}", gateway),
    Route("settings", "GET", "wc/v3/settings/general", settings),
    Route("webhooks", "GET", "wc/v3/webhooks", lambda a: webhooks.listed(a.session, a.query, a.headers)),
    Route("webhook_create", "POST", "wc/v3/webhooks", lambda a: webhooks.create(a.session, a.body), status=201),
    Route("webhook_delete", "DELETE", "wc/v3/webhooks/{id}",
          lambda a: webhooks.remove(a.session, a.id, a.query.get("force", "").lower() not in ("", "0", "false"))),
    ident=r"[\w-]+",
)  # fmt: skip


class Api(Exchange):
    routes = ROUTES

    def shop(self) -> Body:
        shop = self.simulator.shop(self.place.shop)
        if shop is None:
            raise page(404, b"<html>No such site</html>")
        if not self.place.rest.removeprefix(f"/{shop['folder']}" if shop["folder"] else "").startswith("/wp-json"):
            raise page(404, b"<html>Page not found</html>")
        self.headers["X-Request-Id"] = self.request.id
        return shop

    def enter(self) -> None:
        """The index is open to everybody."""
        session, request = self.session, self.request
        if not self.is_within(None if session.switch("limit") == "none" else LIMIT)[0]:
            self.headers["Retry-After"] = "1"
            raise Refused(429, "rest_too_many_requests", "Too many requests.")
        if session.switch("put") == "blocked" and request.method == "PUT":
            raise page(403)
        is_secure = not request.path.startswith("/woocommerce/") and session.switch("login") == "basic"
        self.url = f"{'https' if is_secure else 'http'}://{request.headers.get('host', '')}{request.path}"
        if self.name != "index":
            auth.enter(session, request, secure=is_secure, site=self.url)

    def lost(self, status: int) -> Refused:
        return no_route()

    def query(self) -> listing.Query:
        return listing.query_of(self.request.query)

    def body(self) -> Any:
        return super().body() if self.request.is_json() else None

    def forced(self, words: Body) -> messages.Refused:
        return super().forced({"body": wrong("status").body} | words)

    def malformed(self) -> Refused:
        return Refused(400, "rest_invalid_json", "Invalid JSON body passed.")
