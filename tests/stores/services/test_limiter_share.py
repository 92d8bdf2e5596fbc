"""A shop's limit shared by people at its pages and work that waits: whose turn it is, and what a turn books."""

from __future__ import annotations

import pytest

from stores.kernel.http.transport import Usage
from stores.models import ConnectionHealth
from stores.services.rate_limit import Booking, Ledger, RowLimiter
from tests import make
from tests.stores.services.clocks import FrozenClock

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SIZE, RATE = 1000.0, 100.0


@pytest.fixture
def connection_id(frozen: FrozenClock) -> int:
    return make.store().connection_id


def empty(connection_id: int, frozen: FrozenClock) -> None:
    ConnectionHealth.objects.filter(connection_id=connection_id).update(next_slot_at=frozen.at + SIZE / RATE)


class Taker:
    """Comes back when it was told to; asks for `cost` again and again."""

    def __init__(
        self, connection_id: int, ledger: Ledger, cost: float, *, is_work: bool, charged: float | None = None
    ) -> None:
        self.charged = charged or cost
        self.connection_id, self.ledger, self.cost, self.is_work = connection_id, ledger, cost, is_work
        self.taken, self.next_at, self.asked_at, self.waits = 0.0, 0.0, 0.0, list[float]()

    def come(self, now: float) -> None:
        if now < self.next_at:
            return
        booking = Booking(self.ledger, "refund", self.connection_id) if self.is_work else None
        limiter = RowLimiter(self.connection_id, self.ledger, is_person=not self.is_work, booking=booking)
        wait = limiter.reserve(self.cost)
        if wait > 1.0:
            self.next_at = now + wait
            return
        if self.charged != self.cost:
            limiter.correct(Usage(self.cost, self.charged, None, SIZE, RATE))
        if booking:
            booking.close()
        self.taken += self.charged
        self.waits.append(now + wait - (self.asked_at or now))
        self.next_at = self.asked_at = now + max(wait, 0.1)


def minutes(frozen: FrozenClock, takers: list[Taker], count: int = 5) -> None:
    for _ in range(count * 600):
        frozen.forward(0.1)
        for taker in takers:
            taker.come(frozen.at)


