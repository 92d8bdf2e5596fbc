"""Modern Dropship at the desk: how its orders are made, and what its simulator's ledger shows."""

from __future__ import annotations

from stores.canonical.commands import CancelLine
from stores.platforms.modern_dropship import ModernDropship
from tests.stores.platforms.desk_contract import DeskTable, Meanwhile

TABLE = DeskTable(
    kind=ModernDropship,
    paid="0.00",
    some="0.00",
    shipped_one={"fulfilled": 1},
    operations={"cancel": "cancelOrder"},
    meanwhile=(
        Meanwhile(
            CancelLine, lambda staff, order: staff.split(order.lines[0].id, keep=4), "line_cancelled", "split this line"
        ),
        Meanwhile(CancelLine, lambda staff, order: staff.ship({order.lines[0].id: 3}), "line_shipped"),
    ),
)
