"""What the journal knows of the sends of one row: how many left, and which of them nothing has settled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from stores.canonical.receipts import Outcome
from stores.effects.outcomes import NOT_DONE


@dataclass(frozen=True)
class Sends:
    """All generations. unanswered: how many left and brought no answer that settles them."""

    count: int
    last_at: datetime | None
    unanswered: int
    unanswered_at: datetime | None  # the last of those

    def can_land_until(self, late_landing_seconds: float) -> datetime | None:
        """Until then a request without an answer may still take effect; None when none is out."""
        return self.unanswered_at + timedelta(seconds=late_landing_seconds) if self.unanswered_at else None


def counted(attempts: Iterable[tuple[datetime | None, str]], *, is_refused: bool) -> Sends:
    """attempts: (sent_at, outcome) in their order. is_refused: a final no is kept, also of a job that was accepted."""
    rows = [(at, outcome) for at, outcome in attempts if at]
    lost = [at for at, outcome in rows if outcome not in NOT_DONE]
    if is_refused and rows and rows[-1][1] == Outcome.ACCEPTED:  # the job failed, and is settled by that word
        lost.remove(rows[-1][0])
    return Sends(
        count=len(rows),
        last_at=max((at for at, _outcome in rows), default=None),
        unanswered=len(lost),
        unanswered_at=max(lost, default=None),
    )
