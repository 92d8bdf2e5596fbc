"""What a piece of work asks of the database: its statements, and how often it commits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.test.utils import CaptureQueriesContext

BRACKETS = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b")
WRITES = re.compile(r"(INSERT|UPDATE|DELETE)\b")


@dataclass
class Asked:
    """statements: without those that begin and end transactions, in their order."""

    statements: Sequence[str] = field(default_factory=list)
    commits: int = 0  # explicit ones, and writes outside any transaction


@contextmanager
def counting() -> Iterator[Asked]:
    """Filled in at the end. Needs a test of real transactions."""
    asked = Asked()
    with CaptureQueriesContext(connection) as seen:
        yield asked
    told = [query["sql"].strip() for query in seen.captured_queries]
    asked.statements = [sql for sql in told if not BRACKETS.match(sql)]
    is_inside = False
    for sql in told:
        asked.commits += sql.startswith("COMMIT") or (not is_inside and bool(WRITES.match(sql)))
        is_inside = sql.startswith("BEGIN") or (is_inside and not sql.startswith(("COMMIT", "ROLLBACK")))
