"""Records as the API shows them: every amount twice, once in the base currency and once at the order's rate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sandbox.platforms.magento import amounts
from sandbox.platforms.magento.amounts import ZERO, Body, cents, dec
from sandbox.platforms.magento.totals import NAMES

Shown = dict[str, Any]


def stamp(at: float) -> str:
    """UTC, and it does not say so."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def num(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def both(name: str, value: Any, rate: Decimal) -> Iterator[tuple[str, int | float]]:
    base = dec(value)
    yield f"base_{name}", num(base)
    yield name, num(base if rate == 1 else cents(base * rate))


def pairs(rate: Decimal, **amounts: Any) -> Shown:
    return {key: shown for name, value in amounts.items() for key, shown in both(name, value, rate)}


def known(**fields: Any) -> Shown:
    """A field that is null is left out."""
    return {name: value for name, value in fields.items() if value is not None}


# --- the order ---------------------------------------------------------------------------------------
def order(body: Body) -> Shown:
    rate = dec(body["rate"])
    real = list(amounts.real(body))
    totals = {name: sum((dec(item[name]) for item in real), ZERO) for name in NAMES}
    refunded = {name: sum((dec(item[f"{name}_refunded"]) for item in real), ZERO) for name in ("row", "tax")}
    return (
        known(
            entity_id=body["id"], increment_id=body["increment"], state=body["state"], status=body["status"],
            store_id=1, store_name="Main Website\nMain Website Store\nDefault Store View",
            base_currency_code=body["base"], global_currency_code=body["base"], order_currency_code=body["currency"],
            store_currency_code=body["base"], base_to_order_rate=num(rate), is_virtual=is_virtual(body),
            created_at=stamp(body["created_at"]), updated_at=stamp(body["updated_at"]),
            total_item_count=len(real), total_qty_ordered=sum(item["ordered"] for item in real),
            coupon_code=body["coupon"] or None, customer_note=body["note"] or None, remote_ip="192.0.2.7",
            hold_before_state=body["hold_before"], shipping_description="Flat Rate - Fixed",
        )
        | customer(body)
        | pairs(
            rate, grand_total=body["grand"], subtotal=totals["row"], discount_amount=-(totals["discount"] + dec(
            body["shipping_discount"])), tax_amount=totals["tax"] + dec(body["shipping_tax"]),
            shipping_amount=body["shipping"], shipping_tax_amount=body["shipping_tax"],
            shipping_incl_tax=body["shipping_incl"], shipping_discount_amount=body["shipping_discount"],
            discount_tax_compensation_amount=totals["compensation"],
            total_due=dec(body["grand"]) - dec(body["total_paid"]) - dec(body["total_canceled"]),
        )
        | of_shipping(body, rate)
        | later(body, rate, refunded)
        | {
            "items": [item(body, one) for one in body["items"]],
            "payment": payment(body),
            "status_histories": [history(body, one) for one in body["histories"]],
            "extension_attributes": extension(body, rate),
        }
    )  # fmt: skip


def of_shipping(made: Body, rate: Decimal) -> Shown:
    """Two names that are not alike, as there."""
    off = dec(made["shipping_compensation"])
    return {"shipping_discount_tax_compensation_amount": num(off if rate == 1 else cents(off * rate)),
            "base_shipping_discount_tax_compensation_amnt": num(off)}  # fmt: skip


def history(body: Body, one: Body) -> Shown:
    said = {name: one[name] for name in ("comment", "status") if one.get(name) is not None}
    return said | {
        "created_at": stamp(one["at"]), "entity_id": one["id"], "entity_name": "order", "parent_id": body["id"],
        "is_customer_notified": int(one.get("is_customer_notified") or 0),
        "is_visible_on_front": int(one.get("is_visible_on_front") or 0),
    }  # fmt: skip


def is_virtual(body: Body) -> int:
    return int(all(item["virtual"] for item in amounts.real(body)))


def later(body: Body, rate: Decimal, refunded: dict[str, Decimal]) -> Shown:
    """What is null until something happened."""
    shown: Shown = {}
    if any(one["invoiced"] for one in body["items"]):
        shown |= pairs(rate, total_paid=body["total_paid"], total_invoiced=body["total_invoiced"],
                       shipping_invoiced=body["shipping_invoiced"], tax_invoiced=body["tax_invoiced"],
                       discount_tax_compensation_invoiced=body["compensation_invoiced"])  # fmt: skip
    if dec(body["total_refunded"]):
        shown |= pairs(
            rate, total_refunded=body["total_refunded"], shipping_refunded=body["shipping_refunded"],
            shipping_tax_refunded=body["shipping_tax_refunded"], adjustment_positive=body["adjust_pos"],
            adjustment_negative=body["adjust_neg"], subtotal_refunded=refunded["row"],
            tax_refunded=refunded["tax"] + dec(body["shipping_tax_refunded"]),
            total_online_refunded=body["online_refunded"], total_offline_refunded=body["offline_refunded"],
        )  # fmt: skip
    if dec(body["total_canceled"]):
        shown |= pairs(rate, total_canceled=body["total_canceled"])
    return shown


