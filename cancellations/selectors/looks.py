"""What waits for a person, as a viewer may see it: *You must act* and its badge.

Each kind is asked by a partial index of its own that holds what waits and nothing else, and UNION puts them together:
the cost follows what waits, never what was ever done. One OR over all of them would read every cancellation. SQL by
hand: the badge stands on every page, and Django takes longer to write this statement than a database to answer it;
SQLite, which keeps no statistics here, would take an index of all states, so it is told which one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from stores.models import Membership, Role, User
from stores.selectors import access

MOST = 99
LARGEST = 2**63 - 1  # of what the database keeps
STOPPED = "SELECT id FROM cancellations_cancellation {look_at_stopped} WHERE state = 'needs_operator'"
REFUSED = "SELECT id FROM cancellations_cancellation {look_at_refused} WHERE state = 'refused' AND looked_at IS NULL"
DIFFERENT = "SELECT id FROM cancellations_cancellation {look_at_different} WHERE differs AND looked_at IS NULL"
UNTOLD = """SELECT c.id FROM notifications_delivery {delivery_given_up}
 JOIN cancellations_cancellation AS c ON c.uuid = about
 WHERE notifications_delivery.state = 'given_up' AND notifications_delivery.looked_at IS NULL"""
COPIES = """SELECT c.id FROM cancellations_mirrorwatch {copy_open}
 JOIN cancellations_cancellation AS c ON c.id = cancellation_id
 WHERE cancellations_mirrorwatch.state = 'open' AND cancellations_mirrorwatch.looked_at IS NULL"""
APPROVALS = """SELECT id FROM cancellations_cancellation {look_at_approvals}
 WHERE state = 'awaiting_approval' AND requester_id <> %s"""
REMOVED = "SELECT id FROM stores_store WHERE removed_at IS NOT NULL"
STOPS = "SELECT 1 FROM cancellations_emergencystop WHERE ended_at IS NULL"
COVERED = "store_id = %s AND limit_minor <= %s AND limit_currency IN ('', %s)"
ELSEWHERE = """EXISTS (SELECT 1 FROM stores_currencylimit AS own
 JOIN stores_membership AS work ON work.id = own.membership_id
 WHERE work.person_id = %s AND work.store_id = cancellations_cancellation.store_id AND work.role IN (%s, %s)
 AND own.currency = limit_currency AND own.per_cancellation >= limit_minor AND own.per_day >= limit_minor)"""
INDEXES = ("look_at_stopped", "look_at_refused", "look_at_different", "look_at_approvals", "copy_open",
           "delivery_given_up")  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A piece of SQL and its values."""

    sql: str
    values: tuple[Any, ...] = ()

    def also(self, other: Asked | None) -> Asked:
        return self if other is None else Asked(f"{self.sql} AND {other.sql}", (*self.values, *other.values))


def waiting(viewer: User) -> RawSQL:
    """The primary keys of all that waits, for `pk__in`; also of what the viewer may only read."""
    whole = _joined(_kinds(viewer, access.READERS), "{}")
    return RawSQL(whole.sql, whole.values)  # noqa: S611  our own text; the values are bound


def approvals(viewer: User) -> RawSQL:
    """The primary keys of what waits for this viewer's approval, for `pk__in`."""
    whole = _joined([_approvals(viewer, [] if viewer.is_owner else list(_works(viewer)))], "{}")
    return RawSQL(whole.sql, whole.values)  # noqa: S611  our own text; the values are bound


def count(viewer: User, *, most: int = MOST) -> int:
    """For the badge, on every page: what this viewer can act on, counted no further than `most` + 1."""
    some = asked(viewer, most=most)
    with connection.cursor() as cursor:
        cursor.execute(some.sql, some.values)
        return int(cursor.fetchone()[0])


def at_once(viewer: User) -> tuple[int, bool]:
    """The badge, and whether any emergency stop stands: what every page asks, in one statement."""
    some = asked(viewer)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({some.sql}), EXISTS ({STOPS})", some.values)
        waiting, stops = cursor.fetchone()
        return int(waiting), bool(stops)


def asked(viewer: User, *, most: int = MOST) -> Asked:
    """The statement that counts."""
    some = _joined(_kinds(viewer, access.DESK), f"SELECT id FROM ({{}} LIMIT {most + 1}) AS part")  # noqa: S608  our own text
    return Asked(f"SELECT COUNT(*) FROM ({some.sql} LIMIT {most + 1}) AS few", some.values)  # noqa: S608


def _joined(kinds: Iterable[Asked], each: str) -> Asked:
    hint = "INDEXED BY {}" if connection.vendor == "sqlite" else ""
    hints = {name: hint.format(name) for name in INDEXES}
    asked = list(kinds)
    text = " UNION ".join(each.format(kind.sql.format(**hints)) for kind in asked)
    return Asked(text, tuple(value for kind in asked for value in kind.values))


def _kinds(viewer: User, roles: frozenset[Role]) -> Sequence[Asked]:
    """Of the shops in which the viewer has one of `roles`: stopped; refused, different, a message given up, the same
    order open elsewhere, until somebody has looked; waiting for an approval that the viewer may give.
    """
    works = [] if viewer.is_owner else list(_works(viewer))
    shops = None if viewer.is_owner else [work.store_id for work in works if work.role in roles]
    if not viewer.is_active or shops == []:
        return [Asked(f"{STOPPED} AND 1 = 0")]
    return [
        Asked(STOPPED).also(_in("store_id", shops)),
        Asked(REFUSED).also(_in("store_id", shops)),
        Asked(DIFFERENT).also(_in("store_id", shops)),
        Asked(UNTOLD).also(_in("notifications_delivery.store_id", shops)),
        Asked(COPIES).also(_in("cancellations_mirrorwatch.store_id", shops)).also(_in("c.store_id", shops)),
        _approvals(viewer, works),
    ]


def _approvals(viewer: User, works: Iterable[Membership]) -> Asked:
    kind = Asked(APPROVALS, (viewer.pk,))
    if not viewer.is_active:
        return kind.also(Asked("1 = 0"))
    return kind.also(_in("store_id", None) if viewer.is_owner else _covered(viewer, works))


def _works(viewer: User) -> Iterable[Membership]:
    """Their shops, with no more of them than limits need: this runs on every page, which mostly knows them."""
    if viewer.known_works is not None:
        return viewer.known_works
    return access.works_of(viewer)


def _in(column: str, shops: Sequence[int] | None) -> Asked:
    """None: every shop but removed ones."""
    if shops is None:
        return Asked(f"{column} NOT IN ({REMOVED})")
    return Asked(f"{column} IN ({', '.join(['%s'] * len(shops))})", tuple(shops))


def _covered(viewer: User, works: Iterable[Membership]) -> Asked:
    """By role and by the limits of each shop; what is left of their day is asked when they approve."""
    parts = [_by_limits(work) for work in works if work.role in access.DESK]
    parts += [Asked(ELSEWHERE, (viewer.pk, *sorted(access.DESK)))] if parts else []
    sql = " OR ".join(f"({part.sql})" for part in parts) or "1 = 0"
    return Asked(f"({sql})", tuple(value for part in parts for value in part.values))


def _by_limits(work: Membership) -> Asked:
    """What somebody's limits cover of the shop's currency, or of all where there are none."""
    own = access.limits_of(work, work.store)
    limits = [limit.minor for limit in (own.per_cancellation, own.per_day) if limit is not None]
    if not limits and own.all_per_day is None:
        return Asked("store_id = %s", (work.store_id,))
    most = min(limits, default=LARGEST)
    return Asked(COVERED, (work.store_id, most, work.store.currency))
