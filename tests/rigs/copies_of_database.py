"""A copy of the rows of one cancellation, put back later while the outer world has gone on: a restore from a backup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cancellations.models import Attempt, Cancellation, Step


@dataclass(frozen=True)
class Copy:
    """Column values by model, as they stood."""

    cancellation: dict[str, Any]
    steps: list[dict[str, Any]]
    attempts: list[dict[str, Any]]

    @property
    def states(self) -> tuple[str, ...]:
        return (self.cancellation["state"], *(f"{step['kind']}:{step['state']}" for step in self.steps))

    def put_back(self) -> None:
        pk = self.cancellation["id"]
        Attempt.objects.filter(step__cancellation=pk).delete()
        Step.objects.filter(cancellation=pk).delete()
        Cancellation.objects.filter(pk=pk).update(**{k: v for k, v in self.cancellation.items() if k != "id"})
        Step.objects.bulk_create(Step(**row) for row in self.steps)
        Attempt.objects.bulk_create(Attempt(**row) for row in self.attempts)


def copy(cancellation: Cancellation) -> Copy:
    steps = Step.objects.filter(cancellation=cancellation).order_by("position")
    return Copy(
        cancellation=dict(Cancellation.objects.filter(pk=cancellation.pk).values().get()),
        steps=[dict(row) for row in steps.values()],
        attempts=[dict(row) for row in Attempt.objects.filter(step__cancellation=cancellation).order_by("pk").values()],
    )
