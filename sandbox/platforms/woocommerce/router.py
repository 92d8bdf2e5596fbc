"""Paths, logins, limits and refusals of the HTTP API.

http://127.0.0.1:PORT/woocommerce/{shop}/wp-json/wc/v3/…       this server: plain HTTP, so only OAuth 1.0a is heard
https://{shop}.woocommerce.example/wp-json/wc/v3/…              the real form, by host
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from sandbox.core import faults
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.core.records import Body, Session
from sandbox.platforms.woocommerce import (
    auth,
    computed,
    listing,
    rate_limits,
    refund,
    serializers,
    statuses,
    stock,
    webhooks,
)
from sandbox.platforms.woocommerce.refusals import PAGE, Page, Refused, missing, no_order, no_route, wrong

if TYPE_CHECKING:
    from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator

HOST = re.compile(r"(?P<shop>[a-z0-9][a-z0-9-]*)\.woocommerce\.example(:\d+)?")
PATH = re.compile(r"/woocommerce/(?P<shop>[a-z0-9][a-z0-9-]*)(?P<rest>/.*)")
API = "/wp-json/wc/v3/"


class Asked(NamedTuple):
    session: Session
    id: str
    query: listing.Query
    body: Any
    headers: dict[str, str]
    url: str  # as it was called, without the query


class Route(NamedTuple):
    """`name`: what faults call it."""

    name: str
    methods: str
    path: re.Pattern[str]
    act: Callable[[Asked], Any]
    status: int = 200


class Place(NamedTuple):
    """Where a request is meant for. `home`: the site's address; `rest`: the path below it."""

    shop: str
    home: str
    rest: str
    is_served: bool


def where(request: Request) -> Place | None:
    """None: not for this platform. A shop in a subfolder is found once its record is known."""
    host = request.headers.get("host", "")
    if match := PATH.fullmatch(request.path):
        return Place(match["shop"], f"{host}/woocommerce/{match['shop']}", match["rest"], True)
    if match := HOST.fullmatch(host):
        return Place(match["shop"], host, request.path, False)
    return None


def known(asked: Asked, *, status: int = 404) -> Body:
    found = asked.session.get("order", asked.id)
    if found is None:
        raise no_order(status)
    return found


def shown(session: Session, order: Body, query: listing.Query) -> Body:
    return serializers.order(session, order, session.of("refund", order["id"]), decimals(query))


def decimals(query: listing.Query) -> int | None:
    """Of the amounts in an answer: `dp`, else the store's own."""
    return int(query["dp"]) if query.get("dp", "").isdecimal() else None


def one_order(asked: Asked) -> Body:
    asked.session.is_stale = faults.spend(asked.session.world, ("order",), {"stale"}) is not None
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
    made = stock.say(asked.session, order, str(wanted["note"]), customer=wanted.get("customer_note") is True)
    return serializers.note(asked.session, made)


