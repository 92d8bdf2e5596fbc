from __future__ import annotations

import pytest

from stores.kernel.errors import (
    CredentialsRejected,
    OutcomeUnknown,
    RemoteError,
    RemoteRefused,
    RemoteThrottled,
    RemoteUnavailable,
)
from stores.models import ConnectionHealth, Store
from stores.services.circuit_breaker import RowBreaker, Seen
from tests import make
from tests.stores.services.clocks import FrozenClock

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def store() -> Store:
    return make.store()


@pytest.fixture
def breaker(store: Store, frozen: FrozenClock) -> RowBreaker:
    return RowBreaker(store.connection_id, Seen(), store_id=store.pk)


def fail(breaker: RowBreaker, times: int, error: RemoteError | None = None) -> None:
    for _ in range(times):
        breaker.record(error or OutcomeUnknown("broke off"))


def test_five_failures_in_a_row_stop_writes(breaker: RowBreaker) -> None:
    breaker.check(effect=True)
    fail(breaker, 4)
    breaker.check(effect=True)

    fail(breaker, 1)

    with pytest.raises(RemoteThrottled) as refusal:
        breaker.check(effect=True)
    assert "has not answered since 09:30" in refusal.value.user_message


def test_an_answer_in_between_starts_the_count_again(breaker: RowBreaker, store: Store) -> None:
    breaker.check(effect=False)
    fail(breaker, 4)
    breaker.record(None)
    fail(breaker, 4)

    breaker.check(effect=True)
    assert ConnectionHealth.objects.get(connection=store.connection).failures == 4


@pytest.mark.parametrize(
    "error",
    [
        RemoteRefused("no", status=422),
        RemoteThrottled("slower", status=429, retry_after=2),
        CredentialsRejected("no", status=401),
        RemoteUnavailable("locked", status=423),
        RemoteThrottled("waiting for a slot", code="slot", retry_after=3),
        RemoteUnavailable("no time left", code="patience"),
    ],
    ids=["refused", "429", "401", "423", "our own queue", "our own patience"],
)
def test_a_no_never_stops_writes(breaker: RowBreaker, error: RemoteError) -> None:
    fail(breaker, 20, error)

    breaker.check(effect=True)


def test_one_read_finds_out_whether_the_shop_answers_again(breaker: RowBreaker, frozen: FrozenClock) -> None:
    fail(breaker, 5)
    with pytest.raises(RemoteThrottled):
        breaker.check(effect=False)

    frozen.forward(31)
    breaker.check(effect=False)
    with pytest.raises(RemoteThrottled):
        breaker.check(effect=False)
    breaker.record(None)

    breaker.check(effect=True)


def test_probes_become_rarer_up_to_ten_minutes(breaker: RowBreaker, frozen: FrozenClock, store: Store) -> None:
    fail(breaker, 5)
    gaps = []
    for _ in range(7):
        probe_at = ConnectionHealth.objects.get(connection=store.connection).breaker_probe_at
        assert probe_at is not None
        gaps.append(round((probe_at - frozen.now()).total_seconds()))
        frozen.forward(gaps[-1] + 1)
        breaker.check(effect=False)
        fail(breaker, 1)

    assert gaps[0] == 30
    assert gaps == sorted(gaps)
    assert gaps[-1] in range(590, 601)


def test_another_process_learns_of_it_within_a_second(breaker: RowBreaker, frozen: FrozenClock, store: Store) -> None:
    elsewhere = RowBreaker(store.connection_id, Seen(), store_id=store.pk)
    elsewhere.check(effect=True)
    fail(breaker, 5)
    frozen.forward(1.1)

    with pytest.raises(RemoteThrottled):
        elsewhere.check(effect=True)


def test_a_paused_shop_is_left_alone(breaker: RowBreaker, store: Store) -> None:
    Store.objects.filter(pk=store.pk).update(state="paused")

    with pytest.raises(RemoteThrottled) as refusal:
        breaker.check(effect=False)
    assert "paused" in refusal.value.user_message


def test_a_disconnected_shop_needs_new_credentials(breaker: RowBreaker, store: Store) -> None:
    Store.objects.filter(pk=store.pk).update(state="disconnected")

    with pytest.raises(CredentialsRejected):
        breaker.check(effect=False)


def test_what_goes_well_is_written_every_few_seconds_only(
    breaker: RowBreaker, frozen: FrozenClock, django_assert_max_num_queries: object
) -> None:
    breaker.check(effect=False)
    with django_assert_max_num_queries(1):  # type: ignore[operator]
        for _ in range(50):
            breaker.check(effect=False)
            breaker.record(None)
