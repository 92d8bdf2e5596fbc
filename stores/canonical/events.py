"""What a platform's webhook may tell us: a hint to read one object, never a fact."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    ORDER_CHANGED = "order_changed"
    ORDER_DELETED = "order_deleted"
    DISPUTE = "dispute"
    STOCK_CHANGED = "stock_changed"
    DISCONNECTED = "disconnected"
    SCOPES_CHANGED = "scopes_changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Event:
    """`event_key` comes from the signed part; `order_id` is the external id to read, "" when none."""

    kind: EventKind
    topic: str
    event_key: str
    order_id: str = ""
