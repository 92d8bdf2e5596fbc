"""By what a list of orders is sorted: an index answers each, so that a page costs the same at any place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Sorting:
    """name: as it stands in the address. kind: of the column's values. rising: smallest, or oldest, first."""

    name: str
    field: str
    kind: type = datetime
    rising: bool = False


NEWEST = Sorting("", "placed_at")
SORTINGS = {
    each.name: each
    for each in (
        NEWEST,
        Sorting("oldest", "placed_at", rising=True),
        Sorting("most", "total_minor", int),  # of several currencies: by the number, whatever it is worth
        Sorting("least", "total_minor", int, rising=True),
        Sorting("open", "units_open", Decimal),
        Sorting("closed", "units_open", Decimal, rising=True),
    )
}
