"""Routes of a REST API as rows: method, path template, what answers, the right it needs.

ROUTES = Routes(
    Route("order", "GET", "orders/{id}", one_order),
    Route("refund", "POST", "orders/{id}/refunds", refund_order, needs="write", status=201),
)
found = ROUTES.find("GET", "orders/17")      # (the row, {"id": "17"}), or 404, or 405
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """What a route's function is given. session: the platform's; query: as the platform reads it; key: idempotency."""

    session: Any
    ids: dict[str, str]  # in the path
    query: Any
    body: Any
    headers: dict[str, str]  # of the answer, to be added to
    key: str = ""
    url: str = ""  # as it was called, without the query

    @property
    def id(self) -> str:
        return self.ids.get("id", "")


class Route(NamedTuple):
    """name: what faults and counters call it; method: one, or several with spaces; needs: the right it asks for.

    only: the version it belongs to, "" = every one; longest: of its idempotency key, 0 = it takes none.
    """

    name: str
    method: str
    path: str
    act: Callable[[Asked], Any]
    needs: str = ""
    status: int = 200
    only: str = ""
    longest: int = 0
    needs_key: bool = False


Found = tuple[Route, dict[str, str]]


class Routes:
    """{id} in a template is `ident`; {rest} is all that follows."""

    def __init__(self, *rows: Route, ident: str = "[^/]+") -> None:
        def pattern(path: str) -> re.Pattern[str]:
            return re.compile(re.sub(r"\{(\w+)\}", lambda m: f"(?P<{m[1]}>{'.+' if m[1] == 'rest' else ident})", path))

        self.rows = [(row, pattern(row.path)) for row in rows]

    def find(self, method: str, path: str, only: str = "") -> Found | int:
        """The row and the ids in its path; else the status that says there is none: 404, or 405 for the method."""
        fits = [(row, match.groupdict()) for row, pattern in self.rows
                if row.only in ("", only) and (match := pattern.fullmatch(path))]  # fmt: skip
        return next((one for one in fits if method in one[0].method.split()), 405 if fits else 404)

    def needs(self) -> tuple[str, ...]:
        """Every right that a row asks for."""
        return tuple(dict.fromkeys(row.needs for row, _ in self.rows if row.needs))


def name_of(found: Found | int) -> str:
    """What faults call it; "none" where there is no route."""
    return "none" if isinstance(found, int) else found[0].name