def customer(body: Body) -> Shown:
    who = body["person"]
    if who is None:
        return {"customer_email": "guest@example.com", "customer_is_guest": 1}
    return {
        "customer_id": who["id"], "customer_email": who["email"], "customer_firstname": who["first"],
        "customer_lastname": who["last"], "customer_is_guest": 0, "billing_address": address(body, "billing"),
    }  # fmt: skip


def address(body: Body, kind: str) -> Shown:
    who = body["person"]
    return {
        "address_type": kind, "city": who["city"], "country_id": who["country"], "email": who["email"],
        "firstname": who["first"], "lastname": who["last"], "postcode": who["postcode"], "street": [who["street"]],
        "telephone": who["phone"], "entity_id": who["id"], "parent_id": body["id"],
    }  # fmt: skip


def item(body: Body, one: Body) -> Shown:
    rate = dec(body["rate"])
    incl = dec(one["incl"])
    shown = known(
        item_id=one["id"], order_id=body["id"], parent_item_id=one["parent"], product_id=one["product"],
        product_type=one["type"], sku=one["stock_sku"] if one["type"] == "configurable" else one["sku"],
        name=one["name"], is_virtual=int(one["virtual"]), is_qty_decimal=int(one["decimal"]),
        qty_ordered=one["ordered"], qty_invoiced=one["invoiced"], qty_shipped=one["shipped"],
        qty_canceled=one["canceled"], qty_refunded=one["refunded"], qty_returned=0,
        tax_percent=num(dec(one["percent"])), created_at=stamp(body["created_at"]),
        updated_at=stamp(body["updated_at"]), store_id=1,
    ) | pairs(
        rate, price=one["price"], original_price=one["price"], row_total=one["row"], tax_amount=one["tax"],
        discount_amount=one["discount"], row_invoiced=one["row_invoiced"], row_total_incl_tax=incl,
        discount_tax_compensation_amount=one["compensation"],
        price_incl_tax=cents(incl / one["ordered"]) if one["ordered"] else ZERO,
    )  # fmt: skip
    if one["invoiced"]:
        shown |= pairs(rate, tax_invoiced=one["tax_invoiced"], discount_invoiced=one["discount_invoiced"],
                       discount_tax_compensation_invoiced=one["compensation_invoiced"])  # fmt: skip
    if one["refunded"]:
        shown |= pairs(rate, amount_refunded=one["row_refunded"], tax_refunded=one["tax_refunded"],
                       discount_refunded=one["discount_refunded"],
                       discount_tax_compensation_refunded=one["compensation_refunded"])  # fmt: skip
    parent = amounts.item_of(body, one["parent"]) if one["parent"] else None
    return shown | ({"parent_item": item(body, parent)} if parent else {})


def payment(body: Body) -> Shown:
    rate = dec(body["rate"])
    shown = known(
        entity_id=body["id"], parent_id=body["id"], method=body["method"], account_status=None or "",
        additional_information=["Sandbox card" if body["is_online"] else "Check / Money order"],
        cc_last4="4242" if body["is_online"] else "", cc_type="VI" if body["is_online"] else None,
        last_trans_id=body["trans"] or None,
    ) | pairs(rate, amount_ordered=body["grand"], shipping_amount=body["shipping"])  # fmt: skip
    later = {"amount_authorized": "authorised", "amount_paid": "total_paid", "amount_refunded": "total_refunded",
             "amount_canceled": "total_canceled"}  # fmt: skip
    return shown | pairs(rate, **{name: body[kept] for name, kept in later.items() if dec(body[kept])})


def extension(body: Body, rate: Decimal) -> Shown:
    shown: Shown = {}
    for name, value in body["extras"].items():
        shown |= pairs(rate, **{name: value}) if name.endswith("_amount") else {name: int(value)}
    if not is_virtual(body):
        shipping = {"method": "flatrate_flatrate", "total": pairs(rate, shipping_amount=body["shipping"])}
        if body["person"]:
            shipping["address"] = address(body, "shipping")
        shown["shipping_assignments"] = [{"shipping": shipping, "items": []}]
    return shown


