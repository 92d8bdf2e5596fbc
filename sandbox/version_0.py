"""A world's file as the sandbox kept it before it had versions, read as one of today. Nothing else knows that form.

Then Shopify was the kit: its shops had a table, and plain names (`demo`) in all others. Shoplazza and Modern Dropship
had tables of their own, and Square kept its idempotency keys as records. What stands in a record is the same today.
May go, with its line in `world`, when nobody comes from there any more; such a file is then set aside.
"""

from __future__ import annotations

import sqlite3

from sandbox.core.store import Conversion

OWN = ("shops", "shoplazza_shops", "shoplazza_orders", "modern_dropship_accounts", "modern_dropship_orders")
NAMING = ("effects", "keys", "tokens", "hooks", "outbox", "buckets", "timers")  # tables that name a shop
STEPS = (
    "ALTER TABLE records RENAME COLUMN home TO shop",
    # Shopify, one platform like the others
    "INSERT INTO records SELECT 'shopify', 'shop', name, '', 0, body, NULL FROM shops",
    *(f"UPDATE {table} SET shop = 'shopify/' || shop WHERE shop <> '' AND shop NOT LIKE '%/%'" for table in NAMING),
    "UPDATE timers SET kind = 'shopify.' || kind WHERE kind IN ('index', 'job', 'settle', 'service')",
    # tables that became records
    "INSERT INTO records SELECT 'shoplazza', 'shop', name, '', 0, body, NULL FROM shoplazza_shops",
    "INSERT INTO records SELECT 'shoplazza/' || shop, 'order', id, number, updated_at, body, previous"
    " FROM shoplazza_orders ORDER BY updated_at, id",
    "UPDATE buckets SET shop = substr(shop, 1, length(shop) - 4) WHERE shop LIKE 'shoplazza/%/app'",
    "INSERT INTO records SELECT 'modern_dropship', 'shop', name, '', 0, body, NULL FROM modern_dropship_accounts",
    "INSERT INTO records SELECT 'modern_dropship/' || account, 'order', id, '', created_at, body, previous"
    " FROM modern_dropship_orders ORDER BY created_at, id",
    # Square's keys, `PATH KEY`, to those of all
    "INSERT INTO keys SELECT shop, substr(id, 1, instr(id, ' ') - 1), substr(id, instr(id, ' ') + 1),"
    " json_extract(body, '$.body'), json_extract(body, '$.at'), 'done', json_extract(body, '$.answer')"
    " FROM records WHERE kind = 'key' AND shop LIKE 'square/%'",
    "DELETE FROM records WHERE kind = 'key' AND shop LIKE 'square/%'",
    *(f"DROP TABLE {table}" for table in OWN),
)  # fmt: skip


def convert(db: sqlite3.Connection) -> None:
    """Inside one write transaction."""
    for step in STEPS:
        db.execute(step)


VERSION_0 = Conversion(0, frozenset({*OWN, *NAMING, "records"}), convert)
