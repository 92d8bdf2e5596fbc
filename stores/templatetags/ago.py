"""Relative times in words: `just now`, `20 sec ago`, `in 3 min`, `2 days ago`.

static/js/desk.js keeps them fresh with the browser's own copy of CLDR, the same units and the same rounding
down; change both.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from babel.dates import format_timedelta
from django.utils.translation import gettext

UNITS: tuple[tuple[Literal["day", "hour", "minute", "second"], int], ...] = (
    ("day", 86_400),
    ("hour", 3_600),
    ("minute", 60),
    ("second", 1),
)


def relative(value: datetime, now: datetime, locale: str) -> str:
    """`value` seen from `now`; both aware. Within five seconds it is *just now*."""
    away = (value - now).total_seconds()
    if abs(away) < 5:
        return gettext("just now")
    unit, size = next((unit, size) for unit, size in UNITS if abs(away) >= size)
    whole = timedelta(seconds=int(abs(away) // size) * size * (1 if away > 0 else -1))
    # threshold: never climb to weeks or months, which the script does not know either
    return str(
        format_timedelta(whole, granularity=unit, threshold=1e9, add_direction=True, format="short", locale=locale)
    )
