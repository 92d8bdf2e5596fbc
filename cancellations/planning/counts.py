"""Stock counted before and after a call, where a platform records no movements: what it says of the call."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from cancellations.planning.reports import Answer, OwnMove
from stores.canonical.receipts import Reported, StockCount


def told(reported: Reported) -> tuple[StockCount, ...]:
    """All that were counted again."""
    return tuple(count for count in reported.stock if count.after is not None)


def proving(reported: Reported) -> tuple[StockCount, ...]:
    """Those that can be held against what was asked."""
    return tuple(count for count in told(reported) if count.asked is not None)


def words(reported: Reported) -> str:
    """ "97 → 100, 5 → 7"; "" where nothing was counted."""
    return ", ".join(f"{plain(count.before)} → {plain(count.before + count.moved)}" for count in told(reported))


def plain(units: Decimal) -> str:
    return format(units.normalize(), "f") if units else "0"


def is_unmoved(reported: Reported) -> bool:
    """Units that were to move and did not move at all."""
    return any(count.asked and not count.moved for count in proving(reported))


def excess(answer: Answer) -> Decimal:
    """Units that went back beyond what was asked and beyond what other cancellations of ours moved meanwhile.

    Goods that were sold meanwhile lower a count and hide an excess; nothing can tell them apart.
    """
    counted = ((one, one.moved - max(one.asked or Decimal(0), Decimal(0))) for one in proving(answer.reported))
    return sum((max(beyond - _ours(answer.own_moves, one), Decimal(0)) for one, beyond in counted), Decimal(0))


def _ours(moves: Iterable[OwnMove], count: StockCount) -> Decimal:
    """At this place; at any place where the platform counts all of them together."""
    here = (
        move.units
        for move in moves
        if move.stock_item_id == count.stock_item_id
        and (move.location_id == count.location_id or "" in (move.location_id, count.location_id))
    )
    return sum(here, Decimal(0))
