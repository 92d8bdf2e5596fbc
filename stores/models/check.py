"""How the last look at a chain ended. Not evidence itself: anybody can run the look again."""

from __future__ import annotations

from django.db import models


class ChainCheck(models.Model):
    """One row a chain. `seq`, `head`: how far the look came; `finished_at` is null while it goes on, part by part;
    `started_at` is of the part.
    `upto`: where the chain ended when it began. `first_bad`: the first entry that does not hold, null when whole.
    `checked_at`, `checked`: of the last look that came to an end.
    """

    chain = models.OneToOneField("stores.AuditChain", on_delete=models.CASCADE, related_name="look")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    seq = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="0" * 64)
    upto = models.PositiveBigIntegerField(default=0)
    signed = models.PositiveBigIntegerField(default=0)
    first_bad = models.PositiveBigIntegerField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.chain_id} to {self.seq}"
