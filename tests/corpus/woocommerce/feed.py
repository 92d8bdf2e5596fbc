"""WooCommerce payloads for the adapter and for the simulator: `order` as GET /orders/{id} tells it, `refunds` as its
own list. A shop before 11.1, whose gateway can pay back. What a case does not speak of is as in ORDER, LINE, OTHER and
REFUND."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import responses

from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from sandbox.world import World
from stores.platforms.woocommerce import WooCommerce
from tests.stores.platforms.woocommerce import place

PAYLOADS = ("order", "refunds", "gateway")
NO_ROUTE = {"code": "rest_no_route", "message": "No route was found.", "data": {"status": 404}}
KINDS = {"line_items": "lines", "shipping_lines": "shipping_lines", "fee_lines": "fee_lines"}
EXTENSIONS = ("bundled_by", "bundled_items", "composite_parent", "composite_children")
ORDER = {
    "id": 1001, "number": "1001", "status": "processing", "currency": "GBP", "prices_include_tax": False,
    "date_created_gmt": "2026-11-20T09:00:00", "date_modified_gmt": "2026-11-20T09:05:00",
    "date_paid_gmt": "2026-11-20T09:01:00", "date_completed_gmt": None, "total_tax": "0.00", "discount_total": "0.00",
    "shipping_total": "0.00", "shipping_tax": "0.00", "payment_method": "stripe", "payment_method_title": "Card",
    "transaction_id": "ch_1", "customer_note": "", "created_via": "checkout", "meta_data": [], "shipping": {},
    "billing": {"first_name": "Ida", "last_name": "Moser", "email": "ida@example.com"}, "line_items": [],
    "shipping_lines": [], "fee_lines": [], "coupon_lines": [], "tax_lines": [], "refunds": [],
}  # fmt: skip
LINE = {"variation_id": 0, "quantity": 1, "subtotal_tax": "0", "total_tax": "0", "taxes": []}
OTHER = {"total_tax": "0.00", "taxes": [], "meta_data": []}
REFUND = {"reason": "", "refunded_payment": True, "date_created_gmt": "2026-11-21T09:00:00", "meta_data": [],
          "line_items": [], "shipping_lines": [], "fee_lines": []}  # fmt: skip
Body = dict[str, Any]


def told(body: Mapping[str, Any]) -> tuple[Body, list[Body]]:
    """The order and its refunds whole."""
    order = ORDER | body["order"]
    order["line_items"] = [_line(one) for one in order["line_items"]]
    for kind in ("shipping_lines", "fee_lines"):
        order[kind] = [OTHER | one for one in order[kind]]
    return order, [REFUND | _back(order, one) for one in body.get("refunds", ())]


def _line(said: Body) -> Body:
    """Of a product of its own, which it took from stock."""
    taken = [{"id": said["id"] * 10, "key": "_reduced_stock", "value": str(said.get("quantity", 1))}]
    own = {"product_id": 500 + said["id"], "sku": f"SKU{said['id']}", "subtotal": said["total"], "meta_data": taken}
    return LINE | own | said


def _back(order: Body, said: Body) -> Body:
    """A share names its line by `of`."""
    lines = {line["id"]: line for line in order["line_items"]}
    named = ("name", "product_id", "variation_id", "sku")
    shares = [
        {name: lines[one["of"]][name] for name in named}
        | {"id": 5000 + one["of"], "total_tax": "0", "taxes": []}
        | {name: value for name, value in one.items() if name != "of"}
        | {"meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(one["of"])}]}
        for one in said.get("line_items", ())
    ]
    return said | {"line_items": shares}


def ident(body: Mapping[str, Any]) -> str:
    return str(told(body)[0]["id"])


def connect(network: responses.RequestsMock, body: Mapping[str, Any]) -> WooCommerce:
    """The adapter in front of these answers; `dp` is not heeded: the payload is as it was seen."""
    at, (order, refunds) = f"{place.BASE}/orders/{ident(body)}", told(body)
    gateway = {"id": "x", "method_supports": body.get("gateway", ["products", "refunds"])}
    network.get(at, body=_json(order), content_type="application/json")
    network.get(f"{at}/refunds", body=_json(refunds), content_type="application/json")
    network.get(place.ANY_GATEWAY, json=gateway)
    network.post(f"{at}/refunds/preview", json=NO_ROUTE, status=404)
    return place.on_network()


def _json(payload: Any) -> str:
    return json.dumps(payload, default=lambda number: float(number) if isinstance(number, Decimal) else str(number))


# --- in the simulator ----------------------------------------------------------------------------------
def build(world: World, body: Mapping[str, Any]) -> tuple[WooCommerce, str]:
    home = WooCommerceSimulator(world)
    world.switch("woocommerce_store", "older")
    if "sandbox" in body:
        words = dict(body["sandbox"])
        lines = [place.Line(price=price, quantity=int(units), title=title) for price, units, title in words["lines"]]
        return place.on_world(world), home.make_order(**(words | {"lines": lines})).id
    order, refunds = told(body)
    digits = len(order["total"].partition(".")[2])
    home.add_shop("demo", currency=order["currency"], digits=digits)
    shop = place.on_world(world)
    with world.store.write() as db:
        session = home.session(db, home.shop("demo") or {})
        for old in session.of("refund", order["id"]):
            session.drop("refund", old["id"])
        for line in order["line_items"]:
            session.put("product", line["product_id"], _product(line))
        for made in reversed(refunds):
            session.put("refund", made["id"], _refund(made), parent=order["id"])
        session.put("order", order["id"], _order(order, digits))
    return shop, str(order["id"])


def _product(line: Body) -> Body:
    return {"id": line["product_id"], "name": line["name"], "tracked": True, "stock": 10}


def _order(said: Body, digits: int) -> Body:
    """The simulator's record; what it does not know of (gift cards, bundles) is shown as it came."""
    who = said["billing"]
    person = {name: who.get(name, "") for name in ("email", "phone", "city", "country")} | {
        "first": who.get("first_name", ""), "last": who.get("last_name", ""), "address": "", "zip": "",
    }  # fmt: skip
    totals = ("total", "total_tax", "discount_total", "shipping_total", "shipping_tax")
    made = {name: said[name] or "0" for name in totals} | {"discount_tax": "0", "cart_tax": "0"}
    kept = {name: said[name] for name in ("id", "number", "status", "currency", "meta_data", "customer_note")}
    times = {name: _at(said[f"date_{name}_gmt"]) for name in ("created", "modified", "paid", "completed")}
    return kept | made | times | {
        "digits": digits, "prices_include_tax": said["prices_include_tax"], "gateway": said["payment_method"],
        "gateway_title": said["payment_method_title"], "transaction": said["transaction_id"], "person": person,
        "held": "paid" if said["date_paid_gmt"] else "waiting", "coupon_lines": said["coupon_lines"],
        "extensions": {name: said[name] for name in ("gift_cards",) if name in said},
        **{kind: [_item(one) for one in said[name]] for name, kind in KINDS.items()},
    }  # fmt: skip


