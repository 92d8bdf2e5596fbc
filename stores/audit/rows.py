"""Audit rows as they stand, whatever somebody wrote into them: nothing here raises for what it reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection

from stores.audit.verify_audit import Line
from stores.canonical import codec
from stores.models import AuditEvent, Checkpoint

EVENT = ("id", "seq", "at", "actor", "kind", "object", "body", "prev", "hash")
CHECKPOINT = ("id", "chain__name", "seq", "head", "at", "text", "signature", "key_id")
LARGEST = 2**63 - 1


@contextmanager
def as_they_stand() -> Iterator[None]:
    """SQLite hands out text that is no UTF-8 as broken text instead of an error."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    before, raw.text_factory = raw.text_factory, _decoded
    try:
        yield
    finally:
        raw.text_factory = before


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def events(chain: int, name: str, *, after: int = 0) -> Iterator[dict[str, Any]]:
    """The chain's events behind `after`, as verify_audit.py takes them. chain: the id of its row."""
    rows = AuditEvent.objects.filter(chain=chain, **({"seq__gt": after} if after else {}))  # else also below one
    for row in rows.order_by("seq", "pk").values(*EVENT).iterator(chunk_size=2000):
        yield {"chain": name, **row}


def statements(chain: int) -> Iterator[dict[str, Any]]:
    """The chain's checkpoints, as verify_audit.py takes them."""
    for row in Checkpoint.objects.filter(chain=chain).order_by("seq", "pk").values(*CHECKPOINT).iterator():
        yield line(row)


def line(row: Line) -> dict[str, Any]:
    """One checkpoint as it is exported; from the values of CHECKPOINT."""
    copied = ("seq", "head", "at", "text", "signature", "key_id")
    return {"is": "checkpoint", "chain": row["chain__name"], **{name: row[name] for name in copied}}


def text(line: Any) -> str:
    """A line of an export; what has no canonical form as something that no reader takes for an honest one."""
    try:
        found = codec.dumps(line)
        found.encode()
    except (TypeError, ValueError):
        return json.dumps(line, default=repr)
    return found


def number(value: Any) -> int | None:
    """None for what is no count."""
    return value if type(value) is int and 0 <= value <= LARGEST else None


def time(value: Any) -> datetime | None:
    """None for what is no aware instant."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None
