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
