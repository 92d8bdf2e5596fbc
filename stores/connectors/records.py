"""What a look reads back: everything that may be the effect of a command, as it stands at the platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from stores.kernel.money import Money, total

IN_ALL = ""  # the key of an amount that is told for all payments together


class Standing(StrEnum):
    """How far the effect got, by the platform's own word."""

    DONE = "done"
    PENDING = "pending"  # taken, not finished: a job, a refund the provider works on
    FAILED = "failed"  # recorded, and the money (or the rest) did not move
    PART = "part"  # some of what the command asked for, not all
    UNDONE = "undone"  # our mark may stand there, and the effect does not


@dataclass(frozen=True, kw_only=True)
class Record:
    """One refund, cancel, release or change of units.

    id: theirs; `ids` goes into the receipt, {"refund": "…"}. text: where our mark may stand ("" = it is not there);
    None = the platform keeps no text with this effect, so that nobody can tell who made it.
    money: payment id → amount given back, or {IN_ALL: amount} where the platform tells only the sum; None = not told.
    units: line id → units; None = not told. detail: words for a person, where the standing needs some.
    made_at: by their clock; needed where no order tells what stood there before the plan. None = not told.
    """

    id: str
    ids: Mapping[str, str] = field(default_factory=dict)
    text: str | None = ""
    money: Mapping[str, Money] | None = None
    units: Mapping[str, Decimal] | None = None
    standing: Standing = Standing.DONE
    detail: str = ""
    made_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """All records of one look, those from before the plan as well.

    absent: words for "not there". unclear: why reading cannot tell although no record fits (a list that was cut,
    money that no record explains, an effect that leaves none); "" = it can. foreign: a change that our command cannot
    have made and that takes its object away, in words; "" = none.
    """

    records: tuple[Record, ...] = ()
    absent: str = ""
    unclear: str = ""
    foreign: str = ""


def by_payment(amounts: Iterable[tuple[str, Money]], currency: str) -> dict[str, Money]:
    """payment id → what went back through it; in all where a payment is not named ("").

    Raises ValueError for two currencies.
    """
    rows = list(amounts)
    if any(not payment for payment, _amount in rows):
        return {IN_ALL: total((amount for _payment, amount in rows), currency)}
    payments = dict.fromkeys(payment for payment, _amount in rows)
    return {one: total((amount for payment, amount in rows if payment == one), currency) for one in payments}


def summed(counts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """line id → all its units."""
    found: dict[str, Decimal] = {}
    for line, units in counts:
        found[line] = found.get(line, Decimal(0)) + units
    return found


FURTHER = (Standing.PENDING, Standing.PART, Standing.UNDONE, Standing.DONE, Standing.FAILED)


def furthest(rows: Iterable[Record]) -> list[Record]:
    """Of each id what got furthest, where a vendor tells events: they come late, twice and in any order.

    A failure is the last word: what was delivered may still bounce, and is told as delivered once more after that.
    """
    found: dict[str, Record] = {}
    for row in rows:
        before = found.get(row.id)
        if before is None or FURTHER.index(row.standing) > FURTHER.index(before.standing):
            found[row.id] = row
    return [*found.values()]
