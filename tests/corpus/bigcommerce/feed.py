"""BigCommerce payloads for the adapter and for the simulator: `order` as GET /v2/orders/{id} tells it, `lines` as its
consignment names them, `places` as its addresses, `transactions`, `refunds`, and `quotes`: what the platform answered
to a quote of these units (`for`) and this shipping. What a case does not speak of is as in ORDER, LINE and PLACE."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from itertools import count
from typing import Any

import responses

from sandbox.core.records import Session
from sandbox.platforms.bigcommerce import inventory, orders
from sandbox.platforms.bigcommerce.build import record, transaction
from sandbox.platforms.bigcommerce.spec import Line, Order
from sandbox.world import World
from stores.canonical.commands import AnyCommand
from stores.canonical.receipts import Receipt
from stores.platforms.bigcommerce import BigCommerce
from tests.stores.platforms.bigcommerce import place

PAYLOADS = ("order", "lines", "places", "transactions", "quotes")
Body = dict[str, Any]
ORDER = {
    "id": 1001, "date_created": "Fri, 20 Nov 2026 09:00:00 +0000", "date_modified": "Fri, 20 Nov 2026 09:05:00 +0000",
    "status_id": 11, "payment_status": "captured", "payment_method": "Credit Card", "currency_code": "USD",
    "default_currency_code": "USD", "store_default_currency_code": "USD", "channel_id": 1, "customer_id": 11,
    "store_default_to_transactional_exchange_rate": "1.0000000000", "is_tax_inclusive_pricing": False,
    "is_deleted": False, "staff_notes": "", "customer_message": "", "fees": [],
    "billing_address": {"first_name": "Ida", "last_name": "Moser", "email": "ida@example.com"},
}  # fmt: skip
LINE = {"type": "physical", "quantity": 1, "quantity_shipped": 0, "quantity_refunded": 0, "order_address_id": 420,
        "wrapping_cost_inc_tax": "0.0000", "parent_order_product_id": None, "total_tax": "0.0000"}  # fmt: skip
PLACE = {"id": 420, "cost_ex_tax": "0.0000", "cost_inc_tax": "0.0000", "handling_cost_ex_tax": "0.0000",
         "handling_cost_inc_tax": "0.0000", "shipping_method": "Flat Rate"}  # fmt: skip
SETTINGS = {"data": {"update_stock_behavior": "order_placed", "refund_order_stock_adjustment": True}, "meta": {}}


def told(body: Mapping[str, Any]) -> Body:
    """The order whole."""
    order = ORDER | body["order"]
    lines = [LINE | {"variant_id": 500 + one["id"], "sku": f"SKU{one['id']}"} | one for one in body["lines"]]
    places = [PLACE | one for one in body.get("places", [{}])]
    shipping = [
        one | {"line_items": [line for line in lines if line["order_address_id"] == one["id"]]} for one in places
    ]
    return order | {"consignments": {"shipping": shipping}, "items_total": sum(line["quantity"] for line in lines)}


def lines_of(order: Body) -> list[Body]:
    return [line for one in order["consignments"]["shipping"] for line in one["line_items"]]


def ident(body: Mapping[str, Any]) -> str:
    return str(told(body)["id"])


def paid(body: Mapping[str, Any]) -> list[Body]:
    """By card, all of it, where the case says nothing."""
    order = told(body)
    usual = [{"gateway": "stripe", "amount": str(order["total_inc_tax"])}]
    return [
        {"id": number, "event": "purchase", "status": "ok", "currency": order["default_currency_code"],
         "date_created": "2026-11-20T09:01:00+00:00"} | row | {"amount": Decimal(row["amount"])}
        for number, row in enumerate(body.get("transactions", usual), start=1)
    ]  # fmt: skip


def connect(network: responses.RequestsMock, body: Mapping[str, Any]) -> BigCommerce:
    """The adapter in front of these answers."""
    order = told(body)
    at = f"{place.BASE}/v3/orders/{order['id']}"
    network.get(f"{place.BASE}/v2/orders/{order['id']}", body=_json(order), content_type="application/json")
    network.get(f"{at}/payment_actions/refunds", json={"data": [], "meta": {}})
    network.get(f"{at}/transactions", body=_json({"data": paid(body)}), content_type="application/json")
    network.get(f"{place.BASE}/v3/settings/inventory", json=SETTINGS)
    network.get(f"{place.BASE}/v3/inventory/items", json={"data": [_stock(line) for line in lines_of(order)]})
    quotes = f"{at}/payment_actions/refund_quotes"
    network.add_callback("POST", quotes, lambda request: _quote(body, json.loads(request.body or b"")))
    return place.on_network()


def _stock(line: Body) -> Body:
    where = {"location_id": 1, "location_name": "Default location", "location_enabled": True,
             "total_inventory_onhand": 10}  # fmt: skip
    return {"identity": {"variant_id": line["variant_id"]}, "locations": [where]}


def _quote(body: Mapping[str, Any], asked: Body) -> tuple[int, Body, str]:
    """What the platform said of just these items; of others it says nothing."""
    units = {str(item["item_id"]): item["quantity"] for item in asked["items"] if item["item_type"] == "PRODUCT"}
    shipping = sum(Decimal(str(item["amount"])) for item in asked["items"] if item["item_type"] == "SHIPPING")
    for quote in body["quotes"]:
        if (quote["for"], Decimal(quote.get("shipping", 0))) == (units, shipping):
            return 201, {"content-type": "application/json"}, _json({"data": quote["data"], "meta": {}})
    no = {"status": 422, "title": "Order cannot be refunded", "errors": {}}
    return 422, {"content-type": "application/json"}, json.dumps({"data": [no]})


def _json(payload: Any) -> str:
    return json.dumps(payload, default=lambda number: float(number) if isinstance(number, Decimal) else str(number))


# --- in the simulator ----------------------------------------------------------------------------------
def build(world: World, body: Mapping[str, Any]) -> tuple[BigCommerce, str]:
    """What runs afterwards there is done at once."""
    home = place.home(world)
    for name in ("refund_seconds", "void_seconds", "stock_seconds"):
        world.switch(f"bigcommerce_{name}", "0")
    if "sandbox" in body:
        words = dict(body["sandbox"])
        home.add_shop("demo", currency=words.pop("shop_currency", "USD"))
        words["lines"] = [Line(price=p, quantity=int(units), title=t, sku=t) for p, units, t in words["lines"]]
        return marked(place.on_world(world)), home.make_order(**words).id
    order = told(body)
    home.add_shop("demo", currency=order["store_default_currency_code"])
    with world.store.write() as db:
        session = home.session(db, home.shop("demo") or {})
        orders.save(session, _record(session, order, paid(body)), is_change=False)
    return marked(place.on_world(world)), str(order["id"])


def marked(shop: BigCommerce) -> BigCommerce:
    """Each send with a mark of its own, as the executor gives them: a second refund with the first's is refused."""
    plain, numbers = shop.carry_out, count(1)

    def carry_out(command: AnyCommand, *, key: str, tag: str) -> Receipt:
        return plain(command, key=key, tag=f"[op {next(numbers):08x}]")

    shop.carry_out = carry_out  # type: ignore[method-assign]
    return shop


