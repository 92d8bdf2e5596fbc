"""Other steps of ours that moved the same stock between the two counts of a step: they are nobody else's doing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from cancellations.models import Attempt, Step
from cancellations.planning import counts
from cancellations.planning.reports import OwnMove
from stores.canonical import codec, stored_receipts
from stores.canonical.commands import Command, CorrectStock
from stores.canonical.receipts import Reported


def of(step: Step, reported: Reported) -> tuple[OwnMove, ...]:
    """By item and place; none where the step counted nothing."""
    items = {count.stock_item_id for count in counts.proving(reported)}
    if not items or reported.counted_from is None or reported.counted_to is None:
        return ()
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for other in _sent_meanwhile(step, reported.counted_from, reported.counted_to):
        for item, place, units in _moves(other):
            if item in items and units > 0:
                found[(item, place)] += units
    return tuple(
        OwnMove(stock_item_id=item, location_id=place, units=units) for (item, place), units in sorted(found.items())
    )


def _sent_meanwhile(step: Step, since: datetime, until: datetime) -> list[Step]:
    """By the journal: whatever of another cancellation of this shop may have acted between the counts."""
    sent = Attempt.objects.filter(sent_at__range=(since, until), step__cancellation__store=step.cancellation.store_id)
    ids = sent.exclude(step__cancellation=step.cancellation_id).values("step")
    return list(Step.objects.filter(pk__in=ids))


def _moves(other: Step) -> Iterator[tuple[str, str, Decimal]]:
    """What it was to put back: by its command, else by its own counts (a cancel that puts units back by itself)."""
    command: Command = codec.loads(Command, other.command)  # type: ignore[arg-type]
    if isinstance(command, CorrectStock):
        yield from ((change.stock_item_id, change.location_id, change.delta) for change in command.changes)
        return
    counted = counts.proving(stored_receipts.reported_in(other.result))
    yield from ((count.stock_item_id, count.location_id, count.asked or Decimal(0)) for count in counted)
