"""Records as `wc/v3` shows them: amounts as text with `dp` digits (the store's, unless asked), times in the site's
zone and in GMT, both without an offset."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sandbox.core.records import Body, Session
from sandbox.platforms.woocommerce import sums
from sandbox.platforms.woocommerce.sums import number

VERSIONS = {"11.1": "11.1.0", "older": "10.9.2"}


def moment(session: Session, at: float | None, zone: str) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(int(at), UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S")


def times(session: Session, **named: float | None) -> Body:
    """date_x in the site's own zone, date_x_gmt beside it."""
    zone = session.shop["timezone"]
    return {
        f"date_{name}{ending}": moment(session, at, place)
        for name, at in named.items()
        for ending, place in (("", zone), ("_gmt", "UTC"))
    }


AMOUNTS = ("subtotal", "subtotal_tax", "total", "total_tax")  # of an item; each of its taxes is shown as it is kept


def order(session: Session, found: Body, refunds: Sequence[Body], dp: int | None = None) -> Body:
    who, digits = found["person"], found["digits"] if dp is None else dp
    address = {"first_name": who["first"], "last_name": who["last"], "company": "", "address_1": who["address"],
               "address_2": "", "city": who["city"], "state": "", "postcode": who["zip"], "country": who["country"],
               "phone": who["phone"]}  # fmt: skip
    amounts = ("discount_total", "discount_tax", "shipping_total", "shipping_tax", "cart_tax", "total", "total_tax")
    return {
        "id": found["id"], "parent_id": 0, "status": found["status"], "currency": found["currency"],
        "version": VERSIONS[session.switch("store")], "prices_include_tax": found["prices_include_tax"],
        **times(session, created=found["created"], modified=found["modified"], completed=found["completed"],
                paid=found["paid"]),
        **{name: sums.text(number(found[name]), digits) for name in amounts},
        "customer_id": 0, "order_key": f"wc_order_{found['id']}", "billing": address | {"email": who["email"]},
        "shipping": address, "payment_method": found["gateway"], "payment_method_title": found["gateway_title"],
        "transaction_id": found["transaction"], "customer_ip_address": "", "customer_user_agent": "",
        "created_via": "checkout", "customer_note": found["customer_note"], "cart_hash": "", "number": found["number"],
        "meta_data": found["meta_data"], "line_items": [line(one, digits) for one in found["lines"]],
        "tax_lines": tax_lines(found), "shipping_lines": [bare(one, digits) for one in found["shipping_lines"]],
        "fee_lines": [bare(one, digits) | {"tax_class": "", "tax_status": "taxable", "amount": one["total"]}
                      for one in found["fee_lines"]],
        "coupon_lines": found["coupon_lines"],
        "refunds": [{"id": one["id"], "reason": one["reason"], "total": f"-{sums.text(number(one['amount']), digits)}"}
                    for one in reversed(refunds)],
        "payment_url": "", "is_editable": found["status"] in ("pending", "on-hold", "auto-draft"),
        "needs_payment": found["status"] in ("pending", "failed") and number(found["total"]) > 0,
        "needs_processing": True, "currency_symbol": "$",
    } | found.get("extensions", {})  # fmt: skip


def line(one: Body, digits: int) -> Body:
    """`price` is of one unit, rounded to the store's digits or not, as its tax settings have it."""
    each = number(one["total"]) / int(one["quantity"]) if one["quantity"] else Decimal(0)
    names = ("id", "name", "product_id", "variation_id", "quantity", "taxes", "meta_data", "sku", "parent_name")
    return {
        **{name: one[name] for name in names}, **_amounts(one, digits), "tax_class": "", "price": float(each),
        "image": {"id": "", "src": ""},
    } | one.get("extensions", {})  # fmt: skip


def _amounts(one: Body, digits: int) -> Body:
    return {name: sums.text(number(one[name]), digits) for name in AMOUNTS if name in one}


