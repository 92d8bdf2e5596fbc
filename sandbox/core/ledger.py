"""The oracle: one appended row for every effect that happened in the world, whoever asked and however often."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

KINDS = ("cancel", "refund", "void", "capture", "stock", "edit", "gift_card", "fulfilment", "hold",
         "notify")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What changed. `order_id`: theirs, of a gid the digits; `cause`: the call; `key`: its idempotency key.

    note: holds our tag. amount: money moved, in `currency` (the customer's); units: line units or stock delta.
    """

    seq: int
    at: datetime
    shop: str
    order_id: str
    kind: str
    cause: str
    key: str
    note: str
    amount: Decimal
    currency: str
    units: int
    request: str
    detail: dict[str, Any]


def effects(
    db: sqlite3.Connection, *, order_id: str | int | None = None, kind: str | None = None, shop: str | None = None
) -> list[Effect]:
    """Rows in the order they happened; `order_id` may be a gid or digits."""
    number = None if order_id is None else number_of(order_id)
    rows = db.execute(
        "SELECT * FROM effects WHERE (?1 IS NULL OR order_id = ?1) AND (?2 IS NULL OR kind = ?2)"
        " AND (?3 IS NULL OR shop = ?3) ORDER BY seq",
        (number, kind, shop),
    )
    return [to_effect(row) for row in rows]


def number_of(order_id: str | int) -> int | str:
    """As the ledger keeps it: the number at the end of a gid, or an id that is none (`633130-00000004`)."""
    last = str(order_id).rsplit("/", 1)[-1]
    return int(last) if last.isdecimal() else last


def to_effect(row: sqlite3.Row) -> Effect:
    return Effect(
        seq=row["seq"],
        at=datetime.fromtimestamp(row["at"], UTC),
        shop=row["shop"],
        order_id=str(row["order_id"] or ""),
        kind=row["kind"],
        cause=row["cause"],
        key=row["key"],
        note=row["note"],
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        units=row["units"],
        request=row["request"],
        detail=json.loads(row["detail"]),
    )
