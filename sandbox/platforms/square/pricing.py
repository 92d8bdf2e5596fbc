"""What an order costs, in whole minor units: lines, taxes, charges, tips, and what is still due.

Each line rounds its tax half up; an included tax is part of the line's price.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stores.kernel.money import Money

Body = dict[str, Any]
HELD = ("AUTHORIZED", "CAPTURED")


def money(amount: int, currency: str) -> Body:
    return {"amount": amount, "currency": currency}


def minor(text: str, currency: str) -> int:
    return Money(Decimal(text), currency).minor


def amount(parent: Body, name: str) -> int:
    return int((parent.get(name) or {}).get("amount") or 0)


def rounded(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def price(order: Body) -> None:
    """Writes every amount of the order anew from prices, quantities, taxes and charges."""
    currency = order["_currency"]
    for line in order["line_items"]:
        price_line(order, line, currency)
    for tax in order.get("taxes", ()):
        tax["applied_money"] = money(sum(amount(line, "total_tax_money") for line in order["line_items"]), currency)
    charges = sum(amount(charge, "total_money") for charge in order.get("service_charges", ()))
    lines, tip = order["line_items"], order["_tip"]
    sums = {
        "total_money": sum(amount(line, "total_money") for line in lines) + charges + tip,
        "total_tax_money": sum(amount(line, "total_tax_money") for line in lines),
        "total_discount_money": sum(amount(line, "total_discount_money") for line in lines),
        "total_tip_money": tip,
        "total_service_charge_money": charges,
    }
    order |= {name: money(value, currency) for name, value in sums.items()}
    order["net_amounts"] = {name.removeprefix("total_") if name != "total_money" else name: money(value, currency)
                            for name, value in sums.items()}  # fmt: skip
    owe(order)


def price_line(order: Body, line: Body, currency: str) -> None:
    units, gross_each = Decimal(line["quantity"]), amount(line, "base_price_money")
    gross = rounded(units * gross_each)
    off = min(gross, int(line["_discount"]))
    rate = Decimal(order["_tax_rate"]) / 100
    net = gross - off
    tax = rounded(net - net / (1 + rate)) if order["_inclusive"] else rounded(net * rate)
    line |= {
        "variation_total_price_money": money(gross_each, currency), "gross_sales_money": money(gross, currency),
        "total_discount_money": money(off, currency), "total_tax_money": money(tax, currency),
        "total_service_charge_money": money(0, currency),
        "total_money": money(net if order["_inclusive"] else net + tax, currency),
    }  # fmt: skip


def owe(order: Body) -> None:
    """What is still due, by the tenders that hold money."""
    got = sum(amount(tender, "amount_money") for tender in order.get("tenders", ()) if holds(tender))
    due = max(0, amount(order, "total_money") - got)
    order["net_amount_due_money"] = money(due, order["_currency"])


def holds(tender: Body) -> bool:
    return (tender.get("card_details") or {}).get("status", "CAPTURED") in HELD
