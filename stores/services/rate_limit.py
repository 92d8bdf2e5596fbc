"""The rate limit of an account: one row from which every process takes its slots (RELIABILITY 10).

The row keeps a leaky bucket as one number: `next_slot_at`, the instant at which the platform's bucket would be full
again. What is left now is `bucket_size - (next_slot_at - now) / seconds_per_point`. So the restore rate and what was
saved up are both used, in one UPDATE a call. A slot is never further away than a full bucket, whatever the row says;
only the platform's own word (*come again in a minute*) is: that stands in `throttled_until`.

An answer tells what the call really cost; the difference is given back with this process's next call, so that a
call costs one commit.

Who takes: **people** at a page may empty the bucket. **Background** (copying, second looks) leaves half of what was
saved up to them, so that somebody who waits can read a whole order at once. **Work** for a confirmed cancellation has a
share of its own: once it had to wait, half of what the platform restores is kept for it (`work_since`), as long as it
asks (`work_until`) and no more than two turns need (`work_wants`). Its age counts: the longer it waits the more is its
own, and people who keep a shop busy get the other half. What a turn booked and did not need is work's
again: at once while other work waits, else with this process's next call, as long as it is worth anything. Work books a
whole turn before its first call (`Booking`): a turn that would run dry between its reads and its write is not begun.
"""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from django.db import connection

from stores.kernel import clock, database
from stores.kernel.http.transport import Usage
from stores.models import ConnectionHealth

CAUTION: Final = 1.005  # measured: the plain interval earns a few refusals where a platform's burst is small
BACKGROUND_AHEAD: Final = 0.5  # seconds; a person then still gets a slot within the transport's one second
PERSON_AHEAD: Final = 1.0
BACKGROUND_LEAVES: Final = 0.5  # share of the bucket

LONGEST_TOLD: Final = 3600.0  # seconds that a platform's "come again later" is believed
WORK_SHARE: Final = 0.5  # of what is restored, while work waits
WORK_ASKS_AGAIN: Final = 20.0  # seconds: work that waits comes again by then, or its share ends
WORK_FOLLOWS: Final = 10.0  # seconds that the share lasts after a turn was begun: the next one may be waiting
WORK_LEAVES: Final = 0.3  # seconds' worth: calls that were sent before may arrive late
BOOK_MOST: Final = 0.5  # share of the bucket
SPARE_FOR: Final = 5.0  # seconds that what a turn did not need is remembered: the bucket fills up by itself

# base: when the bucket is full again, with all that is known. credit: points of the work that waits.
# needed: points that must be left before this call.
STATEMENT = """
UPDATE stores_connectionhealth SET next_slot_at = {base} + {points} * seconds_per_point * %(caution)s,
    bucket_left = COALESCE(%(left)s, bucket_left){then}
 WHERE connection_id = %(connection)s
   AND {base} - (bucket_size - {needed}) * seconds_per_point - %(now)s <= {ahead}
RETURNING next_slot_at, seconds_per_point, bucket_size, throttled_until, work_since, work_until, work_wants"""
BASE = (
    "{greatest}({least}(next_slot_at + %(owed)s * seconds_per_point * %(caution)s,"
    " %(now)s + bucket_size * seconds_per_point + %(most_ahead)s), %(floor)s, %(now)s,"
    " {least}(throttled_until, %(now)s + %(longest)s) + bucket_size * seconds_per_point)"
)
CREDIT = (
    "(CASE WHEN work_until > %(now)s AND work_since < %(now)s"
    " THEN {least}((%(now)s - work_since) / seconds_per_point * %(share)s, 2 * work_wants) ELSE 0 END)"
)
POINTS = "{greatest}(%(cost)s, {least}(%(book)s, bucket_size * %(book_most)s))"
NEEDED = {
    "person": "{least}(%(cost)s + {credit}, bucket_size)",
    "background": "{least}({greatest}(%(cost)s, %(leaves)s * bucket_size) + {credit}, bucket_size)",
    "work": "{least}(CASE WHEN {credit} >= {points} THEN {points} + %(margin)s / seconds_per_point"
    " ELSE {greatest}({points}, %(leaves)s * bucket_size) END, bucket_size)",
    "begun": "{least}(%(cost)s + %(margin)s / seconds_per_point, bucket_size)",  # its reads are spent already
}
AHEAD = "%(ahead)s"
WORK_AHEAD = (
    "(CASE WHEN {credit} >= {points} THEN %(most_ahead)s ELSE %(ahead)s END)"  # its own is as good as a person's
)
TAKES_SHARE = """,
    work_since = {least}(%(now)s, work_since + {points} * seconds_per_point / %(share)s),
    work_until = {least}(work_until, %(now)s + %(follows)s)"""
