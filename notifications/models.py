"""The outbox: what others are to be told. Written in the business transaction, sent by workers, never a step."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce


class DeliveryState(models.TextChoices):
    PENDING = "pending"
    SENT = "sent"
    GIVEN_UP = "given_up"
    MOOT = "moot"  # what it was to tell was over before it was sent


class Destination(models.Model):
    """An address in a connection. `connection`: none for the mail that is built in; `store`: none for all shops.

    `channel`: the key of a channel, never model choices; `address`: as that channel spells it (a room, a number).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey("stores.Connection", null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=40)
    address = models.CharField(max_length=254)
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(  # none is one value here: a database takes two of them for different ones
                Coalesce("connection", 0), "channel", "address", Coalesce("store", 0), name="one_destination"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.address}"


class Delivery(models.Model):
    """`key` makes the consumer idempotent; `payload` holds ids and amounts, no personal data.

    `about`: the uuid of the thing that `subject` names, `store`: its shop; `person`: who is told, where it is one;
    `destination`: where to, unless the person says so.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)  # "cancellation:<uuid>"
    about = models.UUIDField(null=True)
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    destination = models.ForeignKey(
        Destination, null=True, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
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
    looked_at = models.DateTimeField(null=True)  # given up, and a person has seen it

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="pending"), name="delivery_due"),
            models.Index(fields=["subject"], name="delivery_by_subject"),
            models.Index(
                fields=["store", "about"],
                condition=models.Q(state="given_up", looked_at=None),
                name="delivery_given_up",
            ),
            models.Index(fields=["person", "store"], condition=models.Q(state="pending"), name="delivery_waiting"),
            models.Index(fields=["person", "store", "sent_at"], name="delivery_told"),
        ]

    def __str__(self) -> str:
        return self.key
