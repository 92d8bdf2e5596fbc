"""The rate limit of a shop: one row from which every process takes its slots (FEASIBILITY 6).

The row keeps a leaky bucket as one number: `next_slot_at`, the instant at which the platform's bucket would be full
again. What is left now is `bucket_size - (next_slot_at - now) / seconds_per_point`. So the restore rate and what was
saved up are both used, in one UPDATE a call.

An answer tells what the call really cost; the difference is given back with this process's next call, so that a
call costs one commit. Work in the background leaves half of the bucket to people: not of the rate, only of what was
saved up, so that somebody who waits can read a whole order at once.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connection

from stores.kernel import clock, database
from stores.kernel.transport import Usage
from stores.models import StoreHealth

CAUTION: Final = 1.005  # measured: the plain interval earns a few refusals where a platform's burst is small
BACKGROUND_AHEAD: Final = 0.5  # seconds; a person then still gets a slot within the transport's one second
PERSON_AHEAD: Final = 1.0
BACKGROUND_LEAVES: Final = 0.5  # share of the bucket

# base: when the bucket is full again, with all that is known. needed: points that must be left before this call.
STATEMENT = """
UPDATE stores_storehealth SET next_slot_at = {base} + %(cost)s * seconds_per_point * %(caution)s,
    bucket_left = COALESCE(%(left)s, bucket_left)
 WHERE store_id = %(store)s
   AND {base} - (bucket_size - {needed}) * seconds_per_point - %(now)s <= %(ahead)s
RETURNING next_slot_at, seconds_per_point, bucket_size"""
BASE = "{greatest}(next_slot_at + %(owed)s * seconds_per_point * %(caution)s, %(floor)s, %(now)s)"
NEEDED = "{least}({greatest}(%(cost)s, %(leaves)s * bucket_size), bucket_size)"


@dataclass
class Ledger:
    """What this process knows and has not yet written to the row; one per shop and process."""

    owed: float = 0  # points to add; negative: to give back
    floor: float = 0  # `next_slot_at` is at least this, by the platform's own word
    left: float | None = None  # what the platform last said is in its bucket
    told: tuple[float, float] | None = None  # (bucket size, points a second) as last written to the row
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> tuple[float, float, float | None]:
        with self.lock:
            known = (self.owed, self.floor, self.left)
            self.owed, self.floor = 0, 0
            return known

    def add(self, owed: float, floor: float = 0) -> None:
        with self.lock:
            self.owed += owed
            self.floor = max(self.floor, floor)


class RowLimiter:
    """Implements stores.kernel.transport.Limiter for one shop and one use. `is_person`: somebody waits for it."""

    def __init__(self, store_id: int, ledger: Ledger, *, is_person: bool) -> None:
        self.store_id = store_id
        self.ledger = ledger
        self.is_person = is_person
        self.reserved = 0.0

    def reserve(self, cost: float) -> float:
        """Seconds until our slot; when that is further away than we may reserve, nothing was taken."""
        if cost <= 0:
            return 0.0
        self._settle()
        owed, floor, left = self.ledger.take()
        wanted: dict[str, Any] = {
            "store": self.store_id,
            "now": clock.now().timestamp(),
            "cost": cost,
            "caution": CAUTION,
            "owed": owed,
            "floor": floor,
            "left": left,
            "leaves": 0 if self.is_person else BACKGROUND_LEAVES,
            "ahead": PERSON_AHEAD if self.is_person else BACKGROUND_AHEAD,
        }
        if (taken := _take(wanted)) is None:
            self.ledger.add(owed, floor)
            return max(self._distance(wanted), PERSON_AHEAD + 0.1)
        self.reserved = cost
        return taken

    def correct(self, usage: Usage) -> None:
        """The platform's own figures for the call that was just answered."""
        with database.unimportant("limiter"):
            self._correct(usage)

    def _correct(self, usage: Usage) -> None:
        charged = usage.requested if usage.actual is None else usage.actual
        self.ledger.add(charged - self.reserved)
        self.reserved = 0.0
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
        health = StoreHealth.objects.get(store_id=self.store_id)
        full_at = clock.now().timestamp() + retry_after + health.bucket_size * health.seconds_per_point
        self.ledger.add(0, floor=full_at)
        self._write()

    def give_back(self) -> None:
        """The call was never answered. If the platform counted it all the same, the next `floor` says so."""
        self.ledger.add(-self.reserved)
        self.reserved = 0.0

    def _settle(self) -> None:
        """An answer without figures costs nothing where the platform tells its figures (a plain no);
        elsewhere the reservation is all we know, and stands."""
        if self.ledger.told:
            self.give_back()
        self.reserved = 0.0

    def _learn(self, maximum: float, per_second: float) -> None:
        if self.ledger.told != (maximum, per_second):
            rows = StoreHealth.objects.filter(store_id=self.store_id)
            rows.update(bucket_size=maximum, seconds_per_point=1 / per_second)
            self.ledger.told = (maximum, per_second)

    def _write(self) -> None:
        """Bring the row up to date without taking anything."""
        owed, floor, left = self.ledger.take()
        now = clock.now().timestamp()
        values = {"store": self.store_id, "now": now, "caution": CAUTION, "owed": owed, "floor": floor, "left": left}
        with connection.cursor() as cursor:
            cursor.execute(
                _sql(
                    "UPDATE stores_storehealth SET next_slot_at = {base}, bucket_left = COALESCE(%(left)s, bucket_left)"
                    " WHERE store_id = %(store)s"
                ),
                values,
            )

    def _distance(self, wanted: dict[str, Any]) -> float:
        health = StoreHealth.objects.get(store_id=self.store_id)
        row = (health.next_slot_at, health.seconds_per_point, health.bucket_size)
        return _wait(row, wanted, taken=0.0)


def _take(wanted: dict[str, Any]) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute(_sql(STATEMENT), wanted)
        row = cursor.fetchone()
    return None if row is None else _wait(row, wanted, taken=float(wanted["cost"]))


def _wait(row: tuple[float, float, float], wanted: dict[str, Any], *, taken: float) -> float:
    """Seconds until the bucket of `row` held what the call needs, before `taken` points left it."""
    full_at, seconds_per_point, size = row
    needed = min(max(wanted["cost"], wanted["leaves"] * size), size)
    opens_at = full_at - taken * seconds_per_point * CAUTION - (size - needed) * seconds_per_point
    ahead: float = opens_at - wanted["now"]
    return max(0.0, ahead)


def _sql(statement: str) -> str:
    """SQLite spells the greatest of several values `max`, PostgreSQL `greatest`."""
    is_sqlite = connection.vendor == "sqlite"
    words = {"greatest": "MAX" if is_sqlite else "GREATEST", "least": "MIN" if is_sqlite else "LEAST"}
    return statement.format(base=BASE.format(**words), needed=NEEDED.format(**words))