def _record(session: Session, said: Body, rows: list[Body]) -> Body:
    """The simulator's record of the payload: everything as the platform told it, nothing computed anew."""
    made = record(session, Order(lines=[])) | {
        "id": said["id"], "currency": said["default_currency_code"], "inclusive": said["is_tax_inclusive_pricing"],
        "status_id": said["status_id"], "payment_status": said["payment_status"], "gateway": rows[0]["gateway"],
    }  # fmt: skip
    made["addresses"] = [_place(one) for one in said["consignments"]["shipping"]]
    made["lines"] = [_line(session, line) for line in lines_of(said)]
    made["transactions"] = [
        transaction(session, made, row["event"], row["gateway"], row["amount"], status=row["status"]) for row in rows
    ]
    inventory.take_at_placing(session, made)
    return made


def _place(said: Body) -> Body:
    kinds = {"shipping": "cost", "handling": "handling_cost"}
    money = {f"{kind}_{tax}": str(said[f"{name}_{tax}_tax"]) for kind, name in kinds.items() for tax in ("ex", "inc")}
    return {"id": said["id"], "shipping_refunded": "0", "handling_refunded": "0"} | money


def _line(session: Session, said: Body) -> Body:
    net, tax = (Decimal(said[name]) for name in ("discounted_total_inc_tax", "total_tax"))
    known = inventory.known(session, Line(sku=said["sku"]))
    return {
        "id": said["id"], "product_id": known["product_id"], "variant_id": known["variant_id"], "title": said["name"],
        "variant": "", "sku": said["sku"], "brand": "", "kind": said["type"], "quantity": said["quantity"],
        "shipped": said["quantity_shipped"], "refunded": 0, "wrapped": 0, "address": said["order_address_id"],
        "parent": None, "unit_ex": said["price_ex_tax"], "unit_inc": said["price_inc_tax"], "discount": "0",
        "off": str(Decimal(said["total_inc_tax"]) - net), "total_ex": said["total_ex_tax"],
        "total_inc": said["total_inc_tax"], "net_ex": str(net - tax), "net_inc": str(net), "tax": str(tax),
        "wrapping": "0", "is_counted": True,
    }  # fmt: skip
