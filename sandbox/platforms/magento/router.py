"""Routes, rights and refusals of the REST API.

http://127.0.0.1:PORT/magento/{shop}/rest/{store}/V1/…      this server
https://{shop}.magento.example/rest/{store}/V1/…            in process, by host
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from sandbox.core.base_simulator import BaseSimulator
from sandbox.core.messages import Refused, Reply, Request, json_reply, refusal
from sandbox.core.rate_limits import Bucket, take
from sandbox.core.records import Session
from sandbox.core.routes import Asked, Found, Route, Routes, name_of
from sandbox.platforms.magento import billing, listing, oauth, refund, refusals, serializers, stock
from sandbox.platforms.magento.amounts import Body

API = re.compile(r"/rest/(default|all)/V1/(?P<rest>.+)")
CDN = Bucket(8, 4)  # in front of the shop: the API itself has no limit


def known(session: Session, kind: str, ident: object) -> Body:
    return session.require(kind, ident, Refused(404, refusals.NO_ENTITY))


def one_order(asked: Asked) -> Any:
    asked.session.is_stale = asked.session.fault("stale", "order") is not None
    return serializers.order(known(asked.session, "order", asked.id))


def one_invoice(asked: Asked) -> Any:
    found = known(asked.session, "invoice", asked.id)
    return serializers.invoice(known(asked.session, "order", found["order"]), found)


def of_order(kind: str, serialize: Callable[[Body, Body], Any]) -> Callable[[Asked], Any]:
    def act(asked: Asked) -> Any:
        def shown(parent: str) -> Iterable[dict[str, Any]]:
            order = asked.session.get("order", parent)
            return [serialize(order, made) for made in asked.session.of(kind, parent)] if order else []

        return listing.of_parent(asked.session, asked.query, shown)

    return act


def cancel_order(asked: Asked) -> Any:
    return billing.cancel(asked.session, known(asked.session, "order", asked.id))


def refund_invoice(asked: Asked) -> Any:
    invoice = known(asked.session, "invoice", asked.id)
    return refund.create(asked.session, known(asked.session, "order", invoice["order"]), invoice, asked.body)


def refund_order(asked: Asked) -> Any:
    return refund.create(asked.session, known(asked.session, "order", asked.id), None, asked.body)


def void_invoice(asked: Asked) -> Any:
    raise refusals.said("The invoice can't be voided.")


def comment(asked: Asked) -> Any:
    """Whatever status it names is taken over, as there; the newest stands first."""
    order = known(asked.session, "order", asked.id)
    said = (asked.body or {}).get("statusHistory") or {}
    made = {"id": asked.session.number(), "at": asked.session.at}
    order["histories"].insert(0, said | made | {"status": said.get("status") or order["status"]})
    order["status"] = said.get("status") or order["status"]
    billing.save(asked.session, order)
    return True


def cancel_memo(asked: Asked) -> Any:
    """By design, whatever state it is in."""
    known(asked.session, "creditmemo", asked.id)
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
    return stock.salable(asked.session, unquote(asked.ids["rest"].partition("/")[0]))


SALES = "Magento_Sales::"
ROUTES = Routes(
    Route("orders", "GET", "orders", lambda a: listing.orders(a.session, a.query, serializers.order),
          f"{SALES}actions_view"),
    Route("order", "GET", "orders/{id}", one_order, f"{SALES}actions_view"),
    Route("cancel", "POST", "orders/{id}/cancel", cancel_order, f"{SALES}cancel"),
    Route("comment", "POST", "orders/{id}/comments", comment, f"{SALES}comment"),
    Route("invoices", "GET", "invoices", of_order("invoice", serializers.invoice), f"{SALES}sales_invoice"),
    Route("invoice", "GET", "invoices/{id}", one_invoice, f"{SALES}sales_invoice"),
    Route("void", "POST", "invoices/{id}/void", void_invoice, f"{SALES}sales_invoice"),
    Route("refund", "POST", "invoice/{id}/refund", refund_invoice, f"{SALES}sales_invoice"),
    Route("refund_offline", "POST", "order/{id}/refund", refund_order, f"{SALES}creditmemo"),
    Route("creditmemos", "GET", "creditmemos", of_order("creditmemo", serializers.creditmemo),
          f"{SALES}sales_creditmemo"),
    Route("cancel_memo", "PUT", "creditmemo/{id}", cancel_memo, f"{SALES}sales_creditmemo"),
    Route("shipments", "GET", "shipments", of_order("shipment", serializers.shipment), f"{SALES}shipment"),
    Route("transactions", "GET", "transactions", of_order("transaction", serializers.transaction),
          f"{SALES}transactions_fetch"),
    Route("store", "GET", "store/storeConfigs", store_configs, "Magento_Backend::store"),
    Route("salable", "GET", "inventory/get-product-salable-quantity/{rest}", salable,
          "Magento_InventorySalesApi::stock"),
    ident=r"\d+",
)  # fmt: skip


def reply(simulator: BaseSimulator, request: Request) -> Reply:
    world, place = simulator.world, simulator.where(request)
    shop = simulator.shop(place.shop) if place else None
    if place is None or shop is None or not API.fullmatch(place.rest):
        return json_reply(404, refusals.NO_ROUTE)
    world.count("requests", name_of(simulator.found(request)))
    with world.store.write() as db:
        session = simulator.session(db, shop, request=request.id)
        try:
            payload = listing.trimmed(answer(session, request, simulator.found(request)), request.query)
        except Refused as no:
            return refusal(no)
    world.show(request, 200, payload)
    return json_reply(200, payload)


def answer(session: Session, request: Request, found: Found | int) -> Any:
    """Raises Refused."""
    name = name_of(found)
    if session.fault("throttled", name) or (session.switch("limit") != "wide" and not take(session, CDN)[0]):
        session.world.count("throttled", name)
        raise Refused(429, refusals.TOO_MANY)
    if session.shop["state"] == "maintenance":
        raise Refused(503, refusals.MAINTENANCE)
    oauth.enter(session, request)
    if isinstance(found, int):
        raise Refused(404, refusals.NO_ROUTE)
    route, ids = found
    if route.needs not in session.shop["resources"]:
        raise refusals.unauthorised(route.needs)
    if name != "refund" and (forced := session.forced_error(name)) is not None:
        raise Refused(int(forced.get("status", 400)), forced.get("body", refusals.NO_ENTITY))
    try:
        body = request.json()
    except ValueError as exc:
        raise refusals.said("Decoding error: Syntax error") from exc
    return route.act(Asked(session, ids, request.query, body, {}))
