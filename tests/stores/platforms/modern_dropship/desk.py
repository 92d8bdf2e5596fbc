"""Modern Dropship at the desk: how its orders are made, and what its simulator's ledger shows."""

from __future__ import annotations

from stores.platforms.modern_dropship import ModernDropship
from tests.stores.platforms.desk_contract import DeskTable

TABLE = DeskTable(
    kind=ModernDropship,
    paid="0.00",
    some="0.00",
    shipped_one={"fulfilled": 1},
    operations={"cancel": "cancelOrder"},
)
