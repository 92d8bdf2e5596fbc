"""The same order in another shop: does it agree with what a plan did here, and what would do the same there? Pure.

Lines of two shops are matched by their SKU; nothing else is the same on both sides.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from cancellations.planning.plan import Plan
from stores.canonical.order import Order


def agrees(plan: Plan, before: Order, other: Order) -> bool:
    """Nothing more stands there than the plan left here. `before`: our order when the plan was made.

    Where no SKU is shared only a whole cancellation can be told by reading; a part does not agree: a person looks.
    """
    ours, theirs = _by_sku(before), _by_sku(other)
    if ours.keys() & theirs.keys():
        left = _left(plan, before)
        return all(units <= left[sku] for sku, units in theirs.items() if sku in left)
    return plan.expected.is_cancelled and not any(line.current for line in other.lines)


def wish(plan: Plan, before: Order, other: Order) -> dict[str, Decimal]:
    """Line id there → units to cancel, so that it agrees; no more than can be cancelled there."""
    if not _by_sku(before).keys() & _by_sku(other).keys():
        whole = plan.expected.is_cancelled
        return {line.id: line.cancellable for line in other.lines if whole and line.cancellable > 0}
    left, theirs, asked = _left(plan, before), _by_sku(other), {}
    for line in other.lines:
        if line.sku not in left or (units := min(theirs[line.sku] - left[line.sku], line.cancellable)) <= 0:
            continue
        asked[line.id] = units
        theirs[line.sku] -= units
    return asked


def _left(plan: Plan, before: Order) -> dict[str, Decimal]:
    """What the plan left of each SKU that it touched."""
    had, taken = _by_sku(before), defaultdict[str, Decimal](Decimal)
    for end in plan.expected.lines:
        taken[end.sku] += end.before - end.after
    return {sku: had[sku] - units for sku, units in taken.items() if sku}


def _by_sku(order: Order) -> defaultdict[str, Decimal]:
    units = defaultdict[str, Decimal](Decimal)
    for line in order.lines:
        if line.sku:
            units[line.sku] += line.current
    return units
