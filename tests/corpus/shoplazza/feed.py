"""Shoplazza payloads for the adapter and for the simulator: `order` as GET /orders/{id} tells it without its envelope,
`records` and `transactions` as the lists of its two sub-paths; without `transactions` one took all that was paid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import responses

from sandbox.platforms.shoplazza.spec import Line
from sandbox.world import World
from stores.platforms.shoplazza import Shoplazza
from tests.stores.platforms.shoplazza import place
from tests.stores.platforms.shoplazza.recorded import SUCCESS

PAYLOADS = ("order", "records", "transactions")
AT = "2026-11-19T12:00:00Z"
Body = Mapping[str, Any]


def ident(body: Body) -> str:
    return str(body["order"]["id"])


def connect(network: responses.RequestsMock, body: Body) -> Shoplazza:
    """The adapter in front of these answers."""
    at, order = f"{place.BASE}/orders/{ident(body)}", body["order"]
    states = {"order_status": order["status"], "order_financial_status": order["financial_status"]}
    answers = {
        "": {"order": {"placed_at": AT, "updated_at": AT} | order},
        "/refund": states | {"records": body.get("records", [])},
        "/transactions": {"transactions": body.get("transactions", [_took_all(order)])},
    }
    for rest, data in answers.items():
        told = json.dumps(SUCCESS | {"data": data}, default=str)
        network.get(f"{at}{rest}", body=told, content_type="application/json")
    return place.on_network()


def _took_all(order: Body) -> dict[str, Any]:
    channel = order["payment_lines"][0]["payment_channel"] if order["payment_lines"] else order["payment_method"]
    return {"id": "t1", "payment_channel": channel, "amount": order["total_paid"], "currency": order["currency"],
            "status": "success", "created_at": AT}  # fmt: skip


# --- in the simulator ----------------------------------------------------------------------------------
def build(world: World, body: Body) -> tuple[Shoplazza, str]:
    """Refunds are paid at once, and earlier ones are made again by hand, each of the first line."""
    world.switch("shoplazza_refund_seconds", "0")
    world.switch("shoplazza_limit", "wide")
    words = dict(body["sandbox"]) if "sandbox" in body else _words(body)
    words["lines"] = [line if isinstance(line, Line) else _plain(*line) for line in words["lines"]]
    made = world.shoplazza.make_order(**words)
    for record in body.get("records", ()):
        units = sum(int(line["refund_quantity"]) for line in record["refund_line_items"])
        world.shoplazza.staff(made.id).refund(record["refund_price"], record["note"], units=units)
    return place.on_world(world), made.id


def _plain(price: str, units: int, title: str) -> Line:
    return Line(price=price, quantity=int(units), title=title, sku=title)


def _words(body: Body) -> dict[str, Any]:
    """An order of the simulator that costs the same, part by part."""
    order = body["order"]
    paid = body.get("transactions", [_took_all(order)])
    lines = [_line(line) for line in order["line_items"]]
    named = sum((Decimal(line.discount) for line in lines), Decimal(0))
    return {
        "lines": lines, "shipping": order.get("total_shipping", "0"),
        "shipping_tax": order.get("shipping_tax_total", "0"), "tip": order.get("total_tip_received", "0"),
        "currency": order["currency"],
        "fees": {fee["name"]: fee["price"] for fee in order.get("additional_prices", ())},
        "off": str(Decimal(order.get("total_discount", "0")) - named),
        "taxes_included": bool(order.get("config", {}).get("product_tax_included")),
        "tender": [(one["payment_channel"], one["amount"]) for one in paid or [_took_all(order)]],
        "untold": not paid, "pay": "paid" if Decimal(order["total_paid"]) else "waiting",
    }  # fmt: skip


def _line(told: Body) -> Line:
    applied = json.loads(told.get("discount_applications") or "[]")
    return Line(
        title=told["product_title"],
        sku=told.get("sku", told["product_title"]),
        price=told["price"],
        quantity=told["quantity"],
        discount=str(sum((Decimal(one["amount"]) for one in applied), Decimal(0))),
        tax=told.get("tax_price", "0"),
        duty=told.get("duty_price", "0"),
    )