# --- what hangs on it --------------------------------------------------------------------------------
def money(body: Body, made: Body, kind: str) -> Shown:
    rate = dec(body["rate"])
    rows = {name: sum((dec(line[name]) for line in made["items"]), ZERO) for name in ("row", "discount")}
    tax, off = ("tax_total", "compensation") if kind == "invoice" else ("tax", "compensation")
    return {"base_currency_code": body["base"], "order_currency_code": body["currency"],
            "created_at": stamp(made["at"]), "updated_at": stamp(made["at"]), "entity_id": made["id"],
            "increment_id": made["increment"], "order_id": body["id"], "state": made["state"]} | pairs(
        rate, grand_total=made["grand"], subtotal=rows["row"], discount_amount=-rows["discount"],
        tax_amount=made[tax], shipping_amount=made["shipping"], shipping_tax_amount=made["shipping_tax"],
        shipping_incl_tax=made["shipping_incl"], discount_tax_compensation_amount=made[off],
    )  # fmt: skip


def line(body: Body, row: Body, parent: int) -> Shown:
    one = amounts.item_of(body, row["item"]) or {}
    rate = dec(body["rate"])
    return {"entity_id": row["item"] + parent % 1000, "parent_id": parent, "order_item_id": row["item"],
            "qty": row["qty"], "sku": one["stock_sku"], "name": one["name"], "base_cost": 0} | pairs(
        rate, price=one["price"], row_total=row["row"], tax_amount=row["tax"], discount_amount=row["discount"],
        discount_tax_compensation_amount=row["compensation"],
    )  # fmt: skip


def with_children(body: Body, rows: list[Body], parent: int) -> list[Shown]:
    """A configurable brings its child along, without money."""
    shown = [line(body, row, parent) for row in rows]
    named = {row["item"]: row["qty"] for row in rows}
    for one in body["items"]:
        if one["dummy"] and one["parent"] in named:
            empty = {"item": one["id"], "qty": named[one["parent"]]} | dict.fromkeys(NAMES, "0")
            shown.append(line(body, empty, parent))
    return shown


def invoice(body: Body, made: Body) -> Shown:
    shown = money(body, made, "invoice") | {
        "items": with_children(body, made["items"], made["id"]), "total_qty": sum(r["qty"] for r in made["items"]),
        "comments": [], "is_used_for_refund": made["used"],
    }  # fmt: skip
    shown |= of_shipping(made, dec(body["rate"]))
    shown |= {"base_total_refunded": num(dec(made["refunded"]))} if made["used"] else {}
    return shown | ({"transaction_id": made["txn"]} if made["txn"] else {})


def creditmemo(body: Body, made: Body) -> Shown:
    shown = money(body, made, "creditmemo") | pairs(
        dec(body["rate"]), adjustment_positive=made["positive"], adjustment_negative=made["negative"],
        adjustment=dec(made["positive"]) - dec(made["negative"]),
    )  # fmt: skip
    shown["items"] = with_children(body, made["items"], made["id"])
    shown["comments"] = [
        {"comment": one["comment"], "created_at": stamp(one["at"]), "entity_id": one["id"], "is_customer_notified": 0,
         "is_visible_on_front": 0, "parent_id": made["id"]}
        for one in made["comments"]
    ]  # fmt: skip
    return shown | known(invoice_id=made["invoice"], transaction_id=made["txn"] or None)


def shipment(body: Body, made: Body) -> Shown:
    track = {"order_id": body["id"], "parent_id": made["id"], "weight": 0, "qty": 0, "description": "",
             "track_number": made["track"], "title": "UPS", "carrier_code": "ups"}  # fmt: skip
    return {
        "entity_id": made["id"], "increment_id": made["increment"], "order_id": body["id"],
        "created_at": stamp(made["at"]), "updated_at": stamp(made["at"]), "store_id": 1,
        "total_qty": sum(row["qty"] for row in made["items"]), "comments": [], "tracks": [track],
        "items": [{"order_item_id": row["item"], "qty": row["qty"]} for row in made["items"]],
    } | known(shipping_label=made.get("label"))  # fmt: skip


def transaction(body: Body, made: Body) -> Shown:
    return {
        "transaction_id": made["id"], "order_id": body["id"], "payment_id": body["id"], "txn_id": made["txn"],
        "parent_txn_id": made["parent"], "txn_type": made["type"], "is_closed": made["closed"],
        "created_at": stamp(made["at"]), "child_transactions": [], "additional_information": [],
    }  # fmt: skip
