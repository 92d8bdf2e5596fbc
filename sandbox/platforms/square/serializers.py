"""Records as Square tells them: without what we keep for ourselves, and times in its own spelling."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.core.records import Session

Body = dict[str, Any]


def told(record: Any) -> Any:
    """Names that begin with an underscore are ours."""
    if isinstance(record, dict):
        return {name: told(value) for name, value in record.items() if not name.startswith("_")}
    return [told(one) for one in record] if isinstance(record, list) else record


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamp(said: str) -> float:
    """Raises ValueError for what is no time."""
    return datetime.fromisoformat(said).timestamp()


def keep(session: Session, order: Body) -> None:
    """An order is listed by what it says of its last change."""
    session.put("order", order["id"], order, at=stamp(order["updated_at"]))
