"""How an order comes to stand as its words say: lines, fulfilments, payments, and what happened to it before."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sandbox.core.records import Session
from sandbox.platforms.square import pricing, refund, stock
from sandbox.platforms.square.pricing import Body, amount, minor, money
from sandbox.platforms.square.serializers import iso, keep
from sandbox.platforms.square.spec import Line, Order, Person

DETAILS = {"PICKUP": "pickup_details", "SHIPMENT": "shipment_details", "DELIVERY": "delivery_details"}
CARD = {"card_brand": "VISA", "last_4": "4242"}
CAPTURE_DAYS = 7
DAY = 86_400


def order(session: Session, wanted: Order) -> Body:
    """The order and its payments, written; stock that it takes is taken."""
    at = session.at - wanted.age_days * DAY
    body = bare(session, wanted, at)
    pricing.price(body)
    for source, text in tenders(wanted, body):
        pay(session, body, wanted, source, text, at)
    body["state"] = wanted.order_state or ("COMPLETED" if is_done(body) else "OPEN")
    if body["state"] != "OPEN":
        body["closed_at"] = iso(at)
    pricing.owe(body)
    stock.take_for(session, body)
    keep(session, body)
    earlier(session, body, wanted)
    return body


def bare(session: Session, wanted: Order, at: float) -> Body:
    number = session.number()
    place = wanted.location or session.shop["locations"][0]["id"]
    currency = wanted.currency or next(one["currency"] for one in session.shop["locations"] if one["id"] == place)
    body: Body = {
        "id": f"CAISE{number}ORD", "location_id": place, "source": {"name": wanted.source_name},
        "line_items": [line(session, one, currency) for one in wanted.lines],
        "created_at": iso(at), "updated_at": iso(at), "state": "OPEN",
        "_currency": currency, "_tax_rate": wanted.tax_rate, "_inclusive": wanted.taxes_included,
        "_tip": minor(wanted.tip, currency), "tenders": [],
    }  # fmt: skip
    body |= {"reference_id": wanted.reference} if wanted.reference else {}
    body |= {"ticket_name": wanted.ticket} if wanted.ticket else {}
    if wanted.is_versioned:
        body["version"] = 1
    if Decimal(wanted.tax_rate):
        body["taxes"] = [tax(wanted)]
    if Decimal(wanted.charge):
        body["service_charges"] = [charge(minor(wanted.charge, currency), currency)]
    body["fulfillments"] = list(fulfilments(wanted, body, at)) if wanted.fulfilment else []
    return body


def line(session: Session, wanted: Line, currency: str) -> Body:
    body: Body = {
        "uid": f"li{session.number()}x", "name": wanted.title, "variation_name": wanted.variant,
        "quantity": str(wanted.quantity), "item_type": wanted.kind,
        "base_price_money": money(minor(wanted.price, currency), currency),
        "_discount": minor(wanted.discount, currency),
    }  # fmt: skip
    if wanted.unit:
        body["quantity_unit"] = {"measurement_unit": {"type": "TYPE_WEIGHT", "weight_unit": wanted.unit},
                                 "precision": 2}  # fmt: skip
    item = wanted.item or (f"ITEM-{wanted.sku}" if wanted.sku and wanted.kind == "ITEM" else "")
    if item and item != "-":
        body["catalog_object_id"] = item
        stock.track(session, item, is_tracked=wanted.tracked)
    return body


def tax(wanted: Order) -> Body:
    kind = "INCLUSIVE" if wanted.taxes_included else "ADDITIVE"
    return {"uid": "tax1", "name": "Sales tax", "percentage": wanted.tax_rate, "type": kind, "scope": "ORDER"}


def charge(value: int, currency: str) -> Body:
    shown = {"uid": "charge1", "name": "Delivery", "calculation_phase": "TOTAL_PHASE", "taxable": False}
    return shown | {name: money(value, currency) for name in ("amount_money", "applied_money", "total_money")}


def fulfilments(wanted: Order, body: Body, at: float) -> Iterator[Body]:
    if not wanted.entries:
        yield fulfilment(wanted, "fu1", wanted.state, at) | {"line_item_application": "ALL"}
        return
    rest = [Decimal(line["quantity"]) - units for line, units in zip(body["line_items"], wanted.entries, strict=True)]
    for uid, state, units in (("fu1", "COMPLETED", wanted.entries), ("fu2", wanted.state, rest)):
        entries = [
            {"uid": f"{uid}e{place}", "line_item_uid": line["uid"], "quantity": str(count)}
            for place, (line, count) in enumerate(zip(body["line_items"], units, strict=True))
            if count
        ]
        yield fulfilment(wanted, uid, state, at) | {"line_item_application": "ENTRY_LIST", "entries": entries}


def fulfilment(wanted: Order, uid: str, state: str, at: float) -> Body:
    details: Body = {"placed_at": iso(at)}
    if wanted.person:
        details["recipient"] = recipient(wanted.person)
    if wanted.fulfilment == "SHIPMENT" and state == "COMPLETED":
        details |= {"carrier": "Parcel Post", "tracking_number": "PP-100200300", "shipped_at": iso(at + 3600)}
    return {"uid": uid, "type": wanted.fulfilment, "state": state, DETAILS[wanted.fulfilment]: details}


def recipient(person: Person) -> Body:
    address = {"address_line_1": person.address, "locality": person.city, "postal_code": person.zip,
               "country": person.country}  # fmt: skip
    return {"display_name": f"{person.first} {person.last}", "email_address": person.email,
            "phone_number": person.phone, "address": address}  # fmt: skip


# --- payments ----------------------------------------------------------------------------------------
def tenders(wanted: Order, body: Body) -> Iterator[tuple[str, int]]:
    if wanted.pay == "unpaid":
        return
    currency = body["_currency"]
    if wanted.tender:
        yield from ((source, minor(text, currency)) for source, text in wanted.tender)
    else:
        yield wanted.source, amount(body, "total_money")


def pay(session: Session, body: Body, wanted: Order, source: str, value: int, at: float) -> None:
    """One payment and its tender; the tip is in the first."""
    currency, is_held = body["_currency"], wanted.pay == "authorised"
    tip = body["_tip"] if not body["tenders"] else 0
    number = session.number()
    payment: Body = {
        "id": f"bP9m{number}PAY", "created_at": iso(at), "updated_at": iso(at), "source_type": source,
        "amount_money": money(value - tip, currency), "tip_money": money(tip, currency),
        "total_money": money(value, currency), "status": "APPROVED" if is_held else "COMPLETED",
        "location_id": body["location_id"], "order_id": body["id"], "capabilities": ["EDIT_AMOUNT_DOWN"],
        "receipt_number": f"R{number % 1000:03d}", "receipt_url": f"https://squareup.com/receipt/{number}",
        "version_token": f"v{number}", "_outcome": wanted.outcome, "_disputed": wanted.disputed,
    }  # fmt: skip
    if is_held:
        payment |= {"delay_action": "CANCEL", "delay_duration": "P7D", "delayed_until": iso(at + CAPTURE_DAYS * DAY)}
    if wanted.person:
        payment["buyer_email_address"] = wanted.person.email
    payment |= details(source, value, currency, is_held=is_held)
    session.put("payment", payment["id"], payment, parent=body["id"], at=at)
    tender: Body = {"id": payment["id"], "location_id": body["location_id"], "payment_id": payment["id"],
                    "created_at": iso(at), "amount_money": money(value, currency),
                    "type": source if source in ("CARD", "CASH", "WALLET", "BANK_ACCOUNT") else "OTHER"}  # fmt: skip
    if source == "CARD":
        tender["card_details"] = {"status": "AUTHORIZED" if is_held else "CAPTURED", "card": CARD}
    body["tenders"].append(tender)


def details(source: str, value: int, currency: str, *, is_held: bool) -> Body:
    match source:
        case "CARD":
            return {"card_details": {"status": "AUTHORIZED" if is_held else "CAPTURED", "card": CARD}}
        case "CASH":
            return {"cash_details": {"buyer_supplied_money": money(value, currency)}}
        case "EXTERNAL":
            return {"external_details": {"type": "OTHER", "source": "House account"}}
    return {}


def is_done(body: Body) -> bool:
    """Paid, and nothing is left to hand over: then Square completes the order at once."""
    is_paid = bool(body["tenders"]) and all(
        (tender.get("card_details") or {}).get("status", "CAPTURED") == "CAPTURED" for tender in body["tenders"]
    )
    return is_paid and all(one["state"] in ("COMPLETED", "CANCELED", "FAILED") for one in body["fulfillments"])


# --- what happened before ------------------------------------------------------------------------------
def earlier(session: Session, body: Body, wanted: Order) -> None:
    if not body["tenders"]:
        return
    payment: Any = session.get("payment", body["tenders"][0]["payment_id"])
    if wanted.earlier:
        refund.at_the_till(session, body, payment, body["line_items"][0], wanted.earlier)
    for _ in range(wanted.refunds):
        refund.write(session, payment, 1, reason="earlier", status="COMPLETED")
