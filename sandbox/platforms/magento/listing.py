"""searchCriteria: filters, sorting, the clamped last page, `fields`. Without a page size everything comes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from sandbox.core.paging import numbered
from sandbox.core.records import Session
from sandbox.platforms.magento.refusals import said

FILTER = re.compile(
    r"searchCriteria\[(?:filterGroups|filter_groups)\]\[(\d+)\]\[filters\]\[(\d+)\]\[(field|value|conditionType|condition_type)\]"
)
NAME = re.compile(r"searchCriteria\[(pageSize|currentPage|page_size|current_page)\]")
SORT = re.compile(r"searchCriteria\[(?:sortOrders|sort_orders)\]\[(\d+)\]\[(field|direction)\]")
MOST, USUAL = 300, 20


class Filter(NamedTuple):
    field: str
    value: str
    condition: str


class Criteria(NamedTuple):
    groups: list[list[Filter]]
    size: int | None
    page: int
    newest_first: bool


def criteria(session: Session, query: str) -> Criteria:
    """Raises Refused for a query that names none, or breaks the limits of the shop."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(name.startswith("searchCriteria") for name, _ in pairs):
        raise said('"%fieldName" is required. Enter and try again.', {"fieldName": "searchCriteria"})
    parts: defaultdict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    plain, direction = {}, ""
    for name, value in pairs:
        if match := FILTER.fullmatch(name):
            parts[match[1], match[2]][match[3].replace("_t", "T")] = value
        elif match := NAME.fullmatch(name):
            plain[match[1].replace("_s", "S").replace("_p", "P")] = value
        elif (match := SORT.fullmatch(name)) and match[2] == "direction" and match[1] == "0":
            direction = value
    groups: defaultdict[str, list[Filter]] = defaultdict(list)
    for (group, _), one in parts.items():
        found = Filter(one.get("field", ""), one.get("value", ""), one.get("conditionType", "eq"))
        groups[group].append(found)
    return Criteria(list(groups.values()), size(session, plain), int(plain.get("currentPage") or 1),
                    direction.upper() == "DESC")  # fmt: skip


def size(session: Session, plain: Mapping[str, str]) -> int | None:
    is_limited = session.switch("input_limits") == "on"
    if "pageSize" not in plain:
        return USUAL if is_limited else None
    wanted = int(plain["pageSize"])
    if is_limited and wanted > MOST:
        raise said("Maximum SearchCriteria pageSize is %max", {"max": str(MOST)})
    return wanted


def seconds(value: str) -> float:
    return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()


CONDITIONS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda seen, asked: seen == asked, "neq": lambda seen, asked: seen != asked,
    "like": lambda seen, asked: re.fullmatch(re.escape(asked).replace("%", ".*"), seen, re.IGNORECASE) is not None,
    "in": lambda seen, asked: seen in asked.split(","), "nin": lambda seen, asked: seen not in asked.split(","),
    "gt": lambda seen, asked: seen > asked, "gteq": lambda seen, asked: seen >= asked,
    "lt": lambda seen, asked: seen < asked, "lteq": lambda seen, asked: seen <= asked,
}  # fmt: skip


def fits(row: Mapping[str, Any], groups: Iterable[Iterable[Filter]]) -> bool:
    """Groups are ANDed, filters within one ORed."""
    return all(any(CONDITIONS[f.condition](str(row.get(f.field, "")), f.value) for f in group) for group in groups)


def orders(session: Session, query: str, tell: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """Quick where nothing but the time of change is asked for."""
    asked = criteria(session, query)
    flat = [one for group in asked.groups for one in group]
    if all(f.field == "updated_at" and f.condition == "gteq" for f in flat) and len(flat) <= 1:
        since = seconds(flat[0].value) if flat else None
        _, total = session.page("order", since=since, limit=1)
        page, limit = clamped(asked, total)
        rows, _ = session.page(
            "order", since=since, offset=(page - 1) * limit, limit=limit, newest_first=asked.newest_first
        )
        return answer([tell(row) for row in rows], total, asked)
    found = [row for row in map(tell, session.all("order")) if fits(row, asked.groups)]
    return paged(found, asked)


def of_parent(session: Session, query: str, shown: Callable[[str], Iterable[dict[str, Any]]]) -> dict[str, Any]:
    """Invoices and the like: only what belongs to the order that is asked for."""
    asked = criteria(session, query)
    parent = next((f.value for group in asked.groups for f in group if f.field == "order_id"), "")
    return paged([row for row in shown(parent) if fits(row, asked.groups)], asked)


def paged(found: list[dict[str, Any]], asked: Criteria) -> dict[str, Any]:
    return answer(numbered(found, *clamped(asked, len(found))), len(found), asked)


def clamped(asked: Criteria, total: int) -> tuple[int, int]:
    """(page, rows on it): past the end the last page comes again, and without a size everything is one page."""
    size = asked.size or max(total, 1)
    return min(asked.page, max(1, -(-total // size))), size


def answer(rows: list[dict[str, Any]], total: int, asked: Criteria) -> dict[str, Any]:
    groups = [
        {"filters": [{"field": f.field, "value": f.value, "condition_type": f.condition} for f in group]}
        for group in asked.groups
    ]
    shown: dict[str, Any] = {"filter_groups": groups, "current_page": asked.page}
    return {"items": rows, "search_criteria": shown | ({"page_size": asked.size} if asked.size else {}),
            "total_count": total}  # fmt: skip


# --- fields=items[entity_id,payment[method]],total_count ---------------------------------------------
def trimmed(payload: Any, query: str) -> Any:
    wanted = dict(parse_qsl(query)).get("fields")
    return pick(payload, tree(wanted)) if wanted else payload


def tree(wanted: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    stack, name = [found], ""
    for char in f"{wanted},":
        if char == "[":
            inner: dict[str, Any] = {}
            stack[-1][name], name = inner, ""
            stack.append(inner)
        elif char in ",]":
            if name:
                stack[-1].setdefault(name, {})
            name = ""
            if char == "]":
                stack.pop()
        else:
            name += char
    return found


def pick(payload: Any, wanted: Mapping[str, Any]) -> Any:
    if not wanted:
        return payload
    if isinstance(payload, list):
        return [pick(one, wanted) for one in payload]
    if isinstance(payload, dict):
        return {name: pick(value, wanted[name]) for name, value in payload.items() if name in wanted}
    return payload
