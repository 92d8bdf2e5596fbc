"""Makes the body of one order out of its specification. Pure: no file, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.spec import Line, Order, Person
from sandbox.platforms.shopify.totals import add_payments
from sandbox.platforms.shopify.values import Body, gid, half_up, minor, next_part, spread

DAY = 86_400.0
HOLD_WORDS = {
    "AWAITING_PAYMENT": "Awaiting payment", "HIGH_RISK_OF_FRAUD": "High risk of fraud",
    "INCORRECT_ADDRESS": "Incorrect address", "INVENTORY_OUT_OF_STOCK": "Inventory out of stock",
}  # fmt: skip


def build(shop: Body, spec: Order, *, order_id: int, number: int, at: float) -> Body:
    """The order as it stands `at` (epoch seconds), placed `spec.age_days` before."""
    order = skeleton(shop, spec, order_id, number, at - spec.age_days * DAY)
    add_lines(shop, order, spec)
    add_shipping(order, spec)
    add_fulfilment_orders(shop, order, spec)
    add_shipments(shop, order, spec)
    add_payments(order, spec)
    add_troubles(order, spec)
    if spec.cancelled:
        mark_cancelled(order, spec)
    return order


def skeleton(shop: Body, spec: Order, order_id: int, number: int, placed: float) -> Body:
    currency, rate = spec.presentment or (shop["currency"], "1")
    return {
        "id": order_id, "shop": shop["name"], "last_part": 0, "number": number, "name": spec.name or f"#{number}",
        "confirmation_number": confirmation(order_id), "created_at": placed, "processed_at": placed,
        "updated_at": placed, "cancelled_at": None, "cancel_reason": None, "cancel_note": None,
        "closed_at": placed + DAY if spec.is_closed else None, "test": spec.is_test, "edited": False,
        "confirmed": True, "currency": currency, "shop_currency": shop["currency"], "rate": rate,
        "taxes_included": spec.taxes_included, "note": spec.note or None, "tags": list(spec.tags),
        "source_name": spec.source, "po_number": spec.po_number or None, "app": app_of(shop, spec),
        "terms": spec.terms, "risk": spec.risk, "discount_codes": [spec.discount_code] if spec.discount_code else [],
        "lines": [], "shipping": [], "fulfillment_orders": [], "fulfillments": [], "transactions": [], "refunds": [],
        "returns": [], "disputes": [], "original": None, **whose(spec, order_id),
    }  # fmt: skip


def confirmation(order_id: int) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    mixed = order_id // 10_000 * 2_654_435_761 % 32**6
    return "".join(letters[mixed // 32**place % 32] for place in range(6))


def app_of(shop: Body, spec: Order) -> Body:
    if spec.app == "other":
        return {"id": gid("App", 990001), "name": "Marketplace Bridge", "is_other": True}
    return {"id": gid("App", 580111), "name": "Online Store", "is_other": False}


def whose(spec: Order, order_id: int) -> Body:
    person = spec.person
    if person is None:
        return {"customer": None, "email": None, "phone": None, "address": None, "company": None}
    number = sum(ord(letter) * (place + 7) for place, letter in enumerate(person.email)) + 70_000_000
    company = {"id": gid("Company", number), "name": f"{person.last} Trading"} if spec.is_company else None
    return {
        "customer": {"id": number, "first": person.first, "last": person.last}, "email": person.email or None,
        "phone": person.phone or None, "address": address(person), "company": company,
    }  # fmt: skip


def address(person: Person) -> Body:
    return {"address1": person.address, "city": person.city, "zip": person.zip, "country": person.country}


# --- lines ---------------------------------------------------------------------------------------
def add_lines(shop: Body, order: Body, spec: Order) -> None:
    lines = [*spec.lines]
    if spec.tip:
        lines.append(Line(title="Tip", price=spec.tip, is_tip=True, ships=False, tax="", is_tracked=False))
    order["lines"] = [line_body(order, spec, line) for line in lines]
    worth = [0 if line["is_tip"] else totals.line_total(line) for line in order["lines"]]
    for line, part in zip(order["lines"], spread(minor(spec.discount, order["currency"]), worth), strict=True):
        line["discount"] += part
    for line, wanted in zip(order["lines"], lines, strict=True):
        rate = spec.tax if wanted.tax is None else wanted.tax
        line["taxes"] = taxes(spec.tax_title, rate, totals.line_total(line), included=spec.taxes_included)
    groups = {line["group"]: gid("LineItemGroup", line["id"]) for line in reversed(order["lines"]) if line["group"]}
    for line in order["lines"]:
        line["group_id"] = groups.get(line["group"], "")


def line_body(order: Body, spec: Order, line: Line) -> Body:
    currency = order["currency"]
    line_id = next_part(order)
    variant = variant_number(line)
    return {
        "id": line_id, "title": line.title, "variant_title": line.variant or None, "sku": line.sku or None,
        "vendor": line.vendor, "quantity": line.quantity, "price": minor(line.price, currency),
        "discount": minor(line.discount, currency), "taxes": [],
        "duties": [{"id": next_part(order), "amount": minor(duty, currency), "refunded": 0} for duty in line.duties],
        "variant": variant, "item": variant + 1, "is_tracked": line.is_tracked and not line.is_tip,
        "is_restockable": line.is_restockable and not line.is_tip, "is_gift_card": line.is_gift_card,
        "is_tip": line.is_tip, "ships": line.ships, "group": line.group, "removed": 0, "fulfilled": 0,
        "refunded_waiting": 0, "refunded_shipped": 0,
    }  # fmt: skip


def variant_number(line: Line) -> int:
    """The same product has the same variant in every order of the world."""
    word = line.sku or f"{line.title}/{line.variant}"
    mixed = 17
    for letter in word:
        mixed = (mixed * 131 + ord(letter)) % 900_000_007
    return 41_000_000_000 + mixed * 10


def taxes(title: str, rate: str, amount: int, *, included: bool) -> list[Body]:
    if not rate or rate == "0":
        return []
    share = Decimal(rate)
    part = amount * share / (1 + share) if included else amount * share
    return [{"title": title, "rate": rate, "amount": half_up(part)}]


def add_shipping(order: Body, spec: Order) -> None:
    if spec.shipping is None:
        return
    price = minor(spec.shipping, order["currency"])
    line = {"id": next_part(order), "title": "Standard", "price": price, "refunded": 0, "tax_refunded": 0}
    line["taxes"] = taxes(spec.tax_title, spec.tax, price, included=spec.taxes_included)
    order["shipping"].append(line)


# --- what makes it difficult -----------------------------------------------------------------------
def add_troubles(order: Body, spec: Order) -> None:
    if spec.returned:
        back = {"id": next_part(order), "name": f"{order['name']}-R1", "status": spec.returned, "units": 1}
        order["returns"].append(back | {"created_at": order["created_at"]})
    if spec.dispute:
        order["disputes"].append({"id": next_part(order), "initiatedAs": "CHARGEBACK", "status": spec.dispute})


def mark_cancelled(order: Body, spec: Order) -> None:
    """Cancelled by somebody an hour after it was placed, everything given back."""
    at = order["created_at"] + 3_600
    order |= {"cancelled_at": at, "cancel_reason": spec.cancelled, "closed_at": at, "updated_at": at}
    refund: dict[str, Any] = {
        "id": next_part(order), "created_at": at, "note": None, "tag": "", "lines": [], "adjustment": 0,
    }  # fmt: skip
    refund |= {"shipping": [], "duties": [], "order_transactions": []}
    for line in order["lines"]:
        refund["lines"].append(cancelled_line(order, line))
        line["refunded_waiting"] = line["quantity"]
    for ship in order["shipping"]:
        ship |= {"refunded": ship["price"], "tax_refunded": sum(tax["amount"] for tax in ship["taxes"])}
    for parcel in order["fulfillment_orders"]:
        parcel["status"] = "CLOSED"
        for item in parcel["items"]:
            item["remaining"] = 0
    for payment in list(order["transactions"]):
        add_reversal(order, refund, payment, at)
    order["refunds"].append(refund)


def cancelled_line(order: Body, line: Body) -> Mapping[str, Any]:
    return {
        "id": next_part(order), "line": line["id"], "units": line["quantity"], "type": "CANCEL",
        "restocked": line["is_tracked"],
        "location": order["fulfillment_orders"][0]["location"] if order["fulfillment_orders"] else None,
        "subtotal": totals.line_total(line), "tax": totals.line_tax(line),
    }  # fmt: skip


def add_reversal(order: Body, refund: Body, payment: Body, at: float) -> None:
    kind = "REFUND" if payment["kind"] in totals.PAID else "VOID"
    if payment["status"] != "SUCCESS" or payment["kind"] not in (*totals.PAID, *totals.AUTH):
        return
    if kind == "VOID" and not totals.unsettled(order, payment):
        return
    back = payment | {"id": next_part(order), "kind": kind, "parent_id": payment["id"], "at": at}
    order["transactions"].append(back)
    refund["order_transactions"].append(back["id"])


# --- Fulfilment orders and shipments of an order that is being built ------------------------------
HOUR = 3_600.0


def location_named(shop: Body, name: str) -> Body:
    """A location by name; "" is the first. Raises ValueError for an unknown one."""
    for location in shop["locations"]:
        if not name or location["name"] == name:
            found: Body = location
            return found
    raise ValueError(f"{shop['name']} has no location {name!r}")


def places(line: Line) -> Mapping[str, int]:
    return {line.at: line.quantity} if isinstance(line.at, str) else line.at


def left_from(line: Line) -> Mapping[str, int]:
    """Units shipped per location; a bare number is taken from the places in order."""
    if not isinstance(line.fulfilled, int):
        return line.fulfilled
    rest, taken = line.fulfilled, {}
    for name, units in places(line).items():
        taken[name] = min(units, rest)
        rest -= taken[name]
    return taken


def add_fulfilment_orders(shop: Body, order: Body, spec: Order) -> None:
    """One per location that has to send something."""
    by_place: dict[str, list[tuple[Body, Line]]] = {}
    for body, line in zip(order["lines"], spec.lines, strict=False):
        for name in places(line) if line.ships else ():
            by_place.setdefault(name, []).append((body, line))
    for name, members in by_place.items():
        parcel = fulfilment_order(order, location_named(shop, name), spec)
        for body, line in members:
            units, sent = places(line)[name], left_from(line).get(name, 0)
            item = {"id": next_part(order), "line": body["id"], "total": units, "remaining": units - sent}
            parcel["items"].append(item)
        if not any(item["remaining"] for item in parcel["items"]):
            parcel |= {"status": "CLOSED", "holds": []}
        order["fulfillment_orders"].append(parcel)


def fulfilment_order(order: Body, location: Body, spec: Order) -> Body:
    is_service = bool(location["service"])
    holds = [hold(order, spec.hold)] if spec.hold else []
    request = spec.request if is_service or spec.request == "UNSUBMITTED" else "UNSUBMITTED"
    status = "IN_PROGRESS" if request in ("ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED") else "OPEN"
    return {
        "id": next_part(order), "location": location["id"],
        "status": "ON_HOLD" if holds else (status if status != "OPEN" else spec.fulfilment), "request_status": request,
        "created_at": order["created_at"], "updated_at": order["created_at"], "fulfill_at": order["created_at"],
        "holds": holds, "items": [],
    }  # fmt: skip


def hold(order: Body, reason: str, notes: str = "") -> Body:
    return {"id": next_part(order), "reason": reason, "notes": notes or None, "is_ours": False}


def add_shipments(shop: Body, order: Body, spec: Order) -> None:
    """What has left, one shipment per location, a day after the order was placed."""
    sent: dict[str, list[tuple[Body, int]]] = {}
    for body, line in zip(order["lines"], spec.lines, strict=False):
        for name, units in left_from(line).items():
            if units:
                sent.setdefault(name, []).append((body, units))
    for name, items in sent.items():
        add_shipment(order, location_named(shop, name), items)


def add_shipment(order: Body, location: Body, items: list[tuple[Body, int]]) -> None:
    number = len(order["fulfillments"]) + 1
    order["fulfillments"].append(
        {
            "id": next_part(order), "name": f"{order['name']}-F{number}", "status": "SUCCESS",
            "created_at": order["created_at"] + 20 * HOUR, "location": location["id"],
            "tracking": {"company": "UPS", "number": f"1Z{order['id'] % 10**10:010d}{number}"},
            "items": [{"id": next_part(order), "line": line["id"], "units": units} for line, units in items],
        }
    )  # fmt: skip
    for line, units in items:
        line["fulfilled"] += units


def open_units(order: Body, line: Body) -> int:
    """Units of a line that wait in open fulfilment orders."""
    return sum(
        item["remaining"]
        for parcel in order["fulfillment_orders"]
        if parcel["status"] in totals.OPEN_FULFILMENT
        for item in parcel["items"]
        if item["line"] == line["id"]
    )
