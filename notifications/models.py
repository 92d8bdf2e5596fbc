"""The outbox: what others are to be told. Written in the business transaction, sent by workers, never a step."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class DeliveryState(models.TextChoices):
    PENDING = "pending"
    SENT = "sent"
    GIVEN_UP = "given_up"


class Delivery(models.Model):
    """`key` makes the consumer idempotent; `payload` holds ids and amounts, no personal data."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)  # "cancellation:<uuid>"
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveBigIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="pending"), name="delivery_due"),
            models.Index(fields=["subject"], name="delivery_by_subject"),
        ]

    def __str__(self) -> str:
        return self.key
