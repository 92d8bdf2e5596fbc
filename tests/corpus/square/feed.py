"""Square payloads for the adapter and for the simulator, written short and told whole: amounts are minor units of
`order.currency`, each refund stands under its payment, and what a case does not speak of is as in ORDER, LINE, PAYMENT
and REFUND. An itemised return at the till names its lines; a refund through the API knows none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import responses

from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.world import World
from stores.platforms.square import Square
from tests.stores.platforms.square import place

PAYLOADS = ("order", "payments")
PLACE = "LDEMOMAIN"
AT = "2026-11-20T09:00:00.000Z"
ORDER = {"id": "CAISE1ORD", "location_id": PLACE, "state": "OPEN", "version": 3, "created_at": AT, "updated_at": AT}
LINE = {"item_type": "ITEM", "name": "Item", "quantity": "1"}
PAYMENT = {"status": "COMPLETED", "source_type": "CARD", "created_at": AT, "updated_at": AT, "location_id": PLACE,
           "version_token": "v1"}  # fmt: skip
REFUND = {"status": "COMPLETED", "reason": "", "created_at": "2026-11-21T08:00:00.000Z", "location_id": PLACE,
          "updated_at": "2026-11-21T08:00:00.000Z"}  # fmt: skip
OURS = ("currency", "fulfilment", "tip", "charge", "total", "rounding", "tax")
Body = dict[str, Any]


def ident(body: Mapping[str, Any]) -> str:
    return str((ORDER | body["order"])["id"])


def money(said: Mapping[str, Any], amount: int) -> Body:
    return {"amount": amount, "currency": said["currency"]}


def told(body: Mapping[str, Any]) -> tuple[Body, list[Body], list[Body], list[Body]]:
    """Order, payments, refunds and return orders as the vendor tells them."""
    said = body["order"]
    payments, refunds, returns = [], [], []
    for number, one in enumerate(body["payments"]):
        made = [_refund(said, one, number, place_, back) for place_, back in enumerate(one.get("refunds", ()))]
        refunds += [refund for refund, _home in made]
        returns += [home for _refund, home in made]
        payments.append(_payment(said, one, number, [refund for refund, _home in made]))
    return _order(said, payments), payments, refunds, returns


def _order(said: Body, payments: list[Body]) -> Body:
    lines = [_line(said, one) for one in said["line_items"]]
    charge, tip = said.get("charge", 0), said.get("tip", 0)
    worth = sum(line["total_money"]["amount"] for line in lines) + charge + tip
    names = {"tax": "total_tax_money", "discount": "total_discount_money"}
    sums = {theirs: sum(line[theirs]["amount"] for line in lines) for theirs in names.values()}
    sums |= {"total_money": said.get("total", worth + said.get("rounding", 0)), "total_tip_money": tip,
             "total_service_charge_money": charge, "net_amount_due_money": 0}  # fmt: skip
    made = ORDER | {name: value for name, value in said.items() if name not in OURS} | {"line_items": lines}
    made |= {name: money(said, amount) for name, amount in sums.items()}
    made["taxes"] = [{"uid": "t", "name": "Tax", "type": said["tax"]}] if "tax" in said else []
    made["fulfillments"] = _fulfilments(said.get("fulfilment", "PICKUP"))
    made["tenders"] = [_tender(one) for one in payments]
    if charge:
        made["service_charges"] = [{"uid": "c", "name": "Service", "total_money": money(said, charge)}]
    if "rounding" in said:
        made["rounding_adjustment"] = {"name": "Cash rounding", "amount_money": money(said, said["rounding"])}
    return made


def _fulfilments(kind: str) -> list[Body]:
    return [{"uid": "f1", "type": kind, "state": "PROPOSED", "line_item_application": "ALL"}] if kind else []


def _line(said: Body, one: Body) -> Body:
    """total: what the line costs after its discount, with its tax."""
    tax, discount = one.get("tax", 0), one.get("discount", 0)
    gross = one["total"] + discount - (0 if said.get("tax") == "INCLUSIVE" else tax)
    sums = {"gross_sales_money": gross, "total_tax_money": tax, "total_discount_money": discount,
            "total_money": one["total"], "base_price_money": one.get("each", gross)}  # fmt: skip
    kept = {name: value for name, value in one.items() if name not in ("total", "tax", "discount", "each")}
    return LINE | kept | {name: money(said, amount) for name, amount in sums.items()}


def _payment(said: Body, one: Body, number: int, refunds: list[Body]) -> Body:
    back = sum(r["amount_money"]["amount"] for r in refunds if r["status"] == "COMPLETED")
    kept = {name: value for name, value in one.items() if name not in ("amount", "refunds")}
    made = PAYMENT | {"id": f"P{number}", "order_id": ident({"order": said})} | kept
    tip = said.get("tip", 0) if number == 0 else 0
    sums = {"amount_money": one["amount"] - tip, "tip_money": tip, "total_money": one["amount"], "refunded_money": back}
    made |= {name: money(said, amount) for name, amount in sums.items()}
    return made | ({"refund_ids": [refund["id"] for refund in refunds]} if refunds else {})


def _tender(payment: Body) -> Body:
    kind = payment["source_type"]
    card = {"card_details": {"status": "CAPTURED"}} if kind == "CARD" else {}
    shown = {"id": payment["id"], "payment_id": payment["id"], "amount_money": payment["total_money"]}
    return shown | {"type": kind if kind in ("CARD", "CASH", "WALLET") else "OTHER"} | card


def _refund(said: Body, payment: Body, number: int, place_: int, one: Body) -> tuple[Body, Body]:
    home_id = f"CAISE{number}{place_}RET"
    kept = {name: value for name, value in one.items() if name not in ("amount", "lines")}
    named = {"id": f"P{number}_{place_}", "payment_id": payment.get("id", f"P{number}"), "order_id": home_id}
    lines = [{"uid": f"r{uid}", "source_line_item_uid": uid, "quantity": units}
             for uid, units in one.get("lines", {}).items()]  # fmt: skip
    plain = [{"uid": "r", "quantity": "1", "item_type": "CUSTOM_AMOUNT", "total_money": money(said, one["amount"])}]
    back = {"source_order_id": ident({"order": said}), "return_line_items": lines or plain}
    home = ORDER | {"id": home_id, "state": "COMPLETED", "returns": [back], "total_money": money(said, 0)}
    return REFUND | named | kept | {"amount_money": money(said, one["amount"])}, home


# --- for the adapter ------------------------------------------------------------------------------------
def connect(network: responses.RequestsMock, body: Mapping[str, Any]) -> Square:
    """The adapter in front of these answers; nothing is known of stock."""
    order, payments, refunds, returns = told(body)
    network.get(f"{place.BASE}/orders/{order['id']}", json={"order": order})
    network.get(f"{place.BASE}/locations", json={"locations": [{"id": PLACE, "name": "Main Street"}]})
    for payment in payments:
        network.get(f"{place.BASE}/payments/{payment['id']}", json={"payment": payment})
    for refund in refunds:
        network.get(f"{place.BASE}/refunds/{refund['id']}", json={"refund": refund})
    network.post(f"{place.BASE}/orders/batch-retrieve", json={"orders": returns})
    network.post(f"{place.BASE}/inventory/changes/batch-retrieve", json={"changes": []})
    network.get(f"{place.BASE}/disputes", json={})
    return place.on_network()


# --- in the simulator -----------------------------------------------------------------------------------
def build(world: World, body: Mapping[str, Any]) -> tuple[Square, str]:
    """Keys are not remembered: the runner uses one name for the same step of two cancellations."""
    for name, value in (("refund_seconds", "0"), ("key_hours", "none"), ("limit", "wide")):
        world.switch(f"square_{name}", value)
    home = SquareSimulator(world)
    home.add_shop("demo")
    order, payments, refunds, returns = told(body)
    with world.store.write() as db:
        session = home.session(db, home.shop("demo") or {})
        for old in [refund for payment in payments for refund in session.of("refund", payment["id"])]:
            session.drop("refund", old["id"])
        for kind, ident_, record, parent in _records(body, order, payments, refunds, returns):
            session.put(kind, ident_, record, parent=parent)
    return place.on_world(world), str(order["id"])


def _records(
    body: Mapping[str, Any], order: Body, payments: list[Body], refunds: list[Body], returns: list[Body]
) -> Iterator[tuple[str, str, Body, str]]:
    """With what the simulator keeps for itself beside what it tells."""
    said = body["order"]
    own = {"_currency": said["currency"], "_tax_rate": "0", "_inclusive": said.get("tax") == "INCLUSIVE",
           "_tip": said.get("tip", 0)}  # fmt: skip
    lines = [line | {"_discount": line["total_discount_money"]["amount"]} for line in order["line_items"]]
    yield "order", order["id"], order | own | {"line_items": lines}, ""
    for home in returns:
        yield "order", home["id"], home | own, ""
    for payment in payments:
        yield "payment", payment["id"], payment | {"_outcome": "COMPLETED", "_disputed": ""}, order["id"]
    for refund in refunds:
        yield "refund", refund["id"], refund | {"_sale": order["id"], "_key": ""}, refund["payment_id"]
