"""A step's journal: what is asked, and written on the chain, before an effect of a cancellation leaves.

Both transactions ask whether somebody pressed the emergency stop. A step that acts through another account than its
shop's names it on the chain: the money that moves is that account's. The machine: stores/effects/journal.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from cancellations import actions
from cancellations.execution.keys import key_of
from cancellations.lifecycle import emergency_stop
from cancellations.models import Step
from stores.audit import trail
from stores.effects import journal
from stores.effects.models import Attempted


class Journal(journal.Journal[Step]):
    begun = journal.BEGUN | {"resend": ""}

    @property
    def step(self) -> Step:
        return self.row

    @property
    def point(self) -> str:
        return self.step.kind

    @property
    def key(self) -> str:
        return key_of(self.step)

    @property
    def sealed_to(self) -> str:
        return f"cancellations_attempt|body|{self.step.uuid}|{self.step.cancellation.store_id}"

    def let_go(self) -> Q:
        return emergency_stop.let_go(self.step)

    def held_back(self) -> None:
        emergency_stop.check(self.step)

    def record(self, attempt: Attempted) -> None:
        step = self.step
        is_own = step.connection_id == step.cancellation.store.connection_id
        elsewhere: dict[str, Any] = {} if is_own else {"connection": str(step.connection.uuid)}
        trail.record(
            actions.INTENT,
            actor="rescind",
            target=f"cancellation:{step.cancellation.uuid}",
            store=step.cancellation.store,
            step=step.position,
            kind=step.kind,
            generation=step.generation,
            key=attempt.key,
            **elsewhere,
        )
