"""A connected shop (Store in code), what serves it, and how far its orders are copied."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.effects.models import Leased


class StoreState(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    DISCONNECTED = "disconnected", _("Disconnected")


class Store(models.Model):
    """One shop: what people decided about it. How its orders are reached stands in its `connection`.

    `platform`: the key of that connection's connector, kept since lists and indexes ask for it; it never changes.
    `state`: paused by people, disconnected together with the connection. `is_sandbox`: a practice shop, the only
    kind that can be removed: from `removed_at` on only the audit log of the owners knows it.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    platform = models.CharField(max_length=40)
    connection = models.ForeignKey("stores.Connection", on_delete=models.PROTECT, related_name="stores")
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=16, choices=StoreState.choices, default=StoreState.ACTIVE)
    currency = models.CharField(max_length=3, default="USD")
    time_zone = models.CharField(max_length=64, default="UTC")
    hold_seconds = models.PositiveIntegerField(default=600)
    is_sandbox = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class HoldTier(models.Model):
    """From this amount (minor units of the shop's currency) a cancellation is held longer than the shop's others."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="hold_tiers", db_index=False)
    from_minor = models.BigIntegerField()
    seconds = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "from_minor"], name="one_hold_per_amount"),
            models.CheckConstraint(condition=models.Q(from_minor__gt=0), name="hold_tiers_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.from_minor} {self.seconds}"


class ServedRole(models.TextChoices):
    """What a connection beside the one for orders does for a shop."""

    PAYMENTS = "payments", _("Payments")
    STOCK = "stock", _("Stock")
    BOOKS = "books", _("Books")
    MESSAGES = "messages", _("Messages")


class StoreRole(models.Model):
    """A further connection of a shop. `method`: of payments, which the provider takes; "" for the other roles."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="roles", db_index=False)
    connection = models.ForeignKey("stores.Connection", on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=16, choices=ServedRole.choices)
    method = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "role", "method"], name="one_connection_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.role} {self.method}".strip()


class SyncPhase(models.TextChoices):
    IMPORT = "import", _("First import")
    FOLLOW = "follow", _("Up to date")
    STOPPED = "stopped", _("Stopped")


class StoreSync(Leased):
    """How far the shop's orders are copied; resumed at `cursor` after a stop."""

    guards = ()  # it has no state that others move

    store = models.OneToOneField(Store, on_delete=models.CASCADE, related_name="sync")
    phase = models.CharField(max_length=16, choices=SyncPhase.choices, default=SyncPhase.IMPORT)
    cursor = models.TextField(blank=True)
    since = models.DateTimeField(null=True)  # lower bound of the run under way
    watermark = models.DateTimeField(null=True)  # newest change seen in finished runs
    run_started_at = models.DateTimeField(null=True)
    fresh_at = models.DateTimeField(null=True)  # the copy is true as of this instant
    copied = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    tries = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.store_id} {self.phase}"