def bare(one: Body, digits: int) -> Body:
    return {name: value for name, value in one.items() if name not in ("quantity", "fulfilled")} | _amounts(one, digits)


def tax_lines(found: Body) -> list[Body]:
    rates = {str(tax["id"]) for one in sums.items(found) for tax in one["taxes"]}
    goods = {"tax_total": found["cart_tax"], "shipping_tax_total": found["shipping_tax"]}
    return [
        {"id": found["id"] + 900_000_000, "rate_code": "US-TAX-1", "rate_id": int(rate), "label": "Tax",
         "compound": False, "rate_percent": 19, "meta_data": []} | goods
        for rate in sorted(rates)
    ]  # fmt: skip


def refund(session: Session, found: Body, made: Body, dp: int | None = None) -> Body:
    """Quantities and totals are negative; each share names its line in a meta."""
    digits = found["digits"] if dp is None else dp
    kinds = {kind: {str(one["id"]) for one in found[kind]} for kind in sums.GOODS}
    shares = [(share, sums.item(found, share["item"])) for share in made["items"]]
    shown = {
        kind: [_share(share, one, digits) for share, one in shares if one and str(share["item"]) in ids]
        for kind, ids in kinds.items()
    }
    return {
        "id": made["id"], "parent_id": found["id"], **times(session, created=made["created"]),
        "amount": made["told_amount"] and sums.text(number(made["told_amount"]), digits),
        "reason": made["reason"], "refunded_by": made["by"],
        "refunded_payment": made["paid_back"], "meta_data": made["meta_data"], "line_items": shown["lines"],
        "shipping_lines": shown["shipping_lines"], "fee_lines": shown["fee_lines"], "tax_lines": [],
    }  # fmt: skip


def _share(share: Body, one: Body, digits: int) -> Body:
    taxes = [{"id": int(rate), "total": _minus(number(amount), digits)} for rate, amount in share["taxes"].items()]
    tax = sums.total(number(amount) for amount in share["taxes"].values())
    known = {name: one[name] for name in ("name", "product_id", "variation_id", "sku", "method_title") if name in one}
    return known | {
        "id": share["id"], "quantity": -int(share["quantity"]), "total": _minus(number(share["total"]), digits),
        "total_tax": _minus(tax, digits), "taxes": taxes,
        "meta_data": [{"id": share["id"], "key": "_refunded_item_id", "value": str(share["item"])}],
    }  # fmt: skip


def _minus(amount: Decimal, digits: int) -> str:
    return sums.text(-amount, digits)


def gateway(session: Session, ident: str) -> Body:
    can = ident == "stripe" and session.switch("gateway") != "manual"
    return {"id": ident, "title": ident.title(), "enabled": True, "method_title": ident.title(),
            "method_supports": ["products", "refunds"] if can else ["products"]}  # fmt: skip


def product(found: Body) -> Body:
    return {"id": found["id"], "name": found["name"], "manage_stock": found["tracked"],
            "stock_quantity": found["stock"] if found["tracked"] else None}  # fmt: skip


def note(session: Session, made: Body) -> Body:
    return {"id": made["id"], "author": "system", "note": made["note"], "customer_note": made["customer_note"],
            **times(session, created=made["at"])}  # fmt: skip


def fulfilments(session: Session, found: Body) -> list[Body]:
    """Read from one commit of the vendor's only: items stand in a meta."""
    sent = [{"item_id": one["id"], "qty": one["fulfilled"]} for one in found["lines"] if one["fulfilled"]]
    body = {"id": found["id"] + 800_000_000, "entity_type": "WC_Order", "entity_id": str(found["id"]),
            "status": "fulfilled", "is_fulfilled": True, "date_updated": moment(session, found["modified"], "UTC"),
            "date_deleted": None, "meta_data": [{"id": 1, "key": "_items", "value": sent}]}  # fmt: skip
    return [body] if sent else []