def _item(said: Body) -> Body:
    more = {"extensions": {name: said[name] for name in EXTENSIONS if name in said}} if "product_id" in said else {}
    kept = {name: value for name, value in deepcopy(said).items() if name not in EXTENSIONS}
    return {"quantity": 1, "fulfilled": 0, "parent_name": None, "sku": ""} | kept | more


def _at(said: str | None) -> float | None:
    return datetime.fromisoformat(said).replace(tzinfo=UTC).timestamp() if said else None


def _refund(said: Body) -> Body:
    shares = [_share(one) for name in KINDS for one in said[name]]
    return {"id": said["id"], "created": _at(said["date_created_gmt"]), "amount": said["amount"],
            "told_amount": said["amount"], "by": 1, "paid_back": said["refunded_payment"], "reason": said["reason"],
            "meta_data": said.get("meta_data", []), "items": shares}  # fmt: skip


def _share(said: Body) -> Body:
    item = next(one["value"] for one in said["meta_data"] if one["key"] == "_refunded_item_id")
    taxes = {str(tax["id"]): str(tax["total"]).removeprefix("-") for tax in said["taxes"]}
    return {"id": said["id"], "item": int(item), "quantity": -said.get("quantity", 0),
            "total": str(said["total"]).removeprefix("-"), "taxes": taxes}  # fmt: skip
