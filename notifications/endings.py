"""What a vendor switches off: the admins of each shop that lives by it are told 60 and 14 days before, each time once.

The keys of the outbox make it once, whoever asks and however often.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from notifications import outbox
from stores.selectors import calendar, people

ENDING: Final = "connection.ending"
BEFORE: Final = (14, 60)  # days, the nearest first


def tell(now: datetime) -> None:
    """Whoever becomes admin later, or connects late, is told of the nearest mark alone; what is over counts as near."""
    for one in calendar.of_all(now):
        mark = next((days for days in BEFORE if one.on and one.days <= days), None)
        for store in one.stores if mark else ():
            outbox.mail(
                people.admins(store),
                key=f"ending:{one.connection.uuid}:{one.what}:{one.on}:{mark}",
                kind=ENDING,
                subject=f"connection:{one.connection.uuid}",
                store=store,
                payload={"what": one.what, "version": one.version, "on": str(one.on)},
            )
