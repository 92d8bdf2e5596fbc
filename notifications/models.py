"""The outbox: what others are to be told. Written in the business transaction, sent by workers, never a step."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from stores.effects.models import Attempted, Effect
from stores.kernel.security import vault


class DeliveryState(models.TextChoices):
    PENDING = "pending"
    INTENDED = "intended"
    ACCEPTED = "accepted"  # taken on, and asked after
    RETRY_WAIT = "retry_wait"  # answered that it was not done
    UNKNOWN = "unknown"
    SENT = "sent"
    GIVEN_UP = "given_up"  # a person must look
    MOOT = "moot"  # what it was to tell was over before it was sent


D = DeliveryState
OPEN = (D.PENDING, D.INTENDED, D.ACCEPTED, D.RETRY_WAIT, D.UNKNOWN)
WAITING = (D.PENDING, D.INTENDED, D.RETRY_WAIT)  # may leave together; intended: whose worker died before it sent
MOVES: dict[str, frozenset[str]] = {
    D.PENDING: frozenset({D.INTENDED, D.UNKNOWN, D.SENT, D.GIVEN_UP, D.MOOT}),
    D.INTENDED: frozenset({D.SENT, D.ACCEPTED, D.RETRY_WAIT, D.UNKNOWN, D.GIVEN_UP, D.MOOT}),
    D.ACCEPTED: frozenset({D.SENT, D.UNKNOWN, D.GIVEN_UP}),
    D.RETRY_WAIT: frozenset({D.INTENDED, D.UNKNOWN, D.SENT, D.GIVEN_UP, D.MOOT}),
    D.UNKNOWN: frozenset({D.SENT, D.ACCEPTED, D.PENDING, D.RETRY_WAIT, D.GIVEN_UP}),
    D.SENT: frozenset(),
    D.GIVEN_UP: frozenset(),
    D.MOOT: frozenset(),
}


def any_of(states: Iterable[DeliveryState]) -> Q:
    """One OR of equal signs, for the index and the questions: SQLite takes a partial index only for the same words."""
    return reduce(or_, (Q(state=state) for state in sorted(states)))


IS_OPEN, IS_WAITING = any_of(OPEN), any_of(WAITING)


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


class Delivery(Effect):
    """`key` makes the consumer idempotent; `payload` holds ids and amounts, no personal data.

    `about`: the uuid of the thing that `subject` names, `store`: its shop; `person`: who is told, where it is one;
    `destination`: where to, unless the person says so. `command`: what is asked of it there, sealed (it may name
    people), kept from the first send or before until it is done.
    """

    moves = MOVES

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
    command = models.BinaryField(default=b"")
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    absent_at = models.DateTimeField(null=True)  # the last look that found nothing
    looked_at = models.DateTimeField(null=True)  # given up, and a person has seen it
    must_look = models.BooleanField(default=False, db_default=False)  # put back from a copy: it may have left since
    again_at = models.DateTimeField(null=True)  # a person wants it once more; until that send has begun

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=IS_OPEN, name="delivery_due"),
            models.Index(fields=["subject"], name="delivery_by_subject"),
            models.Index(
                fields=["store", "about"],
                condition=models.Q(state="given_up", looked_at=None),
                name="delivery_given_up",
            ),
            models.Index(fields=["person", "store"], condition=IS_WAITING, name="delivery_waiting"),
            models.Index(fields=["person", "store", "sent_at"], name="delivery_told"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def begun_at(self) -> datetime:
        """When it first left; one that was found after a restore has left at some time since it was written."""
        return self.first_sent_at or self.again_at or self.created_at

    @property
    def bound_to(self) -> str:
        """What `command` is bound to in the vault; known before the row is saved."""
        return vault.bound("notifications_delivery", "command", self.uuid, self.store_id or 0)


class DeliveryAttempt(Attempted):
    """Those that left in one message have the same key; the first of them has its bytes."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")

    def __str__(self) -> str:
        return f"{self.delivery_id} g{self.generation}"

    @property
    def bound_to(self) -> str:
        """What `body` is bound to in the vault: the delivery, since a resend leaves with the first one's bytes."""
        return bound_to(self.delivery)


def bound_to(delivery: Delivery) -> str:
    return vault.bound("notifications_deliveryattempt", "body", delivery.uuid, delivery.store_id or 0)
