"""`orders(...)`: filtered by the search index, sorted, paged by keyset cursors."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sandbox.platforms.shopify import search
from sandbox.platforms.shopify.session import WINDOW_SECONDS, Session
from sandbox.platforms.shopify.values import Body

SORT = {
    "CREATED_AT": "created_at", "UPDATED_AT": "updated_at", "PROCESSED_AT": "processed_at", "ID": "id",
    "ORDER_NUMBER": "number", "TOTAL_PRICE": "total", "CURRENT_TOTAL_PRICE": "total", "CUSTOMER_NAME": "customer_name",
    "FINANCIAL_STATUS": "financial", "FULFILLMENT_STATUS": "fulfilment", "PO_NUMBER": "po_number",
    "TOTAL_ITEMS_QUANTITY": "units", "DESTINATION": "id", "RELEVANCE": "processed_at",
}  # fmt: skip


def orders(
    session: Session,
    view: Callable[[Body], Any],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    query: str | None = None,
    sort_key: str | None = "PROCESSED_AT",
    reverse: bool | None = False,
) -> dict[str, Any]:
    """A page; `last`/`before` walk the list from its other end."""
    size = search.page_size(first, last)
    column, backwards = SORT[sort_key or "PROCESSED_AT"], first is None
    is_descending = bool(reverse) is not backwards
    where, values = filtered(session, query)
    cursor = before if backwards else after
    if cursor:
        clause, more = beyond(column, cursor, is_descending)
        where, values = f"{where} AND {clause}", [*values, *more]
    way = "DESC" if is_descending else "ASC"
    rows = session.db.execute(
        f"SELECT id, {column} AS mark FROM search WHERE {where} ORDER BY {column} {way}, id {way} LIMIT ?",
        (*values, size + 1),
    ).fetchall()
    page = rows[:size][::-1] if backwards else rows[:size]
    bodies = [session.order(row["id"]) for row in page]
    nodes = [view(body) for body in bodies if body is not None]
    marks = [search.encode(json.dumps([row["mark"], row["id"]])) for row in page]
    has_more = len(rows) > size
    if backwards:
        return search.page(nodes, marks, more=bool(before), before=has_more)
    return search.page(nodes, marks, more=has_more, before=bool(after))


def filtered(session: Session, query: str | None) -> tuple[str, list[Any]]:
    where, values = search.to_sql(query or "", session.shop["currency"])
    where, values = f"shop = ? AND ({where})", [session.shop["name"], *values]
    if "read_all_orders" not in session.scopes:
        where, values = f"{where} AND created_at >= ?", [*values, session.at - WINDOW_SECONDS]
    return where, values


def beyond(column: str, cursor: str, is_descending: bool) -> tuple[str, list[Any]]:
    try:
        mark, order_id = json.loads(search.decode(cursor))
    except (ValueError, TypeError) as exc:
        raise search.refused("Invalid cursor for current pagination sort.") from exc
    return f"({column}, id) {'<' if is_descending else '>'} (?, ?)", [mark, order_id]


def count(session: Session, query: str | None, limit: int | None) -> dict[str, Any]:
    where, values = filtered(session, query)
    found = session.db.execute(f"SELECT COUNT(*) FROM search WHERE {where}", values).fetchone()[0]
    if limit is not None and found > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": found, "precision": "EXACT"}
