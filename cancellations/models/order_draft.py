"""What somebody has chosen on an order and not confirmed, and who has which order open."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from stores.kernel.security import vault


class OrderDraft(models.Model):
    """One per person and order. `sealed`: the form as typed, note included, as JSON: {field: text}, encrypted.

    tab: which open page wrote it last; version: counts its changes, so that another page knows what it has seen.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="+")
    order = models.ForeignKey("stores.OrderRecord", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    sealed = models.BinaryField()
    tab = models.CharField(max_length=32, blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "order"], name="one_draft_each")]
        indexes: ClassVar = [models.Index(fields=["saved_at"], name="draft_by_time")]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def bound_to(self) -> str:
        """What `sealed` is bound to in the vault; known before the row is saved."""
        return vault.bound("cancellations_orderdraft", "sealed", self.uuid, self.store_id)


class OrderVisit(models.Model):
    """When a person had an order open: first, and last as far as their page tells."""

    order = models.ForeignKey("stores.OrderRecord", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "order"], name="one_visit_each")]
        indexes: ClassVar = [models.Index(fields=["last_at"], name="visit_by_time")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.order_id}"