def product(asked: Asked) -> Body:
    found = asked.session.get("product", asked.id)
    if found is None:
        raise Refused(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")
    return serializers.product(found)


def gateway(asked: Asked) -> Body:
    if asked.id not in ("stripe", "bacs", "cod", "cheque"):
        raise Refused(404, "woocommerce_rest_payment_gateway_invalid", "Resource does not exist.")
    return serializers.gateway(asked.session, asked.id)


def settings(asked: Asked) -> list[Body]:
    shop = asked.session.shop
    return [{"id": "woocommerce_currency", "value": shop["currency"]},
            {"id": "woocommerce_price_num_decimals", "value": str(shop["digits"])}]  # fmt: skip


def path(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{id}", r"(?P<id>[\w-]+)"))


ROUTES = (
    Route("orders", "GET", path("orders"),
          lambda a: [shown(a.session, row, a.query) for row in listing.orders(a.session, a.query, a.headers, a.url)]),
    Route("order", "GET", path("orders/{id}"), one_order),
    Route("order_update", "PUT POST PATCH", path("orders/{id}"), update_order),
    Route("refunds", "GET", path("orders/{id}/refunds"), refunds),
    Route("refund_create", "POST", path("orders/{id}/refunds"), refund_order, 201),
    Route("refund_preview", "POST", path("orders/{id}/refunds/preview"), preview),
    Route("fulfilments", "GET", path("orders/{id}/fulfillments"), fulfilments),
    Route("notes", "GET", path("orders/{id}/notes"),
          lambda a: [serializers.note(a.session, one) for one in a.session.of("note", known(a)["id"])]),
    Route("note_create", "POST", path("orders/{id}/notes"), add_note, 201),
    Route("product", "GET", path("products/{id}"), product),
    Route("gateway", "GET", path("payment_gateways/{id}"), gateway),
    Route("settings", "GET", path("settings/general"), settings),
    Route("webhooks", "GET", path("webhooks"), lambda a: webhooks.listed(a.session, a.query, a.headers)),
    Route("webhook_create", "POST", path("webhooks"), lambda a: webhooks.create(a.session, a.body), 201),
    Route("webhook_delete", "DELETE", path("webhooks/{id}"),
          lambda a: webhooks.remove(a.session, a.id, a.query.get("force", "").lower() not in ("", "0", "false"))),
)  # fmt: skip


def route_of(method: str, rest: str) -> tuple[Route, re.Match[str]] | None:
    for route in ROUTES:
        if method in route.methods.split() and (match := route.path.fullmatch(rest)):
            return route, match
    return None


def name_of(request: Request) -> str:
    place = where(request)
    rest = place.rest if place else ""
    if rest.rstrip("/").endswith("/wp-json"):
        return "index"
    found = route_of(request.method, rest.partition(API)[2])
    return found[0].name if found else "none"


def reply(home: WooCommerceSimulator, request: Request) -> Reply:
    place = where(request)
    shop = home.shop(place.shop) if place else None
    if place is None or shop is None:
        return Reply(404, b"<html>No such site</html>", {"Content-Type": "text/html"})
    folder = f"/{shop['folder']}" if shop["folder"] else ""
    if not place.rest.startswith(f"{folder}/wp-json"):
        return Reply(404, b"<html>Page not found</html>", {"Content-Type": "text/html"})
    operation, headers = name_of(request), {"X-Request-Id": request.id}
    home.world.count("requests", operation)
    with home.world.store.write() as db:
        session = home.session(db, shop, request=request.id)
        try:
            return answered(
                session, request, place._replace(rest=place.rest[len(folder) :]), operation, headers, folder
            )
        except Refused as no:
            home.world.show(request, no.status, no.body)
            return json_reply(no.status, no.body, **headers)
        except Page as page:
            return Reply(page.status, PAGE, headers | {"Content-Type": "text/html; charset=UTF-8"})


def answered(
    session: Session, request: Request, place: Place, operation: str, headers: dict[str, str], folder: str
) -> Reply:
    """Raises Refused and Page."""
    rate_limits.take(session, operation, headers)
    if session.switch("put") == "blocked" and request.method == "PUT":
        raise Page(403)
    secure = not place.is_served and session.switch("login") == "basic"
    home = f"{'https' if secure else 'http'}://{place.home}{folder}"
    if operation == "index":
        return json_reply(200, auth.index(session.shop, home), **headers)
    auth.enter(session, request, secure=secure, home=home + place.rest)
    found = route_of(request.method, place.rest.removeprefix(API)) if place.rest.startswith(API) else None
    if found is None:
        raise no_route()
    route, match = found
    if forced := session.forced_error(route.name):
        return json_reply(int(forced["status"]), forced["body"], **headers)
    named = match.groupdict()
    asked = Asked(session, named.get("id") or "", listing.query_of(request.query),
                  read_body(request), headers, home + place.rest)  # fmt: skip
    payload = route.act(asked)
    session.world.show(request, route.status, payload)
    return json_reply(route.status, payload, **headers)


def read_body(request: Request) -> Any:
    if not request.body or "json" not in request.headers.get("content-type", ""):
        return None
    try:
        return json.loads(request.body)
    except ValueError as exc:
        raise Refused(400, "rest_invalid_json", "Invalid JSON body passed.") from exc
