"""Pages by position, never by offset: row 500,000 costs as much as row 1.

Rows are ordered by (-placed_at, -pk), by any other (-time, -pk), or by a whole number or a quantity, either way up. A
cursor says where the page stands and which way it goes; one that cannot be read gives the first page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet

Row = TypeVar("Row")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = re.compile(r"(older|newer)-(-?[0-9]{1,17})-([0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page; `next` and `previous` are cursors, "" where there is nothing."""

    rows: Sequence[Row]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True)
class Cursor:
    """Rows after (older) or before (newer) the row of `at` and `pk`. at: an instant, or a number that is sorted by."""

    is_newer: bool
    at: Any
    pk: int

    def __str__(self) -> str:
        return f"{'newer' if self.is_newer else 'older'}-{_written(self.at)}-{self.pk}"


def _written(value: Any) -> int:
    """An instant in microseconds, a quantity in thousandths, a whole number as it is."""
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(microseconds=1)
    return int(value * 1000) if isinstance(value, Decimal) else int(value)


def read_cursor(text: str, kind: type = datetime) -> Cursor | None:
    """None for whatever is not a cursor of ours. kind: of the value sorted by, datetime, int or Decimal."""
    found = CURSOR.fullmatch(text)
    if not found:
        return None
    number = int(found[2])
    try:
        at: Any = EPOCH + timedelta(microseconds=number) if kind is datetime else kind(number)
        return Cursor(found[1] == "newer", at / 1000 if kind is Decimal else at, int(found[3]))
    except OverflowError:
        return None


def page_of(
    rows: QuerySet[Any],
    *,
    after: str = "",
    size: int = 50,
    field: str = "placed_at",
    kind: type = datetime,
    rising: bool = False,
    whole: QuerySet[Any] | None = None,
) -> Page[Any]:
    """The page of `rows` at cursor `after`, newest (or largest) first. Fetches one row more than it shows.

    rising: oldest (or smallest) first; *older* then means further down the list, as ever.

    whole: where the shown rows are read from, wide and joined; `rows` then only picks and sorts. Sorting ten
    thousand wide rows to show fifty costs ten times as much.
    """
    cursor = read_cursor(after, kind)
    is_newer = cursor is not None and cursor.is_newer
    order = (field, "pk") if is_newer != rising else (f"-{field}", "-pk")
    picked = (rows.filter(_beyond(cursor, field, rising)) if cursor else rows).order_by(*order)[: size + 1]
    found = list(picked if whole is None else whole.filter(pk__in=picked.values("pk")).order_by(*order))
    has_more, shown = len(found) > size, found[:size]
    if is_newer and not has_more:  # the top is reached: show it whole
        return page_of(rows, size=size, field=field, kind=kind, rising=rising, whole=whole)
    if is_newer:
        shown.reverse()
    older, newer = (True, has_more) if is_newer else (has_more, cursor is not None)
    return Page(shown, next=_edge(shown, older, -1, field), previous=_edge(shown, newer, 0, field))


def beside(
    rows: QuerySet[Any], cursor: str, *, field: str = "placed_at", kind: type = datetime, rising: bool = False
) -> QuerySet[Any]:
    """The rows on the cursor's side of its row, the nearest first: none for a cursor that cannot be read."""
    here = read_cursor(cursor, kind)
    if here is None:
        return rows.none()
    order = (field, "pk") if here.is_newer != rising else (f"-{field}", "-pk")
    return rows.filter(_beyond(here, field, rising)).order_by(*order)


def _beyond(cursor: Cursor, field: str, rising: bool) -> Q:
    """A range the index can take, then the tie within the same instant."""
    way, tie = ("gt", "gte") if cursor.is_newer != rising else ("lt", "lte")
    return Q(**{f"{field}__{tie}": cursor.at}) & (Q(**{f"{field}__{way}": cursor.at}) | Q(**{f"pk__{way}": cursor.pk}))


def _edge(shown: list[Any], there_is_more: bool, index: int, field: str) -> str:
    if not there_is_more or not shown:
        return ""
    row = shown[index]
    return str(Cursor(index == 0, getattr(row, field), row.pk))
