"""Routes, rights and refusals of the REST API.

http://127.0.0.1:PORT/magento/{shop}/rest/{store}/V1/…      this server
https://{shop}.magento.example/rest/{store}/V1/…            in process, by host
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from sandbox.core import faults
from sandbox.core.messages import Reply, Request, json_reply
from sandbox.core.records import Session
from sandbox.platforms.magento import cancel, listing, oauth, rate_limits, refund, refusals, serializers, stock, units
from sandbox.platforms.magento.refusals import Refused
from sandbox.platforms.magento.units import Body

if TYPE_CHECKING:
    from sandbox.platforms.magento.simulator import MagentoSimulator

HOST = re.compile(r"(?P<shop>[a-z0-9][a-z0-9-]*)\.magento\.example(:\d+)?")
PATH = re.compile(r"/magento/(?P<shop>[a-z0-9][a-z0-9-]*)(?P<rest>/.*)")
API = re.compile(r"/rest/(?P<store>[a-z0-9_]+)/V1/(?P<rest>.+)")
STORES = ("default", "all")


class Asked(NamedTuple):
    session: Session
    id: str
    query: str
    body: Any


class Route(NamedTuple):
    """`name`: what faults call it. `resource`: the right it needs."""

    name: str
    method: str
    path: re.Pattern[str]
    resource: str
    act: Callable[[Asked], Any]


def where(request: Request) -> tuple[str, str] | None:
    """(shop name, path below the shop); None: not for this platform."""
    if match := PATH.fullmatch(request.path):
        return match["shop"], match["rest"]
    host = HOST.fullmatch(request.headers.get("host", ""))
    return (host["shop"], request.path) if host else None


def known_order(session: Session, ident: object) -> Body:
    found = session.get("order", ident)
    if found is None:
        raise Refused(404, refusals.NO_ENTITY)
    return found


def one_order(asked: Asked) -> Any:
    asked.session.is_stale = faults.spend(asked.session.world, ("order",), {"stale"}) is not None
    return serializers.order(known_order(asked.session, asked.id))


def one_invoice(asked: Asked) -> Any:
    found = asked.session.get("invoice", asked.id)
    if found is None:
        raise Refused(404, refusals.NO_ENTITY)
    return serializers.invoice(known_order(asked.session, found["order"]), found)


def of_order(kind: str, tell: Callable[[Body, Body], Any]) -> Callable[[Asked], Any]:
    def act(asked: Asked) -> Any:
        def shown(parent: str) -> Iterable[dict[str, Any]]:
            order = asked.session.get("order", parent)
            return [tell(order, made) for made in asked.session.of(kind, parent)] if order else []

        return listing.of_parent(asked.session, asked.query, shown)

    return act


def cancel_order(asked: Asked) -> Any:
    return cancel.cancel(asked.session, known_order(asked.session, asked.id))


def refund_invoice(asked: Asked) -> Any:
    invoice = asked.session.get("invoice", asked.id)
    if invoice is None:
        raise Refused(404, refusals.NO_ENTITY)
    return refund.create(asked.session, known_order(asked.session, invoice["order"]), invoice, asked.body)


def refund_order(asked: Asked) -> Any:
    return refund.create(asked.session, known_order(asked.session, asked.id), None, asked.body)


def void_invoice(asked: Asked) -> Any:
    raise refusals.said("The invoice can't be voided.")


def comment(asked: Asked) -> Any:
    """Whatever status it names is taken over, as there; the newest stands first."""
    order = known_order(asked.session, asked.id)
    said = (asked.body or {}).get("statusHistory") or {}
    made = {"id": asked.session.number(), "at": asked.session.at}
    order["histories"].insert(0, said | made | {"status": said.get("status") or order["status"]})
    order["status"] = said.get("status") or order["status"]
    cancel.save(asked.session, order)
    return True


def cancel_memo(asked: Asked) -> Any:
    """By design, whatever state it is in."""
    if asked.session.get("creditmemo", asked.id) is None:
        raise Refused(404, refusals.NO_ENTITY)
    raise refusals.said("You can not cancel Credit Memo")


def store_configs(asked: Asked) -> Any:
    shop = asked.session.shop
    url = f"https://{shop['name']}.magento.example/"
    names = ("base_url", "base_link_url", "base_static_url", "base_media_url")
    return [
        {"id": 1, "code": "default", "website_id": 1, "locale": "en_US", "base_currency_code": shop["currency"],
         "default_display_currency_code": shop["currency"], "timezone": shop["timezone"], "weight_unit": "lbs"}
        | {f"{secure}{name}": url for secure in ("", "secure_") for name in names}
    ]  # fmt: skip


def salable(asked: Asked) -> Any:
    if not stock.is_msi(asked.session):
        raise Refused(404, refusals.NO_ROUTE)
    return stock.salable(asked.session, unquote(asked.id.partition("/")[0]))


def path(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{id}", r"(?P<id>\d+)").replace("{rest}", "(?P<id>.+)"))


SALES = "Magento_Sales::"
ROUTES = (
    Route("orders", "GET", path("orders"), f"{SALES}actions_view",
          lambda a: listing.orders(a.session, a.query, serializers.order)),
    Route("order", "GET", path("orders/{id}"), f"{SALES}actions_view", one_order),
    Route("cancel", "POST", path("orders/{id}/cancel"), f"{SALES}cancel", cancel_order),
    Route("comment", "POST", path("orders/{id}/comments"), f"{SALES}comment", comment),
    Route("invoices", "GET", path("invoices"), f"{SALES}sales_invoice", of_order("invoice", serializers.invoice)),
    Route("invoice", "GET", path("invoices/{id}"), f"{SALES}sales_invoice", one_invoice),
    Route("void", "POST", path("invoices/{id}/void"), f"{SALES}sales_invoice", void_invoice),
    Route("refund", "POST", path("invoice/{id}/refund"), f"{SALES}sales_invoice", refund_invoice),
    Route("refund_offline", "POST", path("order/{id}/refund"), f"{SALES}creditmemo", refund_order),
    Route("creditmemos", "GET", path("creditmemos"), f"{SALES}sales_creditmemo",
          of_order("creditmemo", serializers.creditmemo)),
    Route("cancel_memo", "PUT", path("creditmemo/{id}"), f"{SALES}sales_creditmemo", cancel_memo),
    Route("shipments", "GET", path("shipments"), f"{SALES}shipment", of_order("shipment", serializers.shipment)),
    Route("transactions", "GET", path("transactions"), f"{SALES}transactions_fetch",
          of_order("transaction", serializers.transaction)),
    Route("store", "GET", path("store/storeConfigs"), "Magento_Backend::store", store_configs),
    Route("salable", "GET", path("inventory/get-product-salable-quantity/{rest}"),
          "Magento_InventorySalesApi::stock", salable),
)  # fmt: skip
RESOURCES = tuple(dict.fromkeys(route.resource for route in ROUTES))


def route_of(method: str, rest: str) -> tuple[Route, str] | None:
    for route in ROUTES:
        match = route.path.fullmatch(rest) if route.method == method else None
        if match:
            return route, match.groupdict().get("id") or ""
    return None


def name_of(request: Request) -> str:
    _, rest = where(request) or ("", "")
    api = API.fullmatch(rest)
    found = route_of(request.method, api["rest"]) if api else None
    return found[0].name if found else "none"


def reply(home: MagentoSimulator, request: Request) -> Reply:
    name, rest = where(request) or ("", "")
    shop, api, world = home.shop(name), API.fullmatch(rest), home.world
    if shop is None or api is None or api["store"] not in STORES:
        return json_reply(404, refusals.NO_ROUTE)
    world.count("requests", name_of(request))
    with world.store.write() as db:
        session = home.session(db, shop, request=request.id)
        try:
            payload = listing.trimmed(answer(session, request, api["rest"]), request.query)
        except Refused as no:
            return refused(no)
    world.show(request, 200, payload)
    return json_reply(200, payload)


def refused(no: Refused) -> Reply:
    if isinstance(no.body, bytes):
        return Reply(no.status, no.body, {"Content-Type": "text/html; charset=UTF-8"})
    return json_reply(no.status, no.body)


def answer(session: Session, request: Request, rest: str) -> Any:
    """Raises Refused."""
    name = name_of(request)
    if faults.spend(session.world, (name,), {"throttled"}) or not rate_limits.is_through(session):
        session.world.count("throttled", name)
        raise Refused(429, refusals.TOO_MANY)
    if session.shop["state"] == "maintenance":
        raise Refused(503, refusals.MAINTENANCE)
    oauth.enter(session, request)
    found = route_of(request.method, rest)
    if found is None:
        raise Refused(404, refusals.NO_ROUTE)
    route, ident = found
    if route.resource not in session.shop["resources"]:
        raise refusals.unauthorised(route.resource)
    if route.name != "refund" and (forced := session.forced_error(route.name)):
        raise Refused(int(forced.get("status", 400)), forced.get("body", refusals.NO_ENTITY))
    return route.act(Asked(session, ident, request.query, read_body(request)))


def read_body(request: Request) -> Any:
    try:
        return json.loads(request.body) if request.body else None
    except ValueError as exc:
        raise refusals.said("Decoding error: Syntax error") from exc


__all__ = ["RESOURCES", "name_of", "reply", "units", "where"]
