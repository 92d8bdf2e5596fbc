"""One confirmed plan for one order."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cancellations.states import TERMINAL, CancellationState
from stores.kernel.money import Money


class Cancellation(models.Model):
    """What was previewed is what runs: the plan stands on `preview`; `receipt` compares it with what was reported and
    seen.

    `vouched_by`: who last let it go (confirmed, approved, tried again, settled); their right is asked before each send.
    `counts_for`, `counts_from`: in whose day of limits it counts, and since when; null while nobody let it go.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="cancellations")
    order = models.ForeignKey("stores.OrderRecord", on_delete=models.PROTECT, related_name="cancellations")
    preview = models.OneToOneField("cancellations.Preview", on_delete=models.PROTECT, related_name="cancellation")
    fingerprint = models.CharField(max_length=64)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    vouched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    counts_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    counts_from = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, choices=[(s.value, s.value) for s in CancellationState])
    version = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=24)
    note = models.ForeignKey("cancellations.PrivateNote", null=True, on_delete=models.SET_NULL, related_name="+")
    units = models.DecimalField(max_digits=12, decimal_places=3)
    money_minor = models.BigIntegerField()  # to be given back, in the currency that moves
    currency = models.CharField(max_length=3)
    limit_minor = models.BigIntegerField(default=0)  # the same in the shop's currency: what limits compare
    limit_currency = models.CharField(max_length=3, default="")  # "": the shop's; else no rate to it is known
    created_at = models.DateTimeField()
    hold_seconds = models.PositiveIntegerField(null=True)  # as previewed; null: of an older version, the shop's
    held_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)  # of an approval
    asked_why = models.CharField(max_length=24, blank=True, default="", db_default="")  # why it needed one
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    differs = models.BooleanField(default=False)
    trouble = models.CharField(max_length=300, blank=True)  # why a person is needed, in safe words
    receipt = models.TextField(blank=True)
    seen_at = models.DateTimeField(null=True)
    came_from = ""  # in memory only: the state before the last move, for the audit event that tells of it
    looked_at = models.DateTimeField(null=True)  # a person has looked at the difference and let it stand
    reread_at = models.DateTimeField(null=True)  # of the nightly second look
    look_again_at = models.DateTimeField(null=True)  # when the next one is due; null: none is
    looking_until = models.DateTimeField(null=True)  # a worker is at it

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order"],
                condition=~Q(state__in=sorted(TERMINAL)),
                name="one_open_cancellation_per_order",
            )
        ]
        indexes: ClassVar = [
            models.Index(models.F("created_at").desc(), models.F("id").desc(), name="cancellation_by_time"),
            models.Index("store", models.F("created_at").desc(), models.F("id").desc(), name="cancellation_by_store"),
            models.Index(
                "requester", models.F("created_at").desc(), models.F("id").desc(), name="cancellation_by_person"
            ),
            models.Index("reason", models.F("created_at").desc(), models.F("id").desc(), name="cancellation_by_reason"),
            models.Index("state", "held_until", name="cancellation_by_state"),
            models.Index(fields=["counts_for", "store", "counts_from"], name="cancellation_counts"),
            models.Index(
                "state", models.F("created_at").desc(), models.F("id").desc(), name="cancellation_by_state_time"
            ),
            models.Index(fields=["differs"], condition=Q(differs=True), name="cancellation_differs"),
            models.Index(
                fields=["store", "look_again_at"], condition=Q(look_again_at__isnull=False), name="second_look_due"
            ),
            models.Index(fields=["looking_until"], condition=Q(looking_until__isnull=False), name="second_look_now"),
            # what waits for a person: selectors/looks asks each by its own index
            models.Index(fields=["store"], condition=Q(state="needs_operator"), name="look_at_stopped"),
            models.Index(fields=["store"], condition=Q(state="refused", looked_at=None), name="look_at_refused"),
            models.Index(fields=["store"], condition=Q(differs=True, looked_at=None), name="look_at_different"),
            models.Index(fields=["store"], condition=Q(state="awaiting_approval"), name="look_at_approvals"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What people read and search: C-2041."""
        return f"C-{2000 + self.pk}"

    @property
    def shown_state(self) -> str:
        """The state as people call it: what ended otherwise than it was promised, or refused, is a difference."""
        is_over = self.state in (CancellationState.DONE, CancellationState.REFUSED)
        return "differs" if is_over and self.differs else self.state

    @property
    def money(self) -> Money:
        return Money.from_minor(self.money_minor, self.currency)
