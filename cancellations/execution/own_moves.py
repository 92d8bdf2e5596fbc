"""Other steps of ours that moved the same stock between the two counts of a step: they are nobody else's doing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from cancellations.models import Attempt, Step
from cancellations.planning import counts
from stores.canonical import codec
from stores.canonical.commands import Command, CorrectStock


def of(step: Step) -> str:
    """The fact `own_moves` for the receipt of `step` ("" where it counted nothing): "<item>@<location>:<units>;…"."""
    told = step.result.get("facts", {}) if isinstance(step.result, dict) else {}
    if not told.get("counts"):
        return ""
    items = {count.stock_item_id for count in counts.read(told)}
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for other in _sent_meanwhile(step, told["counted_from"], told["counted_to"]):
        for item, place, units in _moves(other):
            if item in items and units > 0:
                found[(item, place)] += units
    return ";".join(f"{item}@{place}:{units}" for (item, place), units in sorted(found.items()))


def _sent_meanwhile(step: Step, since: str, until: str) -> list[Step]:
    """By the journal: whatever of another cancellation of this shop may have acted between the counts."""
    window = (datetime.fromisoformat(since), datetime.fromisoformat(until))
    sent = Attempt.objects.filter(sent_at__range=window, step__cancellation__store=step.cancellation.store_id)
    ids = sent.exclude(step__cancellation=step.cancellation_id).values("step")
    return list(Step.objects.filter(pk__in=ids))


def _moves(other: Step) -> Iterator[tuple[str, str, int]]:
    """What it was to put back: by its command, else by its own counts (a cancel that puts units back by itself)."""
    command: Command = codec.loads(Command, other.command)  # type: ignore[arg-type]
    if isinstance(command, CorrectStock):
        yield from ((change.stock_item_id, change.location_id, int(change.delta)) for change in command.changes)
        return
    facts = other.result.get("facts", {}) if isinstance(other.result, dict) else {}
    yield from ((count.stock_item_id, count.location_id, count.asked) for count in counts.read(facts))
