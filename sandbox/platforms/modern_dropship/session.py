"""One request's hold on a supplier's account: orders read and written, cancellations told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sandbox.core import records
from sandbox.core.records import Body

KINDS = {"order": "a1", "item": "b2", "fulfilment": "c3"}
DISPATCH_SECONDS = 60.0  # events leave about once a minute


class Session(records.Session):
    def ident(self, kind: str) -> str:
        """24 hex digits that no database takes for a number."""
        return f"6a{KINDS[kind]}{self.number():020x}"

    def save(self, order: Body) -> None:
        """`updated` changes on every write; lists go by when the order was made."""
        order["updated_at"] = max(self.at, order["updated_at"] + 0.001)
        self.put("order", order["id"], order, at=order["created_at"])

    def cancelled(self, order: Body, *, cause: str, note: str, units: int, **detail: Any) -> None:
        """Appends a cancellation to the ledger; there is no other kind here, and no money."""
        self.effect("cancel", order["id"], cause=cause, currency=order["currency"], note=note, units=units, **detail)

    def order_event(self, topic: str, payload: Mapping[str, Any]) -> None:
        """One delivery for each address that somebody entered by hand. Not signed: the vendor signs nothing."""
        wrapped = {"id": str(uuid.uuid4()), "topic": topic, "data": payload}
        self.event(topic, payload if self.switch("event") == "bare" else wrapped, delay=DISPATCH_SECONDS)
