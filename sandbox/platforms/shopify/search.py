"""The vendor's search language, as far as Rescind uses it, turned into SQL over the index.

Terms stand side by side (AND) or with OR between; `-` or NOT turns one around; parentheses group; `field:value`,
`field:>=value`, quotes for spaces and colons, `\\` before a letter that would mean something, `*` as a prefix mark.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from graphql import GraphQLError

from sandbox.platforms.shopify.index import fold
from sandbox.platforms.shopify.values import minor

Clause = tuple[str, list[Any]]
TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<term>(?:\\.|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s()"'])+))"""
)
QUOTED = re.compile(r""""((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|((?:\\.|[^\\"'])+)""")
FIELD = re.compile(r"(?P<minus>-?)(?P<field>[a-z_]+):(?P<sign>>=|<=|>|<|)(?P<value>.*)", re.S)
TIMES = ("created_at", "updated_at", "processed_at")
WHOLE = {
    "name": "name", "email": "email", "confirmation_number": "confirmation", "po_number": "po_number",
    "source_name": "source_name", "risk_level": "risk", "financial_status": "financial", "return_status": "returned",
}  # fmt: skip
AMONG = {"sku": "sku", "tag": "tags", "gateway": "gateways", "chargeback_status": "disputes",
         "location_id": "locations", "fulfillment_location_id": "locations"}  # fmt: skip
FULFILMENT = {
    "unshipped": "fulfilment = 'unfulfilled'",
    "unfulfilled": "fulfilment IN ('unfulfilled', 'on_hold', 'in_progress', 'scheduled', 'partially_fulfilled')",
    "shipped": "fulfilment = 'fulfilled'", "fulfilled": "fulfilment = 'fulfilled'",
    "partial": "fulfilment = 'partially_fulfilled'", "scheduled": "fulfilment = 'scheduled'",
    "on_hold": "fulfilment = 'on_hold'", "request_declined": "fulfilment = 'request_declined'",
}  # fmt: skip
STATUS = {
    "open": "NOT is_closed AND NOT is_cancelled", "closed": "is_closed AND NOT is_cancelled",
    "cancelled": "is_cancelled", "not_closed": "NOT is_closed", "any": "1",
}  # fmt: skip
SIGNS = {"": "=", ">": ">", "<": "<", ">=": ">=", "<=": "<="}


def to_sql(query: str, currency: str) -> Clause:
    """A WHERE clause and its values. Raises GraphQLError for a query that cannot be read."""
    tokens = [match for match in TOKEN.finditer(query) if match.group().strip()]
    parser = Parser(tokens, currency)
    clause = parser.alternatives() if tokens else ("1", [])
    if parser.place < len(tokens):
        raise GraphQLError("Invalid search query", extensions={"code": "BAD_REQUEST"})
    return clause


class Parser:
    """Recursive descent over the tokens: alternatives of sequences of terms."""

    def __init__(self, tokens: list[re.Match[str]], currency: str) -> None:
        self.tokens = tokens
        self.currency = currency
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place].group().strip() if self.place < len(self.tokens) else ""

    def alternatives(self) -> Clause:
        parts = [self.sequence()]
        while self.peek() == "OR":
            self.place += 1
            parts.append(self.sequence())
        return joined(" OR ", parts)

    def sequence(self) -> Clause:
        parts = []
        while self.place < len(self.tokens) and self.peek() not in (")", "OR"):
            if self.peek() == "AND":
                self.place += 1
                continue
            parts.append(self.one())
        return joined(" AND ", parts) if parts else ("1", [])

    def one(self) -> Clause:
        word = self.peek()
        self.place += 1
        if word == "NOT":
            return turned(self.one())
        if word == "(":
            inner = self.alternatives()
            self.place += 1  # the closing one; a missing one is forgiven
            return inner
        return term(word, self.currency)


def joined(word: str, parts: list[Clause]) -> Clause:
    return "(" + word.join(f"({sql})" for sql, _ in parts) + ")", [value for _, values in parts for value in values]


def turned(clause: Clause) -> Clause:
    return f"NOT ({clause[0]})", clause[1]


def unquoted(text: str) -> str:
    """Without the quotes around parts and the backslashes before letters; folded."""
    parts = (next(part for part in match.groups() if part is not None) for match in QUOTED.finditer(text))
    return fold(re.sub(r"\\(.)", r"\1", "".join(parts))).strip()


def term(word: str, currency: str) -> Clause:
    match = FIELD.fullmatch(word)
    if not match:
        return turned(free(word[1:])) if word.startswith("-") else free(word)
    clause = by_field(match["field"], match["sign"], match["value"], currency)
    return turned(clause) if match["minus"] else clause


def free(word: str) -> Clause:
    return "words LIKE ? ESCAPE '!'", [f"%{escaped(unquoted(word).removesuffix('*'))}%"]


def escaped(text: str) -> str:
    return re.sub(r"([!%_])", r"!\1", text)


def by_field(field: str, sign: str, raw: str, currency: str) -> Clause:
    """One `field:value`. An unknown field is looked for as words, as the vendor's search does."""
    value = unquoted(raw)
    if field in TIMES:
        return f"{field} {SIGNS[sign]} ?", [moment(value)]
    if field == "name":
        return like("name", ",".join(f"#{part.removeprefix('#')}" for part in value.split(",")))
    if field in WHOLE:
        return like(WHOLE[field], value)
    if field in AMONG:
        return f"{AMONG[field]} LIKE ? ESCAPE '!'", [
            f"%|{escaped(value.removesuffix('*'))}{'' if value.endswith('*') else '|'}%"
        ]
    if field in ("id", "customer_id"):
        return f"{field} {SIGNS[sign]} ?", [int(value) if value.isdigit() else -1]
    if field == "current_total_price":
        return f"total {SIGNS[sign]} ?", [minor(value, currency)]
    if field == "tag_not":
        return turned(by_field("tag", "", raw, currency))
    if field == "test":
        return "is_test = ?", [value == "true"]
    words = {"status": STATUS, "fulfillment_status": FULFILMENT}.get(field)
    if words is not None:
        return joined(" OR ", [(words.get(part, "0"), []) for part in value.split(",")])
    return free(raw)


def like(column: str, value: str) -> Clause:
    """Equal, or beginning with it when it ends in `*`; several values stand between commas."""
    parts = [
        (f"{column} LIKE ? ESCAPE '!'", [escaped(part.removesuffix("*")) + ("%" if part.endswith("*") else "")])
        for part in value.split(",")
    ]
    return joined(" OR ", parts)


def moment(value: str) -> float:
    try:
        at = datetime.fromisoformat(value.upper())
    except ValueError as exc:
        raise GraphQLError(f"Invalid timestamp {value!r} in search query", extensions={"code": "BAD_REQUEST"}) from exc
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


# --- Lists that page: `first`/`last`, cursors, `nodes` and `edges` --------------------------------
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
