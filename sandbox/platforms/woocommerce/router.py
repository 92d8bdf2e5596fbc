"""Paths, logins, limits and refusals of the HTTP API.

http://127.0.0.1:PORT/woocommerce/{shop}/wp-json/wc/v3/…       this server: plain HTTP, so only OAuth 1.0a is heard
https://{shop}.woocommerce.example/wp-json/wc/v3/…              the real form, by host
"""

from __future__ import annotations

from typing import Any

from sandbox.core.base_simulator import BaseSimulator
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.core.rate_limits import Bucket, take
from sandbox.core.records import Body, Session
from sandbox.core.routes import Asked, Found, Route, Routes, name_of
from sandbox.platforms.woocommerce import auth, computed, listing, refund, serializers, statuses, sums, webhooks
from sandbox.platforms.woocommerce.refusals import PAGE, Page, Refused, missing, no_order, no_route, wrong

API = "/wp-json/wc/v3/"
INDEX = (Route("index", "GET", "", lambda a: None), dict[str, str]())  # open to everybody
LIMIT = Bucket(10, 5)  # a host's, where it is switched on: WooCommerce itself has none


def known(asked: Asked, *, status: int = 404) -> Body:
    found: Body = asked.session.require("order", asked.id, no_order(status))
    return found


def shown(session: Session, order: Body, query: listing.Query) -> Body:
    return serializers.order(session, order, session.of("refund", order["id"]), decimals(query))


def decimals(query: listing.Query) -> int | None:
    """Of the amounts in an answer: `dp`, else the store's own."""
    return int(query["dp"]) if query.get("dp", "").isdecimal() else None


def one_order(asked: Asked) -> Body:
    asked.session.is_stale = asked.session.fault("stale", "order") is not None
    return shown(asked.session, known(asked), asked.query)


def update_order(asked: Asked) -> Body:
    return shown(asked.session, statuses.update(asked.session, known(asked, status=400), asked.body), asked.query)


def refunds(asked: Asked) -> list[Body]:
    order, query = known(asked), asked.query
    size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
    if size > listing.MOST:
        raise wrong("per_page")
    made = list(reversed(asked.session.of("refund", order["id"])))
    asked.headers.update({"X-WP-Total": str(len(made)), "X-WP-TotalPages": str(-(-len(made) // size))})
    dp = decimals(query)
    return [serializers.refund(asked.session, order, one, dp) for one in made[(page - 1) * size : page * size]]


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
    Route("orders", "GET", "orders",
          lambda a: [shown(a.session, row, a.query) for row in listing.orders(a.session, a.query, a.headers, a.url)]),
    Route("order", "GET", "orders/{id}", one_order),
    Route("order_update", "PUT POST PATCH", "orders/{id}", update_order),
    Route("refunds", "GET", "orders/{id}/refunds", refunds),
    Route("refund_create", "POST", "orders/{id}/refunds", refund_order, status=201),
    Route("refund_preview", "POST", "orders/{id}/refunds/preview", preview),
    Route("fulfilments", "GET", "orders/{id}/fulfillments", fulfilments),
    Route("notes", "GET", "orders/{id}/notes",
          lambda a: [serializers.note(a.session, one) for one in a.session.of("note", known(a)["id"])]),
    Route("note_create", "POST", "orders/{id}/notes", add_note, status=201),
    Route("product", "GET", "products/{id}", product),
    Route("gateway", "GET", "payment_gateways/{id}", gateway),
    Route("settings", "GET", "settings/general", settings),
    Route("webhooks", "GET", "webhooks", lambda a: webhooks.listed(a.session, a.query, a.headers)),
    Route("webhook_create", "POST", "webhooks", lambda a: webhooks.create(a.session, a.body), status=201),
    Route("webhook_delete", "DELETE", "webhooks/{id}",
          lambda a: webhooks.remove(a.session, a.id, a.query.get("force", "").lower() not in ("", "0", "false"))),
    ident=r"[\w-]+",
)  # fmt: skip


def reply(simulator: BaseSimulator, request: Request) -> Reply:
    place, world = simulator.where(request), simulator.world
    shop = simulator.shop(place.shop) if place else None
    if place is None or shop is None:
        return Reply(404, b"<html>No such site</html>", {"Content-Type": "text/html"})
    folder = f"/{shop['folder']}" if shop["folder"] else ""
    if not place.rest.startswith(f"{folder}/wp-json"):
        return Reply(404, b"<html>Page not found</html>", {"Content-Type": "text/html"})
    found, headers = simulator.found(request), {"X-Request-Id": request.id}
    world.count("requests", name_of(found))
    with world.store.write() as db:
        session = simulator.session(db, shop, request=request.id)
        try:
            return answered(session, request, place.rest.removeprefix(folder), found, headers)
        except Refused as no:
            world.show(request, no.status, no.body)
            return json_reply(no.status, no.body, **headers)
        except Page as page:
            return Reply(page.status, PAGE, headers | {"Content-Type": "text/html; charset=UTF-8"})


def answered(session: Session, request: Request, path: str, found: Found | int, headers: dict[str, str]) -> Reply:
    """path: below the site's folder. Raises Refused and Page."""
    slow_down(session, name_of(found), headers)
    if session.switch("put") == "blocked" and request.method == "PUT":
        raise Page(403)
    is_secure = not request.path.startswith("/woocommerce/") and session.switch("login") == "basic"
    url = f"{'https' if is_secure else 'http'}://{request.headers.get('host', '')}{request.path}"
    if name_of(found) == "index":
        return json_reply(200, auth.index(session.shop, url.removesuffix(path)), **headers)
    auth.enter(session, request, secure=is_secure, site=url)
    if isinstance(found, int) or not path.startswith(API):
        raise no_route()
    route, ids = found
    if (forced := session.forced_error(route.name)) is not None:
        return json_reply(int(forced.get("status", 400)), forced.get("body", wrong("status").body), **headers)
    payload = route.act(Asked(session, ids, listing.query_of(request.query), read_body(request), headers, url=url))
    session.world.show(request, route.status, payload)
    return json_reply(route.status, payload, **headers)


def slow_down(session: Session, operation: str, headers: dict[str, str]) -> None:
    """Raises Refused with 429; Retry-After says how long."""
    is_forced = session.fault("throttled", operation) is not None
    if is_forced or (session.switch("limit") != "none" and not take(session, LIMIT)[0]):
        session.world.count("throttled", operation)
        headers["Retry-After"] = "1"
        raise Refused(429, "rest_too_many_requests", "Too many requests.")


def read_body(request: Request) -> Any:
    try:
        return request.json() if request.is_json() else None
    except ValueError as exc:
        raise Refused(400, "rest_invalid_json", "Invalid JSON body passed.") from exc