GIVES_BACK = """
UPDATE stores_connectionhealth SET next_slot_at = {base}, bucket_left = COALESCE(%(left)s, bucket_left),
    work_since = work_since - %(back)s * seconds_per_point / %(share)s
 WHERE connection_id = %(connection)s"""
WAITS = """
UPDATE stores_connectionhealth SET work_until = %(now)s + %(again)s,
    work_wants = CASE WHEN work_until > %(now)s THEN {greatest}(work_wants, {points}) ELSE {points} END,
    work_since = CASE WHEN work_until > %(now)s AND work_since < %(now)s THEN work_since ELSE %(now)s END
 WHERE connection_id = %(connection)s"""


@dataclass
class Ledger:
    """What this process knows and has not yet written to the row; one per connection and process."""

    owed: float = 0  # points to add; negative: to give back
    floor: float = 0  # `next_slot_at` is at least this, by the platform's own word
    left: float | None = None  # what the platform last said is in its bucket
    told: tuple[float, float] | None = None  # (bucket size, points a second) as last written to the row
    turns: dict[str, float] = field(default_factory=dict)  # points that a turn of this kind needs, as learned
    spare: float = 0  # of a turn that is over, to give back with the next call
    spare_until: float = 0  # clock.monotonic
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> tuple[float, float, float | None, float]:
        """What is owed, the floor, what is left, and what is to spare."""
        with self.lock:
            spare = self.spare if clock.monotonic() < self.spare_until else 0
            known = (self.owed, self.floor, self.left, spare)
            self.owed, self.floor, self.spare = 0, 0, 0
            return known

    def put_back(self, owed: float, floor: float, spare: float) -> None:
        """Taken and not written after all: what was to spare is worth no longer by that."""
        self.add(owed, floor)
        with self.lock:
            self.spare += spare

    def add(self, owed: float, floor: float = 0) -> None:
        with self.lock:
            self.owed += owed
            self.floor = max(self.floor, floor)

    def put_by(self, points: float) -> None:
        """Taken from the row and not needed, and nobody waits for it."""
        with self.lock:
            self.spare += points
            self.spare_until = clock.monotonic() + SPARE_FOR


@dataclass
class Booking:
    """The points of one turn of work, taken before its first call. `kind`: turns of one kind need about the same."""

    ledger: Ledger
    kind: str
    connection_id: int
    left: float = 0  # taken from the row and not yet used
    spent: float = 0  # what the calls so far really cost
    peak: float = 0  # the most that had to be there at once
    is_begun: bool = False
    is_wanted: bool = False  # other work waited when the row was asked last
    seconds_each: float = 0  # how long the account takes to restore one such turn; known once it was refused

    def wanted(self, cost: float) -> float:
        """Points to take for the whole turn; in the middle of it, of what is missing."""
        expected = 0.0 if self.is_begun else self.ledger.turns.get(self.kind, 0.0)
        return max(cost, expected) - self.left

    def use(self, cost: float) -> None:
        self.left -= cost
        self.peak = max(self.peak, self.spent + cost)
        self.is_begun = True

    def settle(self, reserved: float, charged: float) -> None:
        self.left += reserved - charged
        self.spent += charged

    def close(self) -> None:
        """The turn is over: what it did not need goes back, and the next one knows better."""
        back, self.left = self.left, 0.0
        if not self.is_wanted:
            self.ledger.put_by(back)
        elif back > 0:
            self.ledger.add(-back)
            with database.unimportant("limiter"):
                _execute(GIVES_BACK, _known(self.connection_id, *self.ledger.take()) | {"back": back})
        self._learn()

    def go_on(self, kind: str) -> None:
        """The next turn follows at once: what this one did not need is there for it."""
        self._learn()
        self.kind, self.spent, self.peak, self.is_begun = kind, 0.0, 0.0, False

    def _learn(self) -> None:
        if self.is_begun:
            known = self.ledger.turns.get(self.kind, 0.0)
            self.ledger.turns[self.kind] = max(self.peak, 0.8 * known + 0.2 * self.peak)


