"""JSON from other people: strict, bounded, numbers as Decimal (RELIABILITY 13).

Python's own reader accepts NaN, doubled keys and any depth, and dies of a RecursionError on a deep one.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

MAX_DEPTH = 64
BEFORE = "\ufeff \t\r\n"  # each file of a plug-in may leave its byte order mark, and the line before its `<?php`
MAX_DIGITS = 40  # no amount, id or count of any platform is longer


def loads(raw: bytes | str, *, max_depth: int = MAX_DEPTH) -> Any:
    """Read one JSON text. Raises ValueError for whatever is not plain, finite, UTF-8 JSON of bounded depth."""
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
        value = json.loads(
            text.lstrip(BEFORE),
            object_pairs_hook=_pairs,
            parse_float=_decimal,
            parse_int=_whole,
            parse_constant=_constant,
        )
    except RecursionError as exc:
        raise ValueError("JSON is too deep") from exc
    _check_depth(value, max_depth)
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("JSON names a key twice")
    return found


def _decimal(text: str) -> Decimal:
    value = Decimal(_short(text))
    exponent = value.as_tuple().exponent
    # 1e999999 is a short text and a megabyte once it is written out.
    if not isinstance(exponent, int) or abs(exponent) > MAX_DIGITS:
        raise ValueError("JSON number out of range")
    return value


def _whole(text: str) -> int:
    return int(_short(text))


def _short(text: str) -> str:
    if len(text) > MAX_DIGITS:
        raise ValueError("JSON number too long")
    return text


def _constant(text: str) -> NoReturn:
    raise ValueError(f"JSON has no {text}")


def _check_depth(value: Any, max_depth: int) -> None:
    """Level by level, so that checking depth cannot itself recurse."""
    level = [value]
    for _ in range(max_depth + 1):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise ValueError("JSON is too deep")


def _children(value: Any) -> list[Any]:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [child for child in inside if isinstance(child, dict | list)]
