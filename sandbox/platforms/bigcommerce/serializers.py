"""Orders as v2 shows them: money as text with four decimals, dates as in mails, lists bare; then payments of v3."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from sandbox.core.records import Session
from sandbox.platforms.bigcommerce import amounts, statuses
from sandbox.platforms.bigcommerce.amounts import OFFLINE, ZERO, Body
from sandbox.platforms.bigcommerce.build import METHODS

NO_MONEY = "0.0000"


def mail_date(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(int(at), UTC))


def factor(session: Session, order: Body) -> Decimal:
    """What v2 money is multiplied with: 1, unless it is told in the currency of display."""
    display = order["display"]
    if display is None or session.switch("currency_fields") == "transactional":
        return Decimal(1)
    return Decimal(display[1])


def order(session: Session, raw: Body, include: str = "") -> Body:
    by = factor(session, raw)
    display = raw["display"] or [raw["currency"], "1"]
    shown = {
        "id": raw["id"], "customer_id": raw["customer_id"], "date_created": mail_date(raw["at"]),
        "date_modified": mail_date(raw["modified"]), "date_shipped": "", "status_id": raw["status_id"],
        "status": statuses.NAMES[raw["status_id"]], "custom_status": statuses.NAMES[raw["status_id"]],
        "is_tax_inclusive_pricing": raw["inclusive"], "items_total": sum(line["quantity"] for line in raw["lines"]),
        "items_shipped": sum(line["shipped"] for line in raw["lines"]),
        "payment_method": METHODS.get(raw["gateway"], raw["gateway"].title()), "payment_provider_id": "",
        "payment_status": raw["payment_status"], "order_is_digital": False, "ip_address": "", "geoip_country": "",
        "currency_id": 1, "currency_code": display[0], "currency_exchange_rate": display[1],
        "default_currency_id": 1, "default_currency_code": raw["currency"],
        "store_default_currency_code": session.shop["currency"],
        "store_default_to_transactional_exchange_rate": raw["rate"], "staff_notes": raw["staff_notes"],
        "customer_message": raw["customer_message"], "shipping_address_count": len(raw["addresses"]),
        "is_deleted": raw["is_deleted"], "ebay_order_id": "0", "billing_address": person(raw) | {"form_fields": []},
        "order_source": raw["source"], "channel_id": raw["channel"], "external_id": None,
        "external_source": None, "external_order_id": "", "customer_locale": "en", "tax_provider_id": "",
        "products": link(session, raw, "products"), "shipping_addresses": link(session, raw, "shippingaddresses"),
        "coupons": link(session, raw, "coupons"),
    }  # fmt: skip
    shown |= {name: amounts.v2(amount * by) for name, amount in totals(raw).items()}
    shown["fees"] = fees(raw, by) if "fees" in include else link(session, raw, "fees")
    lines = "consignments.line_items" in include
    shown["consignments"] = (
        consignments(session, raw, by, lines=lines) if "consignments" in include else link(session, raw, "consignments")
    )
    return shown


def link(session: Session, raw: Body, name: str) -> Body:
    rest = f"/orders/{raw['id']}/{name}"
    return {"url": f"https://api.bigcommerce.com/stores/{session.shop['hash']}/v2{rest}", "resource": rest}


def totals(raw: Body) -> dict[str, Decimal]:
    def lines(name: str) -> Decimal:
        return sum((Decimal(line[name]) for line in raw["lines"]), ZERO)

    def places(name: str) -> Decimal:
        return sum((Decimal(address[name]) for address in raw["addresses"]), ZERO)

    tax, whole = amounts.tax(raw), amounts.total(raw)
    credit = {g: amounts.taken(raw, g) for g in ("storecredit", "giftcertificate")}
    found = {
        "subtotal_ex_tax": lines("total_ex"), "subtotal_inc_tax": lines("total_inc"),
        "subtotal_tax": lines("total_inc") - lines("total_ex"), "total_inc_tax": whole, "total_ex_tax": whole - tax,
        "total_tax": tax, "refunded_amount": ZERO, "discount_amount": ZERO if raw["coupon"] else lines("off"),
        "coupon_discount": lines("off") if raw["coupon"] else ZERO,
        "store_credit_amount": credit["storecredit"], "gift_certificate_amount": credit["giftcertificate"],
        "wrapping_cost_ex_tax": lines("wrapping"), "wrapping_cost_inc_tax": lines("wrapping"),
        "wrapping_cost_tax": ZERO, "base_wrapping_cost": lines("wrapping"),
    }  # fmt: skip
    for kind in ("shipping", "handling"):
        ex, inc = places(f"{kind}_ex"), places(f"{kind}_inc")
        found |= {f"{kind}_cost_ex_tax": ex, f"{kind}_cost_inc_tax": inc, f"{kind}_cost_tax": inc - ex,
                  f"base_{kind}_cost": inc if raw["inclusive"] else ex}  # fmt: skip
    return found


def person(raw: Body) -> Body:
    who = raw["person"]
    return {"first_name": who["first"], "last_name": who["last"], "company": "", "street_1": who["address"],
            "street_2": "", "city": who["city"], "state": "", "zip": who["zip"], "country": who["country"],
            "country_iso2": who["country_code"], "phone": who["phone"], "email": who["email"]}  # fmt: skip


def fees(raw: Body, by: Decimal) -> list[Body]:
    return [
        {"id": fee["id"], "type": "custom_fee", "display_name_customer": fee["name"],
         "display_name_merchant": fee["name"], "source": "API", "tax_class_id": None, "cost_tax": NO_MONEY,
         **{f"{kind}": amounts.v2(Decimal(fee["cost"]) * by) for kind in ("base_cost", "cost_ex_tax", "cost_inc_tax")}}
        for fee in raw["fees"]
    ]  # fmt: skip


# --- lines and where they go -------------------------------------------------------------------------
def line(raw: Body, order_id: int, by: Decimal = Decimal(1), coupon: str = "") -> Body:
    price = Decimal(raw["unit_inc"]) - Decimal(raw["unit_ex"])
    money = {
        "base_price": raw["unit_ex"], "price_ex_tax": raw["unit_ex"], "price_inc_tax": raw["unit_inc"],
        "price_tax": price, "base_total": raw["total_ex"], "total_ex_tax": raw["total_ex"],
        "total_inc_tax": raw["total_inc"], "total_tax": raw["tax"], "discounted_total_inc_tax": raw["net_inc"],
        "base_wrapping_cost": raw["wrapping"], "wrapping_cost_ex_tax": raw["wrapping"],
        "wrapping_cost_inc_tax": raw["wrapping"], "wrapping_cost_tax": "0", "refund_amount": "0",
        "fixed_shipping_cost": "0", "base_cost_price": "0", "cost_price_inc_tax": "0", "cost_price_ex_tax": "0",
        "cost_price_tax": "0",
    }  # fmt: skip
    shown: dict[str, Any] = {
        "id": raw["id"], "order_id": order_id, "product_id": raw["product_id"], "variant_id": raw["variant_id"],
        "order_address_id": raw["address"], "order_pickup_method_id": 0, "name": raw["title"],
        "name_customer": raw["title"], "name_merchant": raw["title"], "sku": raw["sku"], "type": raw["kind"],
        "quantity": raw["quantity"], "quantity_shipped": raw["shipped"], "quantity_refunded": raw["refunded"],
        "is_refunded": raw["refunded"] >= raw["quantity"], "weight": "1.0000", "width": "0.0000",
        "height": "0.0000", "depth": "0.0000", "return_id": 0, "wrapping_id": 0, "wrapping_name": "",
        "wrapping_message": "", "event_name": None, "event_date": None, "option_set_id": None,
        "parent_order_product_id": raw["parent"], "is_bundled_product": raw["parent"] is not None,
        "bin_picking_number": "", "external_id": None, "brand": raw["brand"], "configurable_fields": [], "upc": "",
        "gift_certificate_id": 1 if raw["kind"] == "giftcertificate" else None,
        "applied_discounts": discounts(raw, by, coupon), "product_options": options(raw),
    }  # fmt: skip
    return shown | {name: amounts.v2(Decimal(str(amount)) * by) for name, amount in money.items()}


def discounts(raw: Body, by: Decimal, coupon: str) -> list[Body]:
    said = (("product", raw["discount"], ""), ("order", raw["off"], coupon))
    return [
        {"id": "coupon" if code else "manual-discount", "amount": amounts.v2(Decimal(amount) * by),
         "name": "Coupon" if code else "Manual Discount", "code": code or None, "target": target}
        for target, amount, code in said if Decimal(amount)
    ]  # fmt: skip


def options(raw: Body) -> list[Body]:
    if not raw["variant"]:
        return []
    return [{"id": 1, "option_id": 1, "order_product_id": raw["id"], "product_option_id": 1, "display_name": "Kind",
             "display_value": raw["variant"], "value": "1", "type": "Multiple choice", "name": "Kind"}]  # fmt: skip


def consignments(session: Session, raw: Body, by: Decimal, *, lines: bool) -> Body:
    def of(address: int, kind: str = "physical") -> Any:
        if not lines:
            return [link(session, raw, "products")]
        mine = [one for one in raw["lines"] if one["kind"] == kind and one["address"] == address]
        return [line(one, raw["id"], by, raw["coupon"]) for one in mine]

    own = 500_000 if session.switch("address_ids") == "own" else 0
    shipping = [
        {**person(raw), "id": place["id"] + own, "form_fields": [], "line_items": of(place["id"]), **costs(place, by)}
        for place in raw["addresses"]
    ]
    email = raw["person"]["email"]
    return {
        "pickups": [], "shipping": shipping,
        "downloads": [{"recipient_email": email, "line_items": of(0, "digital")}],
        "email": {"gift_certificates": [{"recipient_email": email, "line_items": of(0, "giftcertificate")}]},
    }  # fmt: skip


def costs(place: Body, by: Decimal) -> Body:
    """In consignments money is numbers."""
    found = {"cost_ex_tax": place["shipping_ex"], "cost_inc_tax": place["shipping_inc"],
             "handling_cost_ex_tax": place["handling_ex"], "handling_cost_inc_tax": place["handling_inc"]}  # fmt: skip
    return {name: amounts.v3(Decimal(amount) * by) for name, amount in found.items()} | {"shipping_method": "Flat Rate"}


def address(session: Session, raw: Body, place: Body) -> Body:
    by = factor(session, raw)
    money = {name: amounts.v2(amount) for name, amount in costs(place, by).items() if name != "shipping_method"}
    return {**person(raw), "id": place["id"], "order_id": raw["id"], "shipping_method": "Flat Rate",
            "form_fields": [], **money}  # fmt: skip


def shipment(raw: Body, sent: Body) -> Body:
    return {
        "id": sent["id"], "order_id": raw["id"], "customer_id": raw["customer_id"], "comments": "",
        "order_address_id": raw["addresses"][0]["id"] if raw["addresses"] else 0, "date_created": mail_date(sent["at"]),
        "tracking_number": "1Z999AA10123456784", "shipping_method": "Flat Rate", "shipping_provider": "ups",
        "tracking_carrier": "ups", "tracking_link": "", "items": [one | {"product_id": 0} for one in sent["items"]],
        "shipping_provider_display_name": "UPS",
    }  # fmt: skip


# --- Transactions and refunds as v3 tells them: money as numbers, dates as ISO 8601 ---------------
V3_METHODS = {"giftcertificate": "gift_certificate", "storecredit": "store_credit", "custom": "custom"}


def iso(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).isoformat()


def transaction(order: Body, raw: Body) -> Body:
    gateway = raw["gateway"]
    shown: dict[str, Any] = {
        "id": raw["id"], "order_id": str(order["id"]), "event": raw["event"], "amount": amounts.v3(raw["amount"]),
        "method": "offline" if gateway in OFFLINE else V3_METHODS.get(gateway, "credit_card"),
        "currency": order["currency"], "gateway": gateway, "gateway_transaction_id": f"gw-{raw['id']}", "test": False,
        "status": raw["status"], "fraud_review": False, "date_created": iso(raw["at"]),
        "payment_method_id": gateway,
    }  # fmt: skip
    if shown["method"] == "credit_card":
        shown["credit_card"] = {"card_type": "visa", "card_iin": "411111", "card_last4": "4242",
                               "card_expiry_month": 8, "card_expiry_year": 2030}  # fmt: skip
    if shown["method"] == "offline":
        shown["offline"] = {"display_name": gateway.title()}
    return shown


def refund(order: Body, raw: Body) -> Body:
    return {
        "id": raw["id"], "order_id": order["id"], "user_id": 1, "created": iso(raw["at"]), "reason": raw["reason"],
        "total_amount": amounts.v3(raw["total"]), "total_tax": amounts.v3(raw["tax"]),
        "uses_merchant_override_values": raw["override"], "items": [item(one) for one in raw["items"]],
        "payments": [payment(one) for one in raw["payments"]],
    }  # fmt: skip


def item(raw: Body) -> Body:
    shown: dict[str, Any] = {"item_type": raw["item_type"], "item_id": raw["item_id"], "reason": raw.get("reason", "")}
    if raw.get("quantity"):
        shown["quantity"] = raw["quantity"]
    if raw.get("amount") is not None:
        shown["requested_amount"] = raw["amount"]
    return shown


def payment(raw: Body) -> Body:
    return {
        "id": raw["id"], "provider_id": raw["provider_id"], "amount": amounts.v3(raw["amount"]),
        "offline": raw["offline"], "is_declined": raw["is_declined"], "declined_message": raw["message"],
        "transaction_id": raw["transaction_id"],
    }  # fmt: skip
