"""Put a delivery into the outbox, in the caller's transaction; the same key twice is one delivery."""

from __future__ import annotations

from typing import Any

from notifications.models import Delivery
from stores.kernel import clock


def put(*, key: str, channel: str, kind: str, subject: str, payload: dict[str, Any]) -> None:
    """payload: ids and amounts only; names and addresses are looked up when it is sent."""
    now = clock.now()
    Delivery.objects.get_or_create(
        key=key,
        defaults={"channel": channel, "kind": kind, "subject": subject, "payload": payload, "created_at": now,
                  "next_attempt_at": now},
    )  # fmt: skip
