"""Units of a line: what left, what is gone, what can still be cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from stores.platforms.shoplazza import fields
from stores.platforms.shoplazza.fields import Node

ZERO = Decimal(0)
DEAD = ("cancelled", "canceled", "failed", "failure", "error")


class Count(NamedTuple):
    ordered: Decimal
    refunded: Decimal
    shipped: Decimal

    @property
    def waiting(self) -> Decimal:
        """Too low where shipped units were refunded, which is the safe side: records do not tell which were."""
        return max(ZERO, self.ordered - self.refunded - self.shipped)

    @property
    def current(self) -> Decimal:
        return max(ZERO, self.ordered - self.refunded)

    @property
    def cancelled(self) -> Decimal:
        return min(self.refunded, max(ZERO, self.ordered - self.shipped))


def is_effective(shipment: Node) -> bool:
    return fields.text(shipment, "status").lower() not in DEAD


def sent(line: Node) -> Decimal:
    """`ship_quantity` where it says something, else `quantity`: whether they can differ is not documented."""
    return fields.units(line, "ship_quantity") or fields.units(line, "quantity")


def shipped(shipments: Sequence[Node]) -> dict[str, Decimal]:
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for shipment in filter(is_effective, shipments):
        for line in fields.items(shipment, "line_items"):
            found[fields.ident(line)] += sent(line)
    return found


def count(line: Node, shipped_units: Decimal) -> Count:
    return Count(fields.units(line, "quantity"), fields.units(line, "refund_quantity_total"), shipped_units)