class RowLimiter:
    """Implements stores.kernel.http.transport.Limiter for one connection and one use.

    is_person: somebody waits for it.
    booking: it is for a step of a cancellation, and holds its turn's points.
    """

    def __init__(self, connection_id: int, ledger: Ledger, *, is_person: bool, booking: Booking | None = None) -> None:
        self.connection_id = connection_id
        self.ledger = ledger
        self.is_person = is_person
        self.booking = booking
        self.reserved = 0.0

    def reserve(self, cost: float) -> float:
        """Seconds until our slot; when that is further away than we may reserve, nothing was taken."""
        if cost <= 0:
            return 0.0
        self._settle()
        booking = self.booking
        if booking is None:
            wait = self._from_row("person" if self.is_person else "background", cost)[0]
        elif booking.left >= cost:
            wait = 0.0
        else:
            wanted = booking.wanted(cost)
            wait, got = self._from_row("begun" if booking.is_begun else "work", cost - booking.left, wanted)
            booking.left += got
        if wait <= PERSON_AHEAD:
            self.reserved = cost
            if booking:
                booking.use(cost)
        return wait

    def _from_row(self, use: str, cost: float, book: float = 0.0) -> tuple[float, float]:
        """Seconds until the slot, and the points that were taken from the row: none when it is too far away."""
        owed, floor, left, spare = self.ledger.take()
        is_background = use in ("background", "work")
        wanted = _known(self.connection_id, owed, floor, left, spare) | {
            "use": use,
            "cost": cost,
            "book": book,
            "leaves": BACKGROUND_LEAVES if is_background else 0,
            "ahead": BACKGROUND_AHEAD if is_background else PERSON_AHEAD,
        }
        if (row := _take(wanted)) is None:
            self.ledger.put_back(owed, floor, spare)
            return max(self._refused(wanted), PERSON_AHEAD + 0.1), 0.0
        if self.booking:
            self.booking.is_wanted = row.work_until > wanted["now"]
        points = row.points(wanted)
        return row.wait(wanted, taken=points), points

    def _refused(self, wanted: dict[str, Any]) -> float:
        """How long to wait; work that waits begins to save."""
        if wanted["use"] == "work":
            _execute(WAITS, wanted)
        fields = [f.name for f in dataclasses.fields(Row)]
        row = Row(*ConnectionHealth.objects.values_list(*fields).get(connection_id=self.connection_id))
        if self.booking:
            self.booking.is_wanted = True
            self.booking.seconds_each = row.points(wanted) * row.seconds_per_point
        if row.next_slot_at > wanted["now"] + row.bucket_size * row.seconds_per_point + PERSON_AHEAD:
            _execute(WRITE, wanted | {"owed": 0, "floor": 0, "left": None})  # from a clock that was wrong
        return row.wait(wanted, taken=0.0)

    def correct(self, usage: Usage) -> None:
        """The platform's own figures for the call that was just answered."""
        with database.unimportant("limiter"):
            self._correct(usage)

    def _correct(self, usage: Usage) -> None:
        charged = usage.requested if usage.actual is None else usage.actual
        self._charge(charged)
        if usage.maximum and usage.per_second:
            self._learn(usage.maximum, usage.per_second)
            if usage.available is not None:
                self.ledger.left = usage.available
                away = (usage.maximum - usage.available) / usage.per_second
                self.ledger.add(0, floor=clock.now().timestamp() + away)
        if self.is_person:
            self._write()

    def throttled(self, retry_after: float) -> None:
        """Told to be slower: the bucket counts as empty until then, for everybody."""
        with database.unimportant("limiter"):
            self._throttled(retry_after)

    def _throttled(self, retry_after: float) -> None:
        until = clock.now().timestamp() + min(retry_after, LONGEST_TOLD)
        ConnectionHealth.objects.filter(connection_id=self.connection_id).update(throttled_until=until)
        self._write()

    def give_back(self) -> None:
        """The call was never answered. If the platform counted it all the same, the next `floor` says so."""
        self._charge(0.0)

    def _charge(self, charged: float) -> None:
        if self.booking:
            self.booking.settle(self.reserved, charged)
        else:
            self.ledger.add(charged - self.reserved)
        self.reserved = 0.0

    def _settle(self) -> None:
        """An answer without figures costs nothing where the platform tells its figures (a plain no);
        elsewhere the reservation is all we know, and stands."""
        self._charge(0.0 if self.ledger.told else self.reserved)

    def _learn(self, maximum: float, per_second: float) -> None:
        if self.ledger.told != (maximum, per_second):
            rows = ConnectionHealth.objects.filter(connection_id=self.connection_id)
            rows.update(bucket_size=maximum, seconds_per_point=1 / per_second)
            self.ledger.told = (maximum, per_second)

    def _write(self) -> None:
        """Bring the row up to date without taking anything."""
        _execute(WRITE, _known(self.connection_id, *self.ledger.take()))


