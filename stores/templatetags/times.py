"""Instants in words, in the reader's zone: `14:02`, `19 Nov, 14:02`, `20 sec ago`, `9 mins 41 secs`.

Lists show hundreds of them, so names of months are kept per language and no format string is parsed.
static/js/desk.js keeps relative times and countdowns fresh with the browser's own copy of CLDR, the same units
and the same rounding down; change both.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_timedelta
from babel.units import format_unit
from django.utils.dates import MONTHS_3
from django.utils.translation import get_language, gettext, to_locale

from stores.kernel.context import reader_zone

UNITS: tuple[tuple[Literal["day", "hour", "minute", "second"], int], ...] = (
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
    ("second", 1),
)


def locale() -> Locale:
    """The reader's."""
    return _locale(get_language() or "en-gb")


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    return Locale.parse(to_locale(language))


def zone(of: Any) -> ZoneInfo:
    """A zone from a shop (`time_zone`), a name, or nothing (UTC). An unknown name is UTC: the page must still come."""
    return _zone(str(getattr(of, "time_zone", of) or "UTC"))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def readers(of: Any = None) -> ZoneInfo:
    """The zone that a page is written in: its reader's own; of one who has not said it that of `of`, else UTC."""
    return zone(reader_zone.get() or of)


def name_of(here: ZoneInfo) -> str:
    """`Berlin time`, `New York time`, `UTC`."""
    city = here.key.rpartition("/")[2].replace("_", " ")
    return "UTC" if city in ("UTC", "") else gettext("%(city)s time") % {"city": city}


def instant(value: datetime) -> str:
    """`2026-11-19T14:02:00Z`, for attributes."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def day(local: datetime) -> str:
    """`19 Nov`, the month in the reader's language."""
    return f"{local.day} {_month(local.month, get_language() or '')}"


@lru_cache(maxsize=512)
def _month(number: int, language: str) -> str:
    return str(MONTHS_3[number]).title()


def long(local: datetime, *, seconds: bool = False) -> str:
    return f"{day(local)} {local:%Y}, {_hour(local, seconds)}"


def _hour(local: datetime, seconds: bool) -> str:
    return f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"


def full(local: datetime) -> str:
    """`19 Nov 2026, 15:02:00, Berlin time`: for the title of a shorter form."""
    here = local.tzinfo
    return f"{day(local)} {local:%Y, %H:%M:%S}, {name_of(here) if isinstance(here, ZoneInfo) else local.tzname()}"


def short(local: datetime, today: datetime, *, seconds: bool = False) -> str:
    """Only what is needed to tell it from now: the hour, the day and the hour, or the year too. Both in one zone."""
    if local.year != today.year:
        return long(local, seconds=seconds)
    hour = _hour(local, seconds)
    return hour if local.date() == today.date() else f"{day(local)}, {hour}"


def age(value: datetime, local: datetime, now: datetime) -> str:
    """How old, as short as a column wants it: `12 mins`, `3 hrs`; the day from the second day on, the month of another
    year. `local`: the same instant in the zone that the day is told in.
    """
    away = (now - value).total_seconds()
    if 0 <= away < 86_400:
        unit, size = ("hour", 3_600) if away >= 3_600 else ("minute", 60)
        return _count(int(away // size), unit, get_language() or "")
    if local.year == now.astimezone(local.tzinfo).year:
        return day(local)
    return f"{_month(local.month, get_language() or '')} {local.year}"


@lru_cache(maxsize=512)
def _count(number: int, unit: str, language: str) -> str:
    return format_unit(number, f"duration-{unit}", length="short", locale=locale())


def relative(value: datetime, now: datetime) -> str:
    """`value` seen from `now`; both aware. Within five seconds it is *just now*."""
    away = (value - now).total_seconds()
    if abs(away) < 5:
        return gettext("just now")
    unit, size = next((unit, size) for unit, size in UNITS if abs(away) >= size)
    whole = timedelta(seconds=int(abs(away) // size) * size * (1 if away > 0 else -1))
    # threshold: never climb to weeks or months, which the script does not know either
    return str(
        format_timedelta(whole, granularity=unit, threshold=1e9, add_direction=True, format="short", locale=locale())
    )


def length(total: float) -> str:
    """`9 mins 41 secs`, `2 hrs`: seconds in words, the two largest parts; never below zero."""
    left, parts = max(0, int(total)), []
    for unit, size in UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(format_unit(count, f"duration-{unit}", length="short", locale=locale()))
    return " ".join(parts[:2]) or format_unit(0, "duration-second", length="short", locale=locale())
