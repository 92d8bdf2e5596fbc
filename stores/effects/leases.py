"""One lease for all work (RELIABILITY 7): claimed by a conditional UPDATE, given back with a result.

A lease is `lease_owner`, `lease_until` and `fence`, not a state: whoever takes over an expired one raises the fence,
and every later write of the one before finds no row. There is no heartbeat: a lease outlasts the longest request, and
begins again with the intent.
"""

from __future__ import annotations

import os
import socket
import threading
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet

from stores.effects import moves
from stores.effects.models import Leased
from stores.kernel import database
from stores.kernel.errors import LeaseLost

HANDED_ON: Final = timedelta(seconds=30)  # until its intent: nothing of it has begun, so whoever died leaves it soon
A_MOMENT: Final = timedelta(seconds=1)
ALWAYS: Final = Q()
KEEPS_LEASE: Final = "intended"  # the one state in which something is about to leave
L = TypeVar("L", bound=Leased)
M = TypeVar("M", bound=Model)


def me() -> str:
    """Who holds a lease: host, process, thread."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{threading.get_ident() % 100_000}"


def is_free(now: datetime, column: str = "lease_until") -> Q:
    """Nobody has it, or whoever had it let it run out."""
    return Q(**{column: None}) | Q(**{f"{column}__lt": now})


def due(rows: QuerySet[L], now: datetime) -> QuerySet[L]:
    """What may be claimed now. The caller's question names the states, in the words of its partial index."""
    return rows.filter(is_free(now), next_attempt_at__lte=now)


def claim(rows: QuerySet[L], *, now: datetime, worker: str = "", **fields: Any) -> L | None:
    """Lease the one due row of the question to one worker; None when it is not due or another has it.

    The row comes as the question asks for it (`select_related`, `defer`). Its `fence` rides on every later write.
    """
    with transaction.atomic():
        taken = due(rows, now).update(**taken_by(worker or me(), now), **fields)
        return rows.get() if taken else None


def taken_by(worker: str, now: datetime, until: datetime | None = None) -> dict[str, Any]:
    """The columns of a lease that begins now."""
    return {"lease_owner": worker, "lease_until": until or ends(now), "fence": F("fence") + 1}


def ends(now: datetime) -> datetime:
    """When a lease that begins now runs out: longer than the longest request (90 s)."""
    return now + timedelta(seconds=settings.STEP_LEASE_SECONDS)


def move(row: Leased, to: str, *, only_if: Q = ALWAYS, **fields: Any) -> None:
    """The only way a leased row changes state; every move but to `intended` gives the lease back.

    only_if: as in `note`. Raises LeaseLost for an old fence, ForbiddenMove for what its table does not list.
    """
    moves.check(row.moves, row.state, to)  # type: ignore[attr-defined]
    if to != KEEPS_LEASE:
        fields |= {"lease_owner": "", "lease_until": None}
    note(row, only_if=only_if, state=to, **fields)


def release(row: Leased, **fields: Any) -> None:
    """Give the lease back without a move. Raises LeaseLost for an old fence."""
    note(row, lease_owner="", lease_until=None, **fields)


def note(row: Leased, *, only_if: Q = ALWAYS, **fields: Any) -> None:
    """Write on a row that stays leased. Raises LeaseLost for an old fence.

    only_if: what must be true besides; LeaseLost as well where it is not, so its owner asks which of them it was.
    """
    stands = {name: getattr(row, name) for name in ("pk", "fence", *row.guards)}
    if only_if:
        mine = type(row)._default_manager.filter(only_if, **stands).update(**fields)
    else:
        mine = database.update(type(row), stands, fields)
    if not mine:
        raise LeaseLost(f"{row._meta.label_lower} {row.pk} fence {row.fence}")
    for name, value in fields.items():
        setattr(row, name, value)


def let_go(rows: QuerySet[L], *, worker: str, now: datetime) -> None:
    """Give back whatever lease this worker has on them, where a write failed: what the rows say now stands."""
    mine = rows.filter(lease_owner=worker, lease_until__isnull=False)
    mine.update(lease_owner="", lease_until=None, next_attempt_at=now + A_MOMENT)


# --- a lease of one column ------------------------------------------------------------------------------
# For work beside a row's own: fetching a shop's token, a second look. Its end is its fence: no two are the same.
def hold(rows: QuerySet[M], column: str, *, now: datetime, length: timedelta) -> datetime | None:
    """Take the one row of the question until the instant that comes back; None when another has it."""
    until = now + length
    return until if rows.filter(is_free(now, column)).update(**{column: until}) else None


def held(rows: QuerySet[M], column: str, until: datetime | None) -> QuerySet[M]:
    """The rows of the question while they are still held until then: for the write that gives them back."""
    return rows.filter(**{column: until})
