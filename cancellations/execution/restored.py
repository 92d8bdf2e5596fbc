"""After a start, and after a restore: what this database says of the world may be old (RELIABILITY 10).

A worker that starts looks before it repeats anything that has left. After a restore nothing is believed: every open
step and message looks before its first send, nothing is taken back before, every order that was acted on lately is
read again, the audit chains note it, and new rows get numbers that no lost row had.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from cancellations import actions
from cancellations.lifecycle import deadlines, transitions
from cancellations.models import Attempt, Cancellation, Step, StepKind
from cancellations.models.step import IS_CLAIMABLE
from cancellations.states import TERMINAL
from notifications import outbox
from notifications.models import IS_OPEN, Delivery
from stores.audit import restore
from stores.audit.restore import Jump
from stores.kernel import row_numbers

MANY = 1000  # times the gap: tables whose numbers nobody reads


@dataclass(frozen=True)
class Restoring:
    """What there is to do."""

    steps: int
    messages: int
    orders: int
    jumps: Sequence[Jump]
    gap: int
    first: str  # the reference of the next cancellation

    @property
    def words(self) -> Iterator[str]:
        yield f"Looked for before they are sent or taken back: {self.steps} open steps."
        yield f"Looked for before they are sent, where they can be: {self.messages} open messages."
        yield f"Read again at the next round: {self.orders} orders acted on in the last 14 days."
        for jump in self.jumps:
            yield f"Chain {jump.chain}: {_of_chain(jump)}."
            for name, known in jump.gone.items():
                yield f"Chain {name}: lost whole, signed files know {known} entries."
        yield f"New cancellations begin at {self.first}."


def _of_chain(jump: Jump) -> str:
    if jump.is_noted:
        return "this restore is noted already"
    files = f"signed files know {jump.known}" if jump.known > jump.after else "no signed file knows more"
    return f"{jump.after} entries, {files}; it goes on at entry {jump.to}"


def worker_started() -> int:
    """Steps of which anything has left are looked for before they are sent again; how many."""
    sent = Attempt.objects.filter(step=OuterRef("pk"), sent_at__isnull=False)
    return Step.objects.filter(Exists(sent), IS_CLAIMABLE, must_look=False).update(must_look=True)


def plan(*, now: datetime, gap: int = restore.GAP) -> Restoring:
    """Changes nothing."""
    last = Cancellation.objects.aggregate(last=Max("pk"))["last"] or 0
    first = Cancellation(pk=last + gap + 1).reference
    messages = Delivery.objects.filter(IS_OPEN).count()
    return Restoring(_open_steps().count(), messages, _ended(now).count(), restore.plan(gap), gap, f"{first} or later")


def restored(*, now: datetime, gap: int = restore.GAP) -> Restoring:
    """The database was put back from a copy. Leases of the copy are void. Safe to run again.

    Numbers move each time: a copy that was made right after a restore reads like a second run for the first one.
    """
    found = plan(now=now, gap=gap)
    with transaction.atomic():
        _open_steps().update(
            must_look=True, lease_owner="", lease_until=None, fence=F("fence") + 1, looked_at=None, absent_since=None
        )
        outbox.look_first()
        _ended(now).update(look_again_at=now, looking_until=None)
    read = Cancellation._meta.db_table
    with transaction.atomic():
        row_numbers.move_on({table: gap if table == read else gap * MANY for table in row_numbers.tables()})
    restore.note(found.jumps, actions.RESTORED)
    return found


def _open_steps() -> QuerySet[Step]:
    return Step.objects.filter(~Q(cancellation__state__in=sorted(TERMINAL)) & ~Q(kind=StepKind.VERIFY))


def _ended(now: datetime) -> QuerySet[Cancellation]:
    return Cancellation.objects.filter(
        state__in=transitions.LOOKED_AT_AGAIN, finished_at__gt=now - deadlines.SECOND_LOOK_FOR
    )
