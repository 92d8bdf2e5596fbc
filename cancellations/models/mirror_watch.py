"""The same order in another shop, read after a cancellation until it agrees or a day has passed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from stores.effects.models import Leased


class CopyState(models.TextChoices):
    WATCHING = "watching"
    AGREES = "agrees"
    OPEN = "open"  # a day has passed and it still stands: a person must look


class MirrorWatch(Leased):
    """`order`: the other one of the pair, copy or original, `store`: its shop.

    It only ever reads.
    """

    moves: ClassVar = {CopyState.WATCHING: frozenset({CopyState.AGREES, CopyState.OPEN})}

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cancellation = models.ForeignKey("cancellations.Cancellation", on_delete=models.CASCADE, related_name="copies")
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    order = models.ForeignKey("stores.OrderRecord", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=CopyState.choices, default=CopyState.WATCHING)
    until = models.DateTimeField()
    looks = models.PositiveSmallIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)  # of the last read that was answered
    looked_at = models.DateTimeField(null=True)  # still open, and a person let it stand
    detail = models.CharField(max_length=300, blank=True)  # why the last look saw nothing, in safe words

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["cancellation", "order"], name="one_watch_per_copy")]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="watching"), name="copy_due"),
            models.Index(fields=["store", "cancellation"], condition=Q(state="open", looked_at=None), name="copy_open"),
        ]

    def __str__(self) -> str:
        return f"{self.cancellation_id} {self.order_id} {self.state}"