@dataclass(frozen=True)
class Row:
    """What the row says, in Python: how far away a slot is that could not be taken."""

    next_slot_at: float
    seconds_per_point: float
    bucket_size: float
    throttled_until: float
    work_since: float
    work_until: float
    work_wants: float

    def points(self, wanted: dict[str, Any]) -> float:
        """What is taken at once: the call, or as much of the turn as may be booked."""
        points: float = max(wanted["cost"], min(wanted["book"], self.bucket_size * BOOK_MOST))
        return points

    def wait(self, wanted: dict[str, Any], *, taken: float) -> float:
        """Seconds until the bucket held what the call needs, before `taken` points left it."""
        each, size, now = self.seconds_per_point, self.bucket_size, wanted["now"]
        full_at = min(self.next_slot_at - taken * each * CAUTION, now + size * each + PERSON_AHEAD)
        full_at = max(full_at, wanted["floor"], min(self.throttled_until, now + LONGEST_TOLD) + size * each)
        if taken:  # it was granted: what must be left for others was
            return max(0.0, full_at - (size - min(self.points(wanted), size)) * each - now)
        points = self.points(wanted)
        idle: float = full_at - (size - min(max(points, wanted["leaves"] * size), size)) * each - now
        if wanted["use"] != "work":
            return max(0.0, idle)
        own = (
            max(
                full_at - (size - min(points + WORK_LEAVES / each, size)) * each,
                self.work_since + points * each / WORK_SHARE,
            )
            - now
        )
        return max(0.0, min(idle, own))


WRITE = (
    "UPDATE stores_connectionhealth SET next_slot_at = {base}, bucket_left = COALESCE(%(left)s, bucket_left)"
    " WHERE connection_id = %(connection)s"
)


def _known(connection_id: int, owed: float, floor: float, left: float | None, spare: float) -> dict[str, Any]:
    """What every statement is given."""
    return {
        "connection": connection_id,
        "now": clock.now().timestamp(),
        "caution": CAUTION,
        "owed": owed - spare,
        "floor": floor,
        "left": left,
        "most_ahead": PERSON_AHEAD,
        "longest": LONGEST_TOLD,
        "share": WORK_SHARE,
        "again": WORK_ASKS_AGAIN,
        "follows": WORK_FOLLOWS,
        "book_most": BOOK_MOST,
        "margin": WORK_LEAVES,
    }


def _take(wanted: dict[str, Any]) -> Row | None:
    with connection.cursor() as cursor:
        cursor.execute(_sql(STATEMENT, wanted["use"]), wanted)
        row = cursor.fetchone()
    return None if row is None else Row(*row)


def _execute(statement: str, wanted: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_sql(statement), wanted)


@cache
def _spelt(statement: str, use: str, is_sqlite: bool) -> str:
    """SQLite spells the greatest of several values `max`, PostgreSQL `greatest`."""
    words = {"greatest": "MAX" if is_sqlite else "GREATEST", "least": "MIN" if is_sqlite else "LEAST"}
    parts = {"base": BASE.format(**words), "credit": CREDIT.format(**words), "points": POINTS.format(**words)}
    needed = NEEDED[use].format(**words, **parts)
    then = TAKES_SHARE.format(**words, **parts) if use == "work" else ""
    ahead = WORK_AHEAD.format(**parts) if use == "work" else AHEAD
    return statement.format(**words, **parts, needed=needed, then=then, ahead=ahead)


def _sql(statement: str, use: str = "person") -> str:
    return _spelt(statement, use, connection.vendor == "sqlite")
