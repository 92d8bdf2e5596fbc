"""The limiter against a leaky bucket as the platform keeps it: cost is held at arrival, the rest given back."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest

from stores.kernel.http.transport import Usage
from stores.models import ConnectionHealth
from stores.services import rate_limit
from stores.services.rate_limit import Ledger, RowLimiter
from tests import make
from tests.stores.services.clocks import FrozenClock

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@dataclass
class Bucket:
    """The platform's side."""

    clock: FrozenClock
    size: float = 2000
    rate: float = 100
    left: float = 2000
    at: float = 0
    refused: int = 0
    spent: float = 0

    def call(self, requested: float, actual: float) -> Usage | None:
        """None: throttled."""
        self.left = min(self.size, self.left + (self.clock.at - (self.at or self.clock.at)) * self.rate)
        self.at = self.clock.at
        if requested > self.left:
            self.refused += 1
            return None
        self.left -= actual
        self.spent += actual
        return Usage(requested, actual, int(self.left), self.size, self.rate)


@pytest.fixture
def connection_id() -> int:
    return make.store().connection_id


def test_what_was_saved_up_is_used_before_anybody_waits(frozen: FrozenClock, connection_id: int) -> None:
    person = RowLimiter(connection_id, Ledger(), is_person=True)

    assert [person.reserve(400) for _ in range(2)] == [0, 0]
    assert person.reserve(250) == pytest.approx(0.5, abs=0.1)


def test_nothing_is_taken_when_the_slot_is_far_away(frozen: FrozenClock, connection_id: int) -> None:
    person = RowLimiter(connection_id, Ledger(), is_person=True)
    person.reserve(1000)
    before = ConnectionHealth.objects.get(connection_id=connection_id).next_slot_at

    assert person.reserve(500) > 1.0

    assert ConnectionHealth.objects.get(connection_id=connection_id).next_slot_at == before


def test_background_leaves_what_was_saved_up_to_people(frozen: FrozenClock, connection_id: int) -> None:
    ledger = Ledger()
    waits = [RowLimiter(connection_id, ledger, is_person=False).reserve(50) for _ in range(100)]

    assert min(waits) == 0
    assert max(waits) > 1.0  # background is told to come again
    assert RowLimiter(connection_id, ledger, is_person=True).reserve(300) <= 1.0


def test_the_platforms_own_figures_replace_our_guess(frozen: FrozenClock, connection_id: int) -> None:
    limiter = RowLimiter(connection_id, Ledger(), is_person=True)
    limiter.reserve(310)
    limiter.correct(Usage(requested=310, actual=60, available=1940, maximum=2000, per_second=100))

    health = ConnectionHealth.objects.get(connection_id=connection_id)
    assert (health.bucket_size, health.seconds_per_point, health.bucket_left) == (2000, 0.01, 1940)
    assert health.next_slot_at == pytest.approx(frozen.at + 0.6, abs=0.05)


def test_another_user_of_the_bucket_is_noticed(frozen: FrozenClock, connection_id: int) -> None:
    limiter = RowLimiter(connection_id, Ledger(), is_person=True)
    limiter.reserve(10)
    limiter.correct(Usage(requested=10, actual=10, available=5, maximum=2000, per_second=100))

    assert limiter.reserve(500) > 1.0


def test_a_refusal_empties_the_bucket_for_everybody(frozen: FrozenClock, connection_id: int) -> None:
    RowLimiter(connection_id, Ledger(), is_person=False).throttled(7)

    assert RowLimiter(connection_id, Ledger(), is_person=True).reserve(1) >= 7


def test_a_call_that_was_never_answered_is_given_back(frozen: FrozenClock, connection_id: int) -> None:
    limiter = RowLimiter(connection_id, Ledger(), is_person=True)
    limiter.reserve(10)
    limiter.correct(Usage(requested=10, actual=10, available=2000, maximum=2000, per_second=100))

    waits = [limiter.reserve(900) for _ in range(20)]

    assert max(waits) <= 1.0
    health = ConnectionHealth.objects.get(connection_id=connection_id)
    assert health.next_slot_at <= frozen.at + 9.2  # one of the twenty is held, not all


@pytest.mark.parametrize(("size", "rate"), [(2000, 100), (20000, 1000)], ids=["standard", "plus"])
def test_the_whole_rate_is_used_and_nothing_refused(
    frozen: FrozenClock, connection_id: int, size: float, rate: float
) -> None:
    bucket = Bucket(frozen, size, rate, size)

    seconds = ten_minutes_of_calls(frozen, connection_id, bucket)

    assert bucket.refused == 0
    assert bucket.spent >= 0.95 * rate * seconds


def test_a_slow_day_is_kept_to(frozen: FrozenClock, connection_id: int) -> None:
    """The bucket shrinks to 100 points at 10 a second while we work."""
    bucket = Bucket(frozen)
    ten_minutes_of_calls(frozen, connection_id, bucket)
    bucket.size, bucket.rate, bucket.refused, bucket.spent = 100, 10, 0, 0

    seconds = ten_minutes_of_calls(frozen, connection_id, bucket)

    assert bucket.refused <= 1  # the call that told us
    assert bucket.spent >= 0.4 * bucket.rate * seconds  # and work goes on: a call of 100 needs a full bucket


def ten_minutes_of_calls(frozen: FrozenClock, connection_id: int, bucket: Bucket) -> float:
    """Calls of very different cost, each cheaper in the end than what was held for it; how long they took."""
    ledger, dice, began = Ledger(), random.Random(7), frozen.at
    while frozen.at < began + 600:
        limiter = RowLimiter(connection_id, ledger, is_person=False)
        requested = min(dice.choice([11, 65, 310, 585, 755]), bucket.size)
        wait = limiter.reserve(requested)
        frozen.forward(max(wait, 0.001))
        if wait > 1.0:
            continue
        if usage := bucket.call(requested, requested * dice.uniform(0.1, 0.6)):
            limiter.correct(usage)
        else:
            limiter.correct(Usage(requested, None, int(bucket.left), bucket.size, bucket.rate))
    return frozen.at - began


def test_what_was_to_spare_is_worth_no_longer_because_a_call_was_refused(
    frozen: FrozenClock, connection_id: int
) -> None:
    ledger, rows = Ledger(), ConnectionHealth.objects.filter(connection_id=connection_id)
    rows.update(next_slot_at=frozen.at + 10)  # a thousand points at a hundred a second: empty
    ledger.put_by(300)
    person = RowLimiter(connection_id, ledger, is_person=True)

    assert person.reserve(500) > 1.0
    frozen.forward(rate_limit.SPARE_FOR + 1)
    assert person.reserve(100) == 0

    assert rows.get().next_slot_at == pytest.approx(frozen.at + 4 + 1, abs=0.1)
