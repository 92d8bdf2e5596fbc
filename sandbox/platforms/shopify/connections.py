"""Lists that page: `first`/`last`, cursors, `nodes` and `edges`."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

MAX_PAGE = 250


def page_size(first: int | None, last: int | None) -> int:
    """Raises GraphQLError in the vendor's words for no size, or one out of range."""
    size = first if first is not None else last
    if size is None:
        raise refused("you must provide one of first or last")
    if not 0 <= size <= MAX_PAGE:
        raise refused(f"first must be between 0 and {MAX_PAGE}")
    return size


def refused(message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})


def encode(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def decode(cursor: str) -> str:
    """Raises GraphQLError for a cursor that is none of ours."""
    try:
        return base64.b64decode(cursor, altchars=b"-_", validate=True).decode()
    except ValueError as exc:
        raise refused("Invalid cursor for current pagination sort.") from exc


def page(nodes: list[Any], cursors: Sequence[str], *, more: bool, before: bool) -> dict[str, Any]:
    """A connection out of one page of nodes."""
    return {
        "nodes": nodes,
        "edges": lambda: [{"cursor": mark, "node": node} for mark, node in zip(cursors, nodes, strict=True)],
        "pageInfo": {
            "hasNextPage": more, "hasPreviousPage": before, "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }  # fmt: skip


def connection(
    rows: Sequence[Any],
    view: Callable[[Any], Any],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    reverse: bool = False,
    **_unused: Any,
) -> dict[str, Any]:
    """Pages a list that is at hand. Cursors are positions in it."""
    size = page_size(first, last)
    ordered = list(reversed(rows)) if reverse else list(rows)
    start = position(after) + 1 if after else 0
    end = position(before) if before else len(ordered)
    window = range(start, max(start, end))
    window = window[:size] if first is not None else window[max(0, len(window) - size) :]
    cursors = [encode(f"at:{place}") for place in window]
    nodes = [view(ordered[place]) for place in window]
    more = bool(window) and window[-1] + 1 < len(ordered)
    return page(nodes, cursors, more=more, before=bool(window) and window[0] > 0)


def paging_of(arguments: dict[str, Any]) -> dict[str, Any]:
    """Those of a field's arguments that page its list."""
    return {key: value for key, value in arguments.items() if key in ("first", "last", "after", "before", "reverse")}


def position(cursor: str) -> int:
    kind, _, digits = decode(cursor).partition(":")
    if kind != "at" or not digits.isdigit():
        raise refused("Invalid cursor for current pagination sort.")
    return int(digits)
