"""Lists of orders: a bare page, nothing at all (204) when there is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

from sandbox.core.records import Session
from sandbox.platforms.bigcommerce import amounts, serializers, statuses
from sandbox.platforms.bigcommerce.amounts import ZERO, Body
from sandbox.platforms.bigcommerce.refusals import v2

Query = Mapping[str, Sequence[str]]
USUAL = 50
SORTS = ("id", "customer_id", "date_created", "date_modified", "status_id", "channel_id", "external_id")
NARROW = ("min_id", "max_id", "status_id", "email", "customer_id", "channel_id")


def one(query: Query, name: str) -> str:
    return query[name][-1] if query.get(name) else ""


def when(query: Query, name: str) -> float | None:
    said = one(query, name)
    if not said:
        return None
    try:
        return datetime.fromisoformat(said).timestamp()
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(said).timestamp()
    except (ValueError, TypeError) as exc:
        raise v2(400, f"The parameter '{name}' is invalid.") from exc


def number(query: Query, name: str, usual: int) -> int:
    said = one(query, name) or str(usual)
    if not said.isdecimal() or int(said) < 1:
        raise v2(400, f"The parameter '{name}' is invalid.")
    return int(said)


def orders(session: Session, query: Query) -> list[Body]:
    limit, page = number(query, "limit", USUAL), number(query, "page", 1)
    if limit > int(session.switch("list_most")):
        raise v2(413, "The requested limit is too large.")
    field, _, way = (one(query, "sort") or "id:asc").partition(":")
    if field not in SORTS or way not in ("", "asc", "desc"):
        raise v2(400, "The parameter 'sort' is invalid.")
    since, until = when(query, "min_date_modified"), when(query, "max_date_modified")
    if field == "date_modified" and not any(one(query, name) for name in NARROW):
        rows, _total = session.page(
            "order", since=since, until=until, offset=(page - 1) * limit, limit=limit, newest_first=way == "desc"
        )
    else:
        rows = _scanned(session, query, field, is_down=way == "desc")[(page - 1) * limit : page * limit]
    return [serializers.order(session, row, one(query, "include")) for row in rows]


def matching(session: Session, query: Query) -> list[Body]:
    """All orders that fit the filters."""
    return _scanned(session, query, "id", is_down=False)


def _scanned(session: Session, query: Query, field: str, *, is_down: bool) -> list[Body]:
    """By a look at every order: for the filters that an import does not use."""
    names = {"date_created": "at", "date_modified": "modified", "channel_id": "channel", "external_id": "id"}
    low, high = one(query, "min_id"), one(query, "max_id")

    def fits(row: Body) -> bool:
        return (
            (not low or row["id"] >= int(low))
            and (not high or row["id"] <= int(high))
            and one(query, "status_id") in ("", str(row["status_id"]))
            and one(query, "customer_id") in ("", str(row["customer_id"]))
            and one(query, "email") in ("", row["person"]["email"])
        )

    found = [row for row in session.all("order") if fits(row)]
    if one(query, "is_deleted") == "true" or session.switch("archived") == "listed":
        found += [row for row in session.all("archived") if fits(row)]
    return sorted(found, key=lambda row: (row[names.get(field, field)], row["id"]), reverse=is_down)


# --- Lists of v2 beside the orders: how many there are in each status, an order's coupons and its taxes
PER_TOTAL = 2  # a coupon that takes an amount off the whole order


def count(session: Session, query: Query) -> Body:
    """Every status, also those of no order; archived orders count where the list shows them."""
    found = Counter(row["status_id"] for row in matching(session, query))
    shown = [
        {"id": i, "name": name, "system_label": name, "custom_label": name, "system_description": name,
         "count": found[i], "sort_order": i}
        for i, name in enumerate(statuses.NAMES)
    ]  # fmt: skip
    return {"statuses": shown, "count": sum(found.values())}


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
