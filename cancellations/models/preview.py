"""What somebody asked for and was shown; void after 30 minutes."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

from stores.kernel.security import vault

VOID_AFTER = timedelta(minutes=30)


class PrivateNote(models.Model):
    """Words a person wrote, encrypted; audit events name it by uuid and keyed digest. Erasing blanks `sealed`."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def bound_to(self) -> str:
        """What `sealed` is bound to in the vault; known before the row is saved."""
        return vault.bound("cancellations_privatenote", "sealed", self.uuid, self.store_id)


class Preview(models.Model):
    """`request`, `plan` and `facts` are canonical JSON of CancelRequest (note left out), Plan and the live Order.

    A confirmed one is never changed, but that `facts` are blanked once nobody compares with them any more.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.CASCADE, related_name="previews")
    order = models.ForeignKey("stores.OrderRecord", on_delete=models.CASCADE, related_name="previews")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    request = models.TextField()
    plan = models.TextField()
    facts = models.TextField()
    fingerprint = models.CharField(max_length=64)
    note = models.ForeignKey(PrivateNote, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["created_at"], name="preview_by_time"),
            models.Index(fields=["created_at"], condition=~models.Q(facts=""), name="preview_with_facts"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)
