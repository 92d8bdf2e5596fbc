"""Lists of v2 beside the orders: how many there are in each status, an order's coupons and its taxes."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from sandbox.core.records import Session
from sandbox.platforms.bigcommerce import amounts, listing, statuses
from sandbox.platforms.bigcommerce.amounts import ZERO, Body
from sandbox.platforms.bigcommerce.listing import Query

PER_TOTAL = 2  # a coupon that takes an amount off the whole order


def count(session: Session, query: Query) -> Body:
    """Every status, also those of no order; archived orders count where the list shows them."""
    found = Counter(row["status_id"] for row in listing.matching(session, query))
    told = [
        {"id": i, "name": name, "system_label": name, "custom_label": name, "system_description": name,
         "count": found[i], "sort_order": i}
        for i, name in enumerate(statuses.NAMES)
    ]  # fmt: skip
    return {"statuses": told, "count": sum(found.values())}


def coupons(order: Body) -> list[Body]:
    if not order["coupon"]:
        return []
    off = amounts.v3(sum((Decimal(line["off"]) for line in order["lines"]), ZERO))
    return [{"id": 1, "coupon_id": 1, "order_id": order["id"], "code": order["coupon"], "amount": f"{off:.4f}",
             "type": PER_TOTAL, "discount": off}]  # fmt: skip


def taxes(order: Body) -> list[Body]:
    """One row for each address and what is taxed there."""
    rows = []
    for place in order["addresses"]:
        goods = sum((Decimal(line["tax"]) for line in order["lines"] if line["address"] == place["id"]), ZERO)
        kinds = {"item": goods} | {
            kind: Decimal(place[f"{kind}_inc"]) - Decimal(place[f"{kind}_ex"]) for kind in ("shipping", "handling")
        }
        rows += [_tax(order, place, kind, amount) for kind, amount in kinds.items() if amount]
    return rows


def _tax(order: Body, place: Body, kind: str, amount: Decimal) -> Body:
    rate = f"{Decimal(order['tax_rate']) * 100:.4f}"
    return {"id": 1, "order_id": order["id"], "order_address_id": place["id"], "tax_rate_id": 1, "sales_tax_id": "",
            "tax_class_id": 0, "name": "Tax", "class": "Default Tax Class", "rate": rate, "priority": 0,
            "priority_amount": amounts.v2(amount), "line_amount": amounts.v2(amount), "order_pickup_method_id": 0,
            "line_item_type": kind}  # fmt: skip
