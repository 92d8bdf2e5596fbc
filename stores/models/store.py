"""A connected shop (Store in code), its secrets, its health and how far its orders are copied."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.effects.models import Leased
from stores.kernel.security import vault


class StoreState(models.TextChoices):
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    DISCONNECTED = "disconnected", _("Disconnected")


def inbox_token() -> str:
    return secrets.token_urlsafe(24)


class Store(models.Model):
    """One connection to one outside account, in all that it is to us: shop, payments, stock, books.

    `settings`: what is not secret (shop name, base_url, api_version); `account`: their own id of the account, ""
    where none is told.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    platform = models.CharField(max_length=40)
    account = models.CharField(max_length=200, default="")
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=16, choices=StoreState.choices, default=StoreState.ACTIVE)
    settings = models.JSONField(default=dict)
    granted_scopes = models.JSONField(default=list)
    currency = models.CharField(max_length=3, default="USD")
    time_zone = models.CharField(max_length=64, default="UTC")
    hold_seconds = models.PositiveIntegerField(default=600)
    is_sandbox = models.BooleanField(default=False)
    inbox_token = models.CharField(max_length=64, unique=True, default=inbox_token)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["platform", "account"], condition=~models.Q(account=""), name="one_connection_per_account"
            )
        ]

    def __str__(self) -> str:
        return self.name


class StoreSecret(models.Model):
    """AES-256-GCM; bound to this row by the vault's associated data. `expires_at` for fetched tokens."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=40)
    sealed = models.BinaryField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "name"], name="one_secret_per_name")]

    def __str__(self) -> str:
        return f"{self.store_id} {self.name}"

    @property
    def bound_to(self) -> str:
        """What `sealed` is bound to in the vault; known before the row is saved."""
        return vault.bound("stores_storesecret", "sealed", self.name, self.store_id)


class StoreHealth(models.Model):
    """What we know of the way to the shop: rate slot, breaker, last answers, hooks. One row a shop."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, related_name="health")
    next_slot_at = models.FloatField(default=0)  # unix seconds: the reserve-a-slot row
    throttled_until = models.FloatField(default=0)  # unix seconds, the platform's word: until then its bucket is empty
    work_since = models.FloatField(default=0)  # unix seconds: from then on work that waits has its share
    work_until = models.FloatField(default=0)  # unix seconds: how long the share is kept for it
    work_wants = models.FloatField(default=0)  # points of the turn that waits
    seconds_per_point = models.FloatField(default=0.01)
    bucket_size = models.FloatField(default=1000)
    bucket_left = models.FloatField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)  # safe words
    failures = models.PositiveIntegerField(default=0)  # unknown or 5xx in a row
    breaker_open_since = models.DateTimeField(null=True)
    breaker_probe_at = models.DateTimeField(null=True)
    token_lease_until = models.DateTimeField(null=True)  # one worker at a time fetches a token
    hook_seen_at = models.DateTimeField(null=True)
    hooks_checked_at = models.DateTimeField(null=True)
    hooks_error = models.CharField(max_length=300, blank=True)
    hooks_standing = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.store_id)


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
