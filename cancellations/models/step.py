"""One act of a cancellation and each time it was sent."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import ClassVar

from django.db import models
from django.db.models import Q

from cancellations.states import CLAIMABLE, STEP_MOVES, StepState
from stores.effects.models import Attempted, Effect
from stores.kernel.security import vault

# One OR of equal signs, in the index and in the questions: SQLite takes a partial index only for a question in the same
# words, and cannot compare two lists of parameters.
IS_CLAIMABLE = reduce(or_, (Q(state=state) for state in sorted(CLAIMABLE)))


class StepKind(models.TextChoices):
    CANCEL = "cancel"
    EDIT = "edit"
    REFUND = "refund"
    VOID = "void"
    RESTOCK = "restock"
    VERIFY = "verify"
    ASSISTED = "assisted"


class Resending(models.TextChoices):
    """May this be sent once more although nothing but reading says that it is absent? A person's word."""

    ASKED = "asked"  # both readings are in front of a person
    ALLOWED = "allowed"  # who has seen them and said: try again


class Step(Effect):
    """`command` is canonical JSON of a stores.canonical.commands.Command ("" for verify).

    `connection`: the account that it acts on; of its shop's orders unless the plan says another.
    `next_attempt_at` is null while the step waits for its turn.
    """

    moves = STEP_MOVES
    beside: Sequence[Step] = ()  # in memory only: all steps of its cancellation, as they stood when it was claimed

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cancellation = models.ForeignKey("cancellations.Cancellation", on_delete=models.CASCADE, related_name="steps")
    connection = models.ForeignKey("stores.Connection", on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=StepKind.choices)
    command = models.TextField(blank=True)
    state = models.CharField(max_length=16, default=StepState.PENDING, choices=[(s.value, s.value) for s in StepState])
    looked_at = models.DateTimeField(null=True)  # the last look that found nothing
    must_look = models.BooleanField(default=False)  # before it is sent next, whatever its state says
    resend = models.CharField(max_length=8, blank=True, choices=Resending.choices)
    waits_for_shop = models.BooleanField(default=False)  # until its shop answers again, and not for a time
    tell_at = models.DateTimeField(null=True)  # still open by then: a person is told, whatever the cause
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cancellation", "position"], name="one_step_per_position")
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=IS_CLAIMABLE, name="step_due"),
            models.Index(fields=["tell_at"], condition=IS_CLAIMABLE, name="step_to_tell"),
            models.Index(fields=["cancellation"], condition=Q(waits_for_shop=True), name="step_waits_for_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.cancellation_id}/{self.position} {self.kind}"


class Attempt(Attempted):
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="attempts")

    def __str__(self) -> str:
        return f"{self.step_id} g{self.generation}"

    @property
    def bound_to(self) -> str:
        """What `body` is bound to in the vault: the step, since a resend leaves with the first one's bytes."""
        return vault.bound("cancellations_attempt", "body", self.step.uuid, self.step.cancellation.store_id)
