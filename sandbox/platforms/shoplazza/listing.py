"""Lists of orders and of refund records. A parameter nobody knows is ignored, as there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.platforms.shoplazza import serializers, totals
from sandbox.platforms.shoplazza.session import Session, field_wrong
from sandbox.platforms.shoplazza.totals import Body

Query = Mapping[str, Sequence[str]]
MOST, MOST_RECORDS, USUAL = 250, 100, 10
WORDS: dict[str, Callable[[Body], str]] = {
    "status": lambda order: str(order["status"]), "financial_status": totals.financial_status,
    "fulfillment_status": totals.fulfillment_status, "recovery_status": lambda order: str(order["recovery"]),
    "customer_emails": lambda order: str((order["person"] or {}).get("email", "")),
}  # fmt: skip
TIMES = ("created_at", "updated_at", "placed_at", "finished_at")


def one(query: Query, name: str) -> str:
    return query[name][-1] if query.get(name) else ""


def when(query: Query, name: str) -> float | None:
    said = one(query, name)
    try:
        return datetime.fromisoformat(said).timestamp() if said else None
    except ValueError as exc:
        raise field_wrong(name, "is invalid", status=400) from exc


def size(query: Query, name: str, most: int) -> int:
    said = one(query, name) or str(USUAL)
    if not said.isdecimal() or not 1 <= int(said) <= most:
        raise field_wrong(name, f"must be less than or equal to {most}", status=400)
    return int(said)


def fits(session: Session, query: Query) -> Callable[[Body], bool]:
    ids = [i for said in query.get("ids", ()) for i in said.split(",")]
    wanted = {name: set(query[name]) for name in WORDS if query.get(name)}
    bounds = [(name, when(query, f"{name}_min"), when(query, f"{name}_max")) for name in TIMES]
    words, skus = one(query, "fuzzy_keywords") or one(query, "keyword"), set(query.get("skus", ()))

    def check(order: Body) -> bool:
        if ids and order["id"] not in ids:
            return False
        if any(WORDS[name](order) not in allowed for name, allowed in wanted.items()):
            return False
        for name, low, high in bounds:
            at = order[name]
            if (low is not None and (at is None or at < low)) or (high is not None and (at is None or at > high)):
                return False
        if skus and not skus & {line["sku"] for line in order["lines"]}:
            return False
        return not words or words.lower() in f"{order['number']} {order['id']}".lower()

    return check


def found(session: Session, query: Query) -> list[Body]:
    check = fits(session, query)
    orders = [order for order in session.orders() if check(order)]
    if session.switch("list_order") == "newest_first":
        orders.reverse()
    return orders


def orders(session: Session, query: Query) -> dict[str, Any]:
    if session.is_old:
        return old_orders(session, query)
    chosen, start = found(session, query), place(one(query, "cursor"))
    end = start + size(query, "page_size", MOST)
    return {
        "orders": [serializers.order(session, order) for order in chosen[start:end]],
        "cursor": f"o{end}",
        "has_more": True if len(chosen) > end else None,
    }


def old_orders(session: Session, query: Query) -> dict[str, Any]:
    limit = size(query, "limit", MOST)
    page = max(1, int(one(query, "page") or 1))
    chosen = found(session, query)[(page - 1) * limit : page * limit]
    return {"orders": [serializers.order(session, order) for order in chosen]}


def place(cursor: str) -> int:
    if cursor and not (cursor[0] == "o" and cursor[1:].isdecimal()):
        raise field_wrong("cursor", "is invalid", status=400)
    return int(cursor[1:]) if cursor else 0


def records(session: Session, query: Query) -> dict[str, Any]:
    """Refund records of the whole shop."""
    limit, start = size(query, "page_size", MOST_RECORDS), place(one(query, "cursor"))
    wanted, states = set(query.get("order_ids", ())), set(query.get("refund_statuses", ()))
    since = when(query, "updated_at_start") or when(query, "created_at_start")
    rows = [
        (made["at"], serializers.record(session, order, made))
        for order in session.orders()
        for made in order["refunds"]
        if (not wanted or order["id"] in wanted)
        and (not states or made["status"] in states)
        and (since is None or made["at"] >= since)
    ]
    rows.sort(key=lambda row: row[0], reverse=one(query, "sort_direction") != "asc")
    page = [row[1] for row in rows[start : start + limit]]
    return {"records": page, "cursor": f"o{start + limit}", "has_more": len(rows) > start + limit or None}
