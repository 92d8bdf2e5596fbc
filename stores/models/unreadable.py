"""An order that the platform showed and nobody could read: kept with its reason until it can be."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class UnreadableOrder(models.Model):
    """One row a shop and order; gone as soon as the order was read, or is no longer there.

    key: `external_id`, or a digest of the row where it has none; such a row can only be shown again by a list.
    reason: words for a person, without personal data. updated_at: the platform's. tries: reads of this order alone.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="unreadable")
    key = models.CharField(max_length=120)
    external_id = models.CharField(max_length=120, blank=True)
    number = models.CharField(max_length=60, blank=True)
    search = models.CharField(max_length=400)  # folded number and end of the id
    reason = models.CharField(max_length=300)
    updated_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    last_tried_at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, db_index=True)  # None: it has no id to be asked for
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "key"], name="one_entry_per_unreadable")]

    def __str__(self) -> str:
        return self.number or self.key
