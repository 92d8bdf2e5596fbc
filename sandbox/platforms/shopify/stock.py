"""Stock per item and location: available (can be sold), committed (promised to orders), on hand (there)."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable

from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Body

START = 100  # on hand when an item is first seen at a location


def move(db: sqlite3.Connection, shop: str, item: int, location: int, *, available: int = 0, committed: int = 0,
         on_hand: int = 0) -> None:  # fmt: skip
    """Adds to the three figures; an item never seen there starts with START on hand."""
    db.execute("INSERT OR IGNORE INTO levels VALUES (?, ?, ?, ?, 0, ?)", (shop, item, location, START, START))
    db.execute(
        "UPDATE levels SET available = available + ?, committed = committed + ?, on_hand = on_hand + ?"
        " WHERE shop = ? AND item = ? AND location = ?",
        (available, committed, on_hand, shop, item, location),
    )


def level(db: sqlite3.Connection, shop: str, item: int, location: int) -> dict[str, int]:
    """{available, committed, on_hand}; zeros when never stocked."""
    row = db.execute(
        "SELECT available, committed, on_hand FROM levels WHERE shop = ? AND item = ? AND location = ?",
        (shop, item, location),
    ).fetchone()
    return dict(row) if row else {"available": 0, "committed": 0, "on_hand": 0}


def commit_new(db: sqlite3.Connection, order: Body) -> None:
    """A new order's waiting units are promised at the locations that will send them."""
    commit_many(db, order["shop"], [order])


def commit_many(db: sqlite3.Connection, shop: str, orders: Iterable[Body]) -> None:
    """As commit_new, summed per item and place so that bulk orders cost few writes."""
    promised: Counter[tuple[int, int]] = Counter()
    for order in orders:
        lines = {line["id"]: line for line in order["lines"] if line["is_tracked"]}
        for parcel in order["fulfillment_orders"]:
            for part in parcel["items"]:
                if part["line"] in lines and part["remaining"]:
                    promised[lines[part["line"]]["item"], parcel["location"]] += part["remaining"]
    for (item, location), units in promised.items():
        move(db, shop, item, location, available=-units, committed=units)


def released(session: Session, order: Body, line: Body, units: int, *, source: int, target: int | None, cause: str,
             note: str = "") -> None:  # fmt: skip
    """Units promised at `source` are free again and available at `target` (None: nowhere)."""
    if not line["is_tracked"] or not units:
        return
    move(session.db, order["shop"], line["item"], source, committed=-units, on_hand=-units)
    if target is not None:
        returned(session, order, line, units, target=target, cause=cause, note=note)


def returned(session: Session, order: Body, line: Body, units: int, *, target: int, cause: str, note: str = "") -> None:
    """Units are put on the shelf at `target`."""
    if not line["is_tracked"] or not units:
        return
    move(session.db, order["shop"], line["item"], target, available=units, on_hand=units)
    session.changed(
        "stock", order, cause=cause, note=note, units=units, item=line["item"], location=target, line=line["id"]
    )
