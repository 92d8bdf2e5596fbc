"""Magento payloads for the adapter and for the simulator: `order` as GET /V1/orders/{id} tells it, `invoices` and
`memos` as the searches do. What a case does not speak of is as in ORDER, ITEM, INVOICE and MEMO; an amount that is not
named is 0. `settings`: of the connection; the simulator reads shipping amounts as they say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import responses

from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from sandbox.world import World
from stores.canonical.receipts import Outcome, Receipt
from stores.platforms.magento import Magento
from tests.stores.platforms.magento import place

PAYLOADS = ("invoices", "memos", "settings")
AT = "2026-11-20 09:00:00"
ORDER = {
    "entity_id": 7, "increment_id": "000000007", "state": "processing", "status": "processing", "created_at": AT,
    "updated_at": AT, "base_currency_code": "EUR", "store_name": "Main", "customer_email": "ida@example.com",
    "customer_firstname": "Ida", "customer_lastname": "Moser",
    "payment": {"method": "card", "additional_information": []},
}  # fmt: skip
ITEM = {"product_type": "simple", "is_virtual": 0, "is_qty_decimal": 0, "qty_shipped": 0, "qty_canceled": 0,
        "qty_refunded": 0}  # fmt: skip
INVOICE = {"state": 2, "transaction_id": "t", "created_at": AT}
MEMO = {"state": 2, "comments": [], "items": [], "created_at": AT, "transaction_id": "r"}
PARTS = {
    "row": "amount",
    "tax": "tax",
    "discount": "discount",
    "discount_tax_compensation": "discount_tax_compensation",
}
Body = dict[str, Any]


class Patient(Magento):
    """Asks after what was taken until it is done, as the executor does."""

    def carry_out(self, command: Any, *, key: str, tag: str) -> Receipt:
        receipt = super().carry_out(command, key=key, tag=tag)
        return receipt if receipt.outcome is Outcome.APPLIED else self.poll(command, receipt)


# --- whole answers ---------------------------------------------------------------------------------------
def told(body: Mapping[str, Any]) -> tuple[Body, list[Body], list[Body]]:
    """The order, its invoices and its credit memos whole; all that stands on an item was invoiced."""
    order = ORDER | {"order_currency_code": body["order"].get("base_currency_code", "EUR")} | body["order"]
    order["items"] = [_item(one) for one in order["items"]]
    paid = order["base_grand_total"]
    sums = {"base_total_paid": paid, "base_total_invoiced": paid, "grand_total": paid,
            "base_shipping_invoiced": order.get("base_shipping_amount", 0)}  # fmt: skip
    invoices = [INVOICE | {"order_id": order["entity_id"], "increment_id": str(one["entity_id"])} | one
                for one in body.get("invoices", ())]  # fmt: skip
    memos = [MEMO | {"order_id": order["entity_id"]} | one for one in body.get("memos", ())]
    return sums | order, invoices, memos


def _item(said: Body) -> Body:
    number = said["item_id"]
    item = ITEM | {"sku": f"SKU{number}", "name": f"Item {number}", "product_id": 100 + number,
                   "qty_invoiced": said["qty_ordered"]} | said  # fmt: skip
    names = ("base_row_total", "base_tax_amount", "base_discount_amount", "base_discount_tax_compensation_amount")
    for part, name in zip(PARTS, names, strict=True):
        item.setdefault(f"base_{part}_invoiced", item.get(name, 0))
    return item


def ident(body: Mapping[str, Any]) -> str:
    return str(told(body)[0]["entity_id"])


def connect(network: responses.RequestsMock, body: Mapping[str, Any]) -> Magento:
    order, invoices, memos = told(body)
    network.get(f"{place.BASE}/orders/{order['entity_id']}", body=_json(order), content_type="application/json")
    for kind, rows in (("invoices", invoices), ("creditmemos", memos), ("shipments", [])):
        page = {"items": rows, "search_criteria": {}, "total_count": len(rows)}
        network.get(f"{place.BASE}/{kind}", body=_json(page), content_type="application/json")
    return place.on_network(**body.get("settings", {}))


def _json(payload: Any) -> str:
    return json.dumps(payload, default=lambda number: float(number) if isinstance(number, Decimal) else str(number))


# --- in the simulator ------------------------------------------------------------------------------------
def build(world: World, body: Mapping[str, Any]) -> tuple[Magento, str]:
    world.switch("magento_limit", "wide")
    settings = body.get("settings", {})
    world.switch("magento_shipping_config", settings.get("shipping_prices") or "excluding")
    home = MagentoSimulator(world)
    words = dict(body.get("sandbox", {}))
    home.add_shop("demo", currency=words.pop("base", None) or told_currency(body))
    house = home.open_shop("demo", "")
    connection = place.on_world(world, **settings).connection
    if "sandbox" in body:
        lines = [Line(title=title, sku=title, price=price, quantity=int(units), discount="".join(off) or "0")
                 for price, units, title, *off in words.pop("lines")]  # fmt: skip
        words |= {"invoices": [[int(n) for n in row] for row in words.get("invoices", ())]}
        assert house.settings
        return Patient(connection), home.make_order(lines=lines, **words).id
    return Patient(connection), stored(world, home, body)


def told_currency(body: Mapping[str, Any]) -> str:
    return str(body.get("order", {}).get("base_currency_code", "EUR"))


def stored(world: World, home: MagentoSimulator, body: Mapping[str, Any]) -> str:
    """The payload as the simulator's own records: an order of the same lines, with the payload's figures."""
    order, invoices, memos = told(body)
    lines = [Line(quantity=int(item["qty_ordered"]), sku=item["sku"]) for item in order["items"]]
    made = home.make_order(lines=lines, pay="unpaid", shipping="0")
    with world.store.write() as db:
        session = home.session(db, home.shop("demo") or {})
        kept = session.get("order", made.id) or {}
        ids = {said["item_id"]: mine["id"] for said, mine in zip(order["items"], kept["items"], strict=True)}
        items = [mine | _record(said) for said, mine in zip(order["items"], kept["items"], strict=True)]
        numbers = {said["entity_id"]: session.number() for said in (*invoices, *memos)}
        for said in invoices:
            one = _invoice(order, said, ids, numbers) | {"order": kept["id"]}
            session.put("invoice", one["id"], one, parent=kept["id"])
        for said in memos:
            one = _memo(said, ids, numbers) | {"order": kept["id"]}
            session.put("creditmemo", one["id"], one, parent=kept["id"])
        session.put("order", kept["id"], kept | _order(order, memos) | {"items": items})
    return made.id


def text(said: Mapping[str, Any], name: str) -> str:
    return str(said.get(name) or 0)


def _record(said: Body) -> Body:
    found: Body = {"invoiced": int(said["qty_invoiced"]), "refunded": int(said["qty_refunded"]), "name": said["name"]}
    for part, back in PARTS.items():
        mine = "compensation" if part.startswith("discount_") else part
        found[mine] = found[f"{mine}_invoiced"] = text(said, f"base_{part}_invoiced")
        found[f"{mine}_refunded"] = text(said, f"base_{back}_refunded")
    return found


def _order(said: Body, memos: list[Body]) -> Body:
    base = {mine: text(said, f"base_{theirs}") for mine, theirs in (
        ("shipping", "shipping_amount"), ("shipping_tax", "shipping_tax_amount"), ("grand", "grand_total"),
        ("shipping_discount", "shipping_discount_amount"), ("shipping_incl", "shipping_incl_tax"),
        ("shipping_compensation", "shipping_discount_tax_compensation_amnt"), ("total_paid", "total_paid"),
        ("shipping_invoiced", "shipping_invoiced"), ("total_invoiced", "total_invoiced"),
        ("total_refunded", "total_refunded"), ("shipping_refunded", "shipping_refunded"),
        ("shipping_tax_refunded", "shipping_tax_refunded"), ("tax_invoiced", "tax_amount"),
        ("compensation_invoiced", "discount_tax_compensation_amount"),
    )}  # fmt: skip
    is_free = said["payment"]["method"] == "free"
    return base | {"state": said["state"], "status": said["status"], "method": said["payment"]["method"],
                   "is_online": not is_free, "trans": "" if is_free else "t", "memos": len(memos),
                   "currency": said["order_currency_code"]}  # fmt: skip


def _rows(said: Body, ids: Mapping[int, int]) -> list[Body]:
    zero = dict.fromkeys(("row", "tax", "discount", "compensation"), "0")
    return [{"item": ids[row["order_item_id"]], "qty": int(row["qty"]), "back": True} | zero for row in said["items"]]


def _invoice(order: Body, said: Body, ids: Mapping[int, int], numbers: Mapping[int, int]) -> Body:
    number = numbers[said["entity_id"]]
    has_shipping = bool(said.get("base_shipping_amount"))
    return {
        "id": number, "increment": f"{number:09d}", "at": 0.0, "state": said["state"], "txn": said["transaction_id"],
        "items": _rows(said, ids), "shipping": text(said, "base_shipping_amount"),
        "shipping_tax": text(said, "base_shipping_tax_amount"), "grand": text(said, "base_grand_total"),
        "shipping_discount": text(order, "base_shipping_discount_amount") if has_shipping else "0",
        "shipping_incl": text(order, "base_shipping_incl_tax") if has_shipping else "0",
        "shipping_compensation": text(said, "base_shipping_discount_tax_compensation_amnt"),
        "tax_total": text(said, "base_tax_amount"), "refunded": text(said, "base_total_refunded"),
        "compensation": text(said, "base_discount_tax_compensation_amount"), "used": 1,
        "paid_back": text(said, "base_total_refunded"),
    }  # fmt: skip


def _memo(said: Body, ids: Mapping[int, int], numbers: Mapping[int, int]) -> Body:
    number = numbers[said["entity_id"]]
    return {
        "id": number, "increment": f"{number:09d}", "at": 0.0, "state": said["state"], "txn": said["transaction_id"],
        "invoice": numbers[said["invoice_id"]], "items": _rows(said, ids), "comments": [],
        "shipping": text(said, "base_shipping_amount"), "shipping_tax": text(said, "base_shipping_tax_amount"),
        "shipping_incl": text(said, "base_shipping_incl_tax"), "tax": text(said, "base_tax_amount"),
        "compensation": text(said, "base_discount_tax_compensation_amount"), "grand": text(said, "base_grand_total"),
        "positive": text(said, "base_adjustment_positive"), "negative": text(said, "base_adjustment_negative"),
    }  # fmt: skip
