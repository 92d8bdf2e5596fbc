"""Webhooks as they came: verified, deduplicated, kept 90 days. A webhook only causes a read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from stores.effects.models import Leased
from stores.kernel.security import vault


class InboxState(models.TextChoices):
    WAITING = "waiting"
    READ = "read"
    IGNORED = "ignored"
    FAILED = "failed"


class Inbox(Leased):
    """`event_key` comes from the signed part; `body` is the raw body, sealed by the vault."""

    moves: ClassVar = {InboxState.WAITING: frozenset({InboxState.READ, InboxState.IGNORED, InboxState.FAILED})}

    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="inbox")
    endpoint = models.CharField(max_length=80)
    event_key = models.CharField(max_length=80)
    topic = models.CharField(max_length=80, blank=True)
    order_external_id = models.CharField(max_length=120, blank=True)
    body = models.BinaryField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=InboxState.choices, default=InboxState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["endpoint", "event_key"], name="one_row_per_event")]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="waiting"), name="inbox_due"),
            models.Index(
                fields=["store", "order_external_id"], condition=models.Q(state="waiting"), name="inbox_of_order"
            ),
            models.Index(fields=["received_at"], name="inbox_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.topic}"

    @property
    def bound_to(self) -> str:
        """What `body` is bound to in the vault; known before the row is saved."""
        return vault.bound("cancellations_inbox", "body", f"{self.endpoint}/{self.event_key}", self.store_id)
