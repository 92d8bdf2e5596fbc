"""Where a listing goes on: a cursor of ours, kept as text between two runs, so read like anything from outside."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from django.utils.translation import gettext as _

from stores.canonical.order import Order
from stores.connectors import rows
from stores.connectors.roles import Listing
from stores.kernel.errors import InputRejected
from stores.kernel.http.json_readers import Node

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Cursor:
    """Texts and whole numbers, each with a default, joined by "|". `pattern` names them and takes nothing else."""

    pattern: ClassVar[re.Pattern[str]]

    def __str__(self) -> str:
        return "|".join(str(getattr(self, field.name)) for field in fields(self))

    @classmethod
    def read(cls, said: str) -> Self:
        """Raises InputRejected for what is not a cursor of ours."""
        match = cls.pattern.fullmatch(said)
        if not match:
            raise InputRejected("cursor", _("This is no place in the list."))
        told = {field.name: match[field.name] for field in fields(cls) if match[field.name] is not None}
        known: dict[str, Any] = {field.name: field.default for field in fields(cls)}
        return cls(**{name: int(text) if isinstance(known[name], int) else text for name, text in told.items()})


@dataclass(frozen=True)
class ByChange(Cursor):
    """Numbered pages by time of change, begun anew at the newest change of each page.

    An order that changes meanwhile moves to the end, so that pages counted through would skip one. What both pages
    share is read twice and does no harm; only where a page holds one single moment is the next one counted.
    begin: as the platform writes times, so that texts are in the order of time; last: the last id on the page before;
    size: rows of a page, where it may differ.
    """

    begin: str = ""
    page: int = 1
    last: str = ""
    size: int = 0
    pattern = re.compile(
        r"(?P<begin>[0-9T :Z-]{0,20})\|(?P<page>[0-9]{1,6})"
        r"(\|(?P<last>[0-9]{0,19}|[0-9a-f]{32})(\|(?P<size>[0-9]{1,5}))?)?",  # shorter where older versions left it
        re.ASCII,
    )

    def following(self, begin: str, last: str = "") -> Self:
        """begin: where the next page may begin; "" where no row told."""
        if begin > self.begin:
            return replace(self, begin=begin, page=1, last=last)
        return replace(self, page=self.page + 1, last=last)

    def is_again(self, raws: Sequence[Any], row: rows.Fields) -> bool:
        """The page before comes once more: a server that shows its last page for ever."""
        last = rows.mark(raws, row)
        return self.page > 1 and bool(last) and last == self.last


@dataclass(frozen=True)
class Shown:
    """What stood at a place of the list. is_last: nothing follows; pages, total: how many there are, if it says so."""

    here: ByChange
    rows: Sequence[Any]
    is_last: bool
    pages: int | None = None
    total: int | None = None


def changes(
    at: ByChange,
    page: Callable[[ByChange], Shown],
    *,
    row: rows.Fields,
    to_order: Callable[[Node], Order | None],
    stamp: Callable[[datetime], str],
    back: timedelta = SECOND,
) -> Listing:
    """One page of such a list. stamp: a time as the platform writes it; back: so long before the newest change of a
    page the next one begins, where the filter leaves out the very moment that it names."""
    told = page(at)
    found, newest = rows.read(told.rows, row, to_order), rows.newest(told.rows, row)
    more = told.here.following(stamp(newest - back) if newest else "", rows.mark(told.rows, row))
    is_stuck = told.here.is_again(told.rows, row) or (told.pages is not None and told.here.page >= told.pages)
    is_over = told.is_last or (more.page > 1 and is_stuck)  # a place that moved on in time is a new list
    return Listing(found.orders, "" if is_over else str(more), found.unreadable, told.total)


def stamp(at: datetime) -> str:
    """2026-11-20T12:00:00Z"""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