def test_work_beside_people_who_never_pause_gets_half(frozen: FrozenClock, connection_id: int) -> None:
    ledger = Ledger()
    people = [Taker(connection_id, ledger, 60, is_work=False) for _ in range(2)]
    work = Taker(connection_id, ledger, 250, is_work=True)

    minutes(frozen, [*people, work])

    assert work.taken >= 0.4 * RATE * 300
    assert sum(person.taken for person in people) >= 0.4 * RATE * 300
    waits = sorted(wait for person in people for wait in person.waits)
    assert waits[len(waits) // 2] <= 2.0  # a quarter of the rate each


def test_half_is_half_of_what_is_charged(frozen: FrozenClock, connection_id: int) -> None:
    """A call must be able to cost 320, and costs 80: the rest of what was booked for it is work's again."""
    ledger = Ledger()
    people = [Taker(connection_id, ledger, 310, is_work=False, charged=80) for _ in range(2)]
    work = [Taker(connection_id, ledger, 320, is_work=True, charged=80) for _ in range(4)]

    minutes(frozen, [*people, *work])

    spent = sum(taker.taken for taker in [*people, *work])
    assert spent >= 0.85 * RATE * 300
    assert sum(taker.taken for taker in work) >= 0.4 * spent
    assert sum(taker.taken for taker in people) >= 0.3 * spent


def test_a_slot_for_one_call_alternates(frozen: FrozenClock, connection_id: int) -> None:
    """A limit of calls, two a second: person and work take turns."""
    rows = ConnectionHealth.objects.filter(connection_id=connection_id)
    rows.update(bucket_size=2, seconds_per_point=0.5)
    person, work = Taker(connection_id, Ledger(), 1, is_work=False), Taker(connection_id, Ledger(), 1, is_work=True)

    minutes(frozen, [person, work], count=2)

    assert work.taken == pytest.approx(person.taken, rel=0.35)
    assert work.taken + person.taken >= 0.9 * 240


def test_work_alone_uses_the_whole_rate(frozen: FrozenClock, connection_id: int) -> None:
    work = [Taker(connection_id, Ledger(), 120, is_work=True) for _ in range(4)]

    minutes(frozen, work)

    assert sum(taker.taken for taker in work) >= 0.95 * RATE * 300


def test_nothing_is_kept_for_work_that_asks_no_more(frozen: FrozenClock, connection_id: int) -> None:
    empty(connection_id, frozen)
    assert (
        RowLimiter(
            connection_id, Ledger(), is_person=False, booking=Booking(Ledger(), "refund", connection_id)
        ).reserve(500)
        > 1
    )
    frozen.forward(8)
    person = RowLimiter(connection_id, Ledger(), is_person=True)
    assert person.reserve(700) > 1.0  # some of it is the work's
    frozen.forward(20)

    assert person.reserve(1000) <= 1.0


def test_copying_takes_nothing_of_what_is_kept_for_work(frozen: FrozenClock, connection_id: int) -> None:
    empty(connection_id, frozen)
    work = RowLimiter(connection_id, Ledger(), is_person=False, booking=Booking(Ledger(), "refund", connection_id))
    assert work.reserve(300) > 1
    frozen.forward(6.5)

    assert RowLimiter(connection_id, Ledger(), is_person=False).reserve(10) > 1.0
    assert work.reserve(300) <= 1.0


# --- a turn ------------------------------------------------------------------------------------------
CALLS = [(310.0, 60.0), (10.0, 10.0), (250.0, 40.0)]  # asked, charged


def turn(limiter: RowLimiter, frozen: FrozenClock) -> list[float]:
    waits = []
    for asked, charged in CALLS:
        waits.append(limiter.reserve(asked))
        if waits[-1] > 1.0:
            break
        limiter.correct(Usage(asked, charged, None, SIZE, RATE))
    assert limiter.booking
    limiter.booking.close()
    return waits


def work(connection_id: int, ledger: Ledger) -> RowLimiter:
    return RowLimiter(connection_id, ledger, is_person=False, booking=Booking(ledger, "refund", connection_id))


def test_a_turn_is_not_begun_that_would_run_dry(frozen: FrozenClock, connection_id: int) -> None:
    ledger = Ledger()
    assert turn(work(connection_id, ledger), frozen) == [0, 0, 0]
    assert ledger.turns["refund"] == 320  # 60 and 10 and then 250

    ConnectionHealth.objects.update(next_slot_at=frozen.at + (SIZE - 315) / RATE)  # enough for the first call alone
    ledger.owed = ledger.spare = 0
    refused = work(connection_id, ledger)
    assert refused.reserve(310) > 1.0
    assert refused.booking is not None
    assert not refused.booking.is_begun


def test_what_a_turn_did_not_need_goes_back(frozen: FrozenClock, connection_id: int) -> None:
    ledger = Ledger()
    for _ in range(3):
        turn(work(connection_id, ledger), frozen)

    RowLimiter(connection_id, ledger, is_person=True).reserve(1)

    spent = 3 * sum(charged for _asked, charged in CALLS) + 1
    assert ConnectionHealth.objects.get(connection_id=connection_id).next_slot_at == pytest.approx(
        frozen.at + spent / RATE, rel=0.05
    )


def test_calls_of_a_booked_turn_cost_no_statement_of_their_own(
    frozen: FrozenClock, connection_id: int, django_assert_num_queries: object
) -> None:
    """One to take; what is left goes back with the next one, and by itself while other work waits."""
    ledger = Ledger()
    turn(work(connection_id, ledger), frozen)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert turn(work(connection_id, ledger), frozen) == [0, 0, 0]
    ConnectionHealth.objects.update(work_until=frozen.at + 5)
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert turn(work(connection_id, ledger), frozen) == [0, 0, 0]


def test_what_a_turn_did_not_need_is_forgotten_when_the_bucket_has_filled_up_by_itself(
    frozen: FrozenClock, connection_id: int
) -> None:
    ledger = Ledger()
    turn(work(connection_id, ledger), frozen)
    frozen.forward(6)
    RowLimiter(connection_id, Ledger(), is_person=True).reserve(400)  # another process

    RowLimiter(connection_id, ledger, is_person=True).reserve(1)

    health = ConnectionHealth.objects.get(connection_id=connection_id)
    assert health.next_slot_at == pytest.approx(frozen.at + 401 / RATE, rel=0.05)


# --- a clock that was wrong ----------------------------------------------------------------------------
@pytest.mark.parametrize("is_work", [True, False])
def test_a_slot_is_never_further_away_than_a_full_bucket(
    frozen: FrozenClock, connection_id: int, is_work: bool
) -> None:
    ConnectionHealth.objects.update(next_slot_at=frozen.at + 3600)
    taker = Taker(connection_id, Ledger(), 900, is_work=is_work)

    minutes(frozen, [taker], count=1)

    assert taker.taken >= 900


def test_what_the_platform_says_itself_is_kept_to(frozen: FrozenClock, connection_id: int) -> None:
    RowLimiter(connection_id, Ledger(), is_person=False).throttled(300)
    frozen.forward(290)
    assert RowLimiter(connection_id, Ledger(), is_person=True).reserve(1) > 1.0

    frozen.forward(11)

    assert RowLimiter(connection_id, Ledger(), is_person=True).reserve(1) <= 1.0
