"""Stock counted before and after a call, as a receipt's facts keep it where a platform records no movements."""

from __future__ import annotations

from dataclasses import dataclass

from cancellations.planning.reports import Facts


@dataclass(frozen=True, kw_only=True)
class Count:
    """One stock item at one place ("" = all places together). asked: signed units; 0 = none were to move."""

    stock_item_id: str
    location_id: str
    before: int
    after: int
    asked: int

    @property
    def moved(self) -> int:
        return self.after - self.before


def read(facts: Facts) -> tuple[Count, ...]:
    """Of the fact `counts`: "<item>@<location>:<before>:<after>:<asked>;…"; none where nothing was counted."""
    return tuple(_one(part) for part in facts.get("counts", "").split(";") if part)


def _one(said: str) -> Count:
    where, before, after, asked = said.rsplit(":", 3)
    item, _, place = where.rpartition("@")
    return Count(stock_item_id=item, location_id=place, before=int(before), after=int(after), asked=int(asked))


def is_unmoved(facts: Facts) -> bool:
    """Units that were to move and did not move at all."""
    return any(count.asked and not count.moved for count in read(facts))


def excess(facts: Facts) -> int:
    """Units that went back beyond what was asked and beyond what other cancellations of ours moved meanwhile.

    The fact `own_moves` has those: "<item>@<location>:<units>;…". Goods that were sold meanwhile lower a count and hide
    an excess; nothing can tell them apart.
    """
    ours = _own_moves(facts)
    return sum(max(count.moved - max(count.asked, 0) - _ours(ours, count), 0) for count in read(facts))


def _ours(ours: dict[tuple[str, str], int], count: Count) -> int:
    """At this place; at any place where the platform counts all of them together."""
    return sum(
        units
        for (item, place), units in ours.items()
        if item == count.stock_item_id and (place == count.location_id or "" in (place, count.location_id))
    )


def _own_moves(facts: Facts) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for part in filter(None, facts.get("own_moves", "").split(";")):
        where, units = part.rsplit(":", 1)
        item, _, place = where.rpartition("@")
        found[(item, place)] = found.get((item, place), 0) + int(units)
    return found
