"""The search index: one row an order, written apart from the order so that it can lag behind."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Iterable

from sandbox.platforms.shopify import totals
from sandbox.platforms.shopify.values import Body

COLUMNS = (
    "id", "shop", "name", "number", "words", "email", "sku", "tags", "customer_id", "customer_name", "confirmation",
    "po_number", "source_name", "gateways", "created_at", "updated_at", "processed_at", "is_closed", "is_cancelled",
    "is_test", "financial", "fulfilment", "returned", "disputes", "risk", "total", "units", "locations",
)  # fmt: skip
INSERT = f"INSERT OR REPLACE INTO search ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


def fold(text: str) -> str:
    """Lower case without accents: how words are compared."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def write(db: sqlite3.Connection, orders: Iterable[Body]) -> None:
    db.executemany(INSERT, [row(order) for order in orders])


def refresh(db: sqlite3.Connection, order_id: int) -> None:
    """Catches up with the order as it stands now."""
    found = db.execute("SELECT body FROM orders WHERE id = ?", (order_id,)).fetchone()
    if found:
        write(db, [json.loads(found["body"])])


def body(db: sqlite3.Connection, order_id: str | int) -> Body:
    """An order by gid or digits. Raises KeyError."""
    digits = int(str(order_id).rsplit("/", 1)[-1])
    row = db.execute("SELECT body FROM orders WHERE id = ?", (digits,)).fetchone()
    if row is None:
        raise KeyError(order_id)
    found: Body = json.loads(row[0])
    return found


def marked(values: Iterable[str]) -> str:
    """Values between bars, so that one can be looked for whole: |a|b|"""
    return "|" + "".join(fold(value) + "|" for value in values)


def row(order: Body) -> tuple[object, ...]:
    customer = order["customer"] or {"id": None, "first": "", "last": ""}
    name = f"{customer['first']} {customer['last']}".strip()
    titles = [line["title"] for line in order["lines"]]
    skus = [line["sku"] or "" for line in order["lines"]]
    words = [
        order["name"],
        order["email"] or "",
        name,
        *titles,
        *skus,
        order["note"] or "",
        order["confirmation_number"],
    ]
    return (
        order["id"], order["shop"], fold(order["name"]), order["number"], fold(" ".join([*words, *order["tags"]])),
        fold(order["email"] or ""), marked(filter(None, skus)), marked(order["tags"]), customer["id"], fold(name),
        fold(order["confirmation_number"]), fold(order["po_number"] or ""), fold(order["source_name"]),
        marked(order["gateways"]), int(order["created_at"]), int(order["updated_at"]), int(order["processed_at"]),
        order["closed_at"] is not None, order["cancelled_at"] is not None, order["test"],
        totals.financial_status(order).lower(), totals.fulfilment_status(order).lower(),
        totals.return_status(order).lower(), marked(dispute["status"] for dispute in order["disputes"]),
        order["risk"].lower(), totals.current(order), sum(line["quantity"] for line in order["lines"]),
        marked(str(parcel["location"]) for parcel in order["fulfillment_orders"]),
    )  # fmt: skip


# Tables of Shopify's own beside the kit's: orders with a search index apart, jobs, edit sessions, stock
TABLES = """
CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, shop TEXT NOT NULL, body TEXT NOT NULL, previous TEXT);
CREATE TABLE IF NOT EXISTS search (
  id INTEGER PRIMARY KEY, shop TEXT NOT NULL, name TEXT, number INTEGER, words TEXT, email TEXT, sku TEXT, tags TEXT,
  customer_id INTEGER, customer_name TEXT, confirmation TEXT, po_number TEXT, source_name TEXT, gateways TEXT,
  created_at INTEGER, updated_at INTEGER, processed_at INTEGER, is_closed INTEGER, is_cancelled INTEGER,
  is_test INTEGER, financial TEXT, fulfilment TEXT, returned TEXT, disputes TEXT, risk TEXT, total INTEGER,
  units INTEGER, locations TEXT);
CREATE INDEX IF NOT EXISTS search_updated ON search (shop, updated_at, id);
CREATE INDEX IF NOT EXISTS search_created ON search (shop, created_at, id);
CREATE INDEX IF NOT EXISTS search_processed ON search (shop, processed_at, id);
CREATE INDEX IF NOT EXISTS search_name ON search (shop, name);
CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, shop TEXT NOT NULL, order_id INTEGER NOT NULL,
  body TEXT NOT NULL, state TEXT NOT NULL, errors TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_order ON jobs (order_id);
CREATE TABLE IF NOT EXISTS edits (id INTEGER PRIMARY KEY, shop TEXT NOT NULL, order_id INTEGER NOT NULL,
  body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS levels (shop TEXT NOT NULL, item INTEGER NOT NULL, location INTEGER NOT NULL,
  available INTEGER NOT NULL, committed INTEGER NOT NULL, on_hand INTEGER NOT NULL,
  PRIMARY KEY (shop, item, location)) WITHOUT ROWID;
"""
