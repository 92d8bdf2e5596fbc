"""One page of a list: by its number, or from the place that a cursor names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")


def numbered(rows: Sequence[Row], page: int, size: int) -> list[Row]:
    """The first page is 1; past the end there is nothing."""
    return list(rows[(page - 1) * size : page * size])


def from_place(rows: Sequence[Row], cursor: object, size: int) -> tuple[list[Row], dict[str, str]]:
    """(one page, {"cursor": where the next one begins}, empty when it was the last). cursor: "" or None = from the
    start."""
    start = int(str(cursor or 0))
    more = {"cursor": str(start + size)} if len(rows) > start + size else {}
    return list(rows[start : start + size]), more
