"""The audit chains: one per shop and one for the system. Rows are appended by stores.audit.trail and nothing else."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AuditChain(models.Model):
    """`name`: "system" or the shop's uuid. The row is locked to append: `seq` and `head` are its end."""

    name = models.CharField(max_length=40, unique=True)
    store = models.OneToOneField("stores.Store", null=True, on_delete=models.PROTECT, related_name="chain")
    seq = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return self.name


class AuditEvent(models.Model):
    """One link. `body` is canonical JSON text without personal data; `hash` covers every other column."""

    chain = models.ForeignKey(AuditChain, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveBigIntegerField()
    at = models.CharField(max_length=32)  # as hashed: 2026-11-21T09:30:00.123456Z
    actor = models.CharField(max_length=80)  # "person:<uuid>", "rescind", "platform:<key>", "console"
    kind = models.CharField(max_length=60)
    object = models.CharField(max_length=120)  # "cancellation:<uuid>"
    body = models.TextField()
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["chain", "seq"], name="one_event_per_seq")]
        indexes: ClassVar = [
            models.Index(fields=["object", "id"], name="audit_by_object"),
            models.Index(fields=["kind", "id"], name="audit_by_kind"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
            models.Index(fields=["at", "id"], name="audit_by_time"),
            models.Index(fields=["chain", "id"], name="audit_by_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.chain_id}/{self.seq}"


class Checkpoint(models.Model):
    """A signed statement of a chain's head; `text` is what was signed (Ed25519), exported elsewhere too."""

    chain = models.ForeignKey(AuditChain, on_delete=models.PROTECT, related_name="checkpoints")
    seq = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64)
    at = models.CharField(max_length=32)
    text = models.TextField()
    signature = models.CharField(max_length=128)
    key_id = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["chain", "seq"], name="one_checkpoint_per_seq")]

    def __str__(self) -> str:
        return f"{self.chain_id}@{self.seq}"
