"""A connection: one outside account, how it is entered, and what is known of the way to it."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from stores.kernel.security import vault


class ConnectionState(models.TextChoices):
    ACTIVE = "active", _("Active")
    DISCONNECTED = "disconnected", _("Disconnected")


def inbox_token() -> str:
    return secrets.token_urlsafe(24)


class Connection(models.Model):
    """One connection may serve several roles (orders, payments, stock, books, messages) and several shops.

    `connector`: the key of what it speaks to; `settings`: what is not secret (shop name, base_url, api_version);
    `account`: their own id of the account, "" where none is told.
    """

    entered_with: frozenset[int] | None = None  # in memory only: the rows of the secrets that were read last

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connector = models.CharField(max_length=40)
    account = models.CharField(max_length=200, default="")
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=16, choices=ConnectionState.choices, default=ConnectionState.ACTIVE)
    settings = models.JSONField(default=dict)
    granted_scopes = models.JSONField(default=list)
    inbox_token = models.CharField(max_length=64, unique=True, default=inbox_token)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connector", "account"], condition=~models.Q(account=""), name="one_connection_per_account"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ConnectionSecret(models.Model):
    """AES-256-GCM; bound to this row by the vault's associated data. `expires_at` for fetched tokens.

    `moved_from`: the value as it was sealed in the shop's row, before there were connections (a connection that was
    made of a shop has its number). Nothing reads it but a way back; the first successful check drops it.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=40)
    sealed = models.BinaryField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    moved_from = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["connection", "name"], name="one_secret_per_name")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.name}"

    @property
    def bound_to(self) -> str:
        """What `sealed` is bound to in the vault; known before the row is saved."""
        return vault.bound("stores_connectionsecret", "sealed", self.name, self.connection_id)

    @property
    def moved_from_bound_to(self) -> str:
        """What `moved_from` is bound to: the row that the value came from."""
        return vault.bound("stores_storesecret", "sealed", self.name, self.connection_id)


class ConnectionHealth(models.Model):
    """What we know of the way to the account: rate slot, breaker, last answers, hooks. One row a connection."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="health")
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
        return str(self.connection_id)
