"""What the database means to do for each statement that a page or a worker sends: read by an index, or read it all.

`with plans.watching("page") as seen:` asks the planner for every statement of the block; `seen.whole_reads()` names
those that would read a growing table from end to end. SQLite plans the same for any number of rows; PostgreSQL is made
to believe in a million.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from stores.selectors import matching

GROWING = frozenset({
    "stores_orderrecord", "stores_ordersnapshot", "stores_auditevent", "stores_checkpoint",
    "cancellations_cancellation", "cancellations_step", "cancellations_attempt", "cancellations_preview",
    "cancellations_privatenote", "cancellations_mirrorwatch", "cancellations_inbox", "notifications_delivery",
    "notifications_deliveryattempt",
})  # fmt: skip
EXPLAINED = re.compile(r"\s*(SELECT|UPDATE|DELETE)\b", re.IGNORECASE)
ALIAS = re.compile(r'"?(\w+)"? (?:AS )?"?([A-Z]\d+)"?')
SCANS = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")
OF_A_SHOP = re.compile(r"SEARCH (\w+) USING (?:COVERING )?INDEX (\w+) \((?:store_id|chain_id)=\?\)")
FIRST_OF_A_SHOP = re.compile(
    r"order_by_store_time|cancellation_by_store|stores_auditevent_chain_id"
)  # read a page long


@dataclass(frozen=True)
class WholeRead:
    """`index`: walked from end to end in its order, "" for the table itself."""

    page: str
    table: str
    index: str
    sql: str

    def __str__(self) -> str:
        return f"{self.page}: {self.table} {self.index or '(no index)'}\n    {self.sql}"


@dataclass
class Seen:
    page: str
    plans: dict[str, Any] = field(default_factory=dict)  # sql → what the planner said
    is_asking: bool = False

    def uses(self, index: str) -> bool:
        return any(index in str(plan) for plan in self.plans.values())

    def whole_reads(self) -> list[WholeRead]:
        partial = _partial_indexes()
        read = _of_sqlite if connection.vendor == "sqlite" else _of_postgres
        found = [
            WholeRead(self.page, table, index, sql)
            for sql, plan in self.plans.items()
            for table, index in read(sql, plan)
        ]
        return [row for row in found if row.table in GROWING and row.index not in partial]

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
        if not self.is_asking and not many and EXPLAINED.match(sql) and sql not in self.plans:
            self.is_asking = True
            try:
                self.plans[sql] = _explain(sql, params)
            finally:
                self.is_asking = False
        return execute(sql, params, many, context)


@contextmanager
def watching(page: str) -> Iterator[Seen]:
    seen = Seen(page)
    with connection.execute_wrapper(seen):
        yield seen


def settle() -> None:
    """After the rows are made: PostgreSQL knows how they look, and believes that there are a million in each table.

    SQLite is never told anything of its rows, here or at work.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            many = "UPDATE pg_class SET reltuples = 1000000 WHERE relname = ANY(%s)"
            cursor.execute(many, [sorted(GROWING)])


def _explain(sql: str, params: Any) -> Any:
    words = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN (FORMAT JSON) "
    with connection.cursor() as cursor:
        cursor.execute(words + sql, params)
        rows = cursor.fetchall()
    if connection.vendor == "sqlite":
        return [row[3] for row in rows]
    return rows[0][0] if not isinstance(rows[0][0], str) else json.loads(rows[0][0])


def _of_sqlite(sql: str, plan: list[str]) -> Iterator[tuple[str, str]]:
    names = {alias: table for table, alias in ALIAS.findall(sql)}
    for detail in plan:
        found = SCANS.match(detail) or OF_A_SHOP.match(detail)
        if found and not (found[2] and "LIMIT" in sql and FIRST_OF_A_SHOP.match(found[2])):
            yield str(names.get(found[1], found[1])), str(found[2] or "")


def _of_postgres(sql: str, plan: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    nodes = [plan[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        is_index = node["Node Type"] in ("Index Scan", "Index Only Scan")
        is_walk = is_index and "Index Cond" not in node and "LIMIT" not in sql  # else it ends when a page is full
        if node["Node Type"] == "Seq Scan" or is_walk:
            yield node["Relation Name"], node.get("Index Name", "")


def finds_words_by_index() -> bool:
    """Not every PostgreSQL has pg_trgm: without it words are found by reading, as docs/operations.md says."""
    if connection.vendor == "sqlite":
        return matching.has_word_index()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_indexes WHERE indexname = 'stores_order_words'")
        return cursor.fetchone() is not None


def _partial_indexes() -> set[str]:
    """They hold the few rows they are for: to read one whole is what it is there for."""
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%% WHERE %%'"
        if connection.vendor == "sqlite"
        else "SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked.replace("%%", "%"))
        return {row[0] for row in cursor.fetchall()}
