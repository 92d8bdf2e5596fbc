"""The list of orders: pages by number, filters, and what the headers tell about the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from math import ceil
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from sandbox.core.paging import numbered
from sandbox.core.records import Body, Session
from sandbox.platforms.woocommerce.refusals import wrong

MOST = 100
ORDERS_BY = ("date", "id", "include", "title", "slug", "modified")
TIMES = ("after", "before", "modified_after", "modified_before")
Query = dict[str, str]


def query_of(text: str) -> Query:
    """The last of a doubled name counts; `status[]` means `status`."""
    found: Query = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        name = re.sub(r"\[\d*\]$", "", name)
        joins = name in ("status", "include", "exclude") and name in found
        found[name] = f"{found[name]},{value}" if joins else value
    return found


def orders(session: Session, query: Query, headers: dict[str, str], url: str) -> list[Body]:
    """One page of records; raises Refused for a value out of range."""
    page, size = _number(query, "page", 1, None), _number(query, "per_page", 10, MOST)
    by, way = query.get("orderby", "date"), query.get("order", "desc")
    if by not in ORDERS_BY or way not in ("asc", "desc"):
        raise wrong("orderby" if way in ("asc", "desc") else "order")
    bounds = {name: moment(session, query, name) for name in TIMES}
    offset = int(query["offset"]) if query.get("offset", "").isdecimal() else (page - 1) * size
    if by == "modified" and not _narrows(query):
        since, until = bounds["modified_after"], bounds["modified_before"]
        rows, count = session.page(
            "order", since=None if since is None else since + 1, until=until, offset=offset, limit=size,
            newest_first=way == "desc",
        )  # fmt: skip
    else:
        found = [order for order in session.all("order") if _fits(order, query, bounds)]
        found.sort(key=KEYS.get(by, KEYS["date"]), reverse=way == "desc")
        rows, count = found[offset : offset + size], len(found)
    _tell(headers, query, page, size, count, url)
    return rows


KEYS: dict[str, Callable[[Body], float]] = {
    "date": lambda order: float(order["created"]),
    "id": lambda order: float(order["id"]),
    "modified": lambda order: float(order["modified"]),
}


def _number(query: Query, name: str, default: int, most: int | None) -> int:
    said = query.get(name, str(default))
    if not said.isdecimal() or int(said) < 1 or (most and int(said) > most):
        raise wrong(name)
    return int(said)


def moment(session: Session, query: Query, name: str) -> float | None:
    """Without an offset and without dates_are_gmt it is a time of the site's own zone."""
    said = query.get(name, "")
    if not said:
        return None
    try:
        at = datetime.fromisoformat(said)
    except ValueError as exc:
        raise wrong(name) from exc
    is_gmt = query.get("dates_are_gmt") in ("true", "1")
    zone = UTC if is_gmt else ZoneInfo(session.shop["timezone"])
    return at.replace(tzinfo=zone).timestamp()  # an offset that is told is not looked at


def _narrows(query: Query) -> bool:
    return any(
        query.get(name) for name in ("search", "include", "exclude", "after", "before", "customer", "product")
    ) or (query.get("status", "any") != "any")


def _fits(order: Body, query: Query, bounds: dict[str, float | None]) -> bool:
    made, changed = int(order["created"]), int(order["modified"])
    limits = (
        (bounds["after"], made, 1), (bounds["before"], made, -1),
        (bounds["modified_after"], changed, 1), (bounds["modified_before"], changed, -1),
    )  # fmt: skip
    if any(bound is not None and (at - bound) * sign <= 0 for bound, at, sign in limits):
        return False
    status = query.get("status", "any").split(",")
    if "any" not in status and order["status"] not in status:
        return False
    if query.get("include") and str(order["id"]) not in query["include"].split(","):
        return False
    who = order["person"]
    words = f"{order['number']} {order['id']} {who['first']} {who['last']} {who['email']}".lower()
    return query.get("search", "").lower() in words


def paged(found: list[Body], query: Query, headers: dict[str, str]) -> list[Body]:
    """One page of a short list, all of which is at hand."""
    page, size = _number(query, "page", 1, None), _number(query, "per_page", 10, MOST)
    _tell(headers, query, page, size, len(found), "")
    return numbered(found, page, size)


def _tell(headers: dict[str, str], query: Query, page: int, size: int, count: int, url: str) -> None:
    """url: "" = no links to the other pages."""
    pages = ceil(count / size)
    headers |= {"X-WP-Total": str(count), "X-WP-TotalPages": str(pages)}
    if not url:
        return
    links = [(page - 1, "prev")] * (page > 1) + [(page + 1, "next")] * (page < pages)
    shown = [f'<{url}?{urlencode(query | {"page": str(number)})}>; rel="{name}"' for number, name in links]
    if shown:
        headers["Link"] = ", ".join(shown)
