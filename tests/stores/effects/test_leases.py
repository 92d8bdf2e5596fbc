"""One lease for all work: the rows are the owners', the rules are the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps

from cancellations.models import Cancellation, Inbox, MirrorWatch, Step
from notifications.models import Delivery
from stores.effects import leases
from stores.effects.models import Leased
from stores.effects.moves import ForbiddenMove
from stores.kernel.errors import LeaseLost
from stores.models import ConnectionHealth, Store, StoreSync
from tests import make

NOW = make.NOW
LENGTH = timedelta(seconds=120)
A_TICK = timedelta(microseconds=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def a_step() -> Leased:
    row = make.cancellation(state="running")
    row.steps.filter(position=1).update(next_attempt_at=NOW)
    return row.steps.get(position=1)


def a_watch() -> Leased:
    return MirrorWatch.objects.create(
        cancellation=make.cancellation(state="done"), order=make.order_record(), until=NOW + LENGTH, next_attempt_at=NOW
    )


def a_hook() -> Leased:
    return Inbox.objects.create(
        store=make.store(), endpoint="e", event_key="k", body=b"", received_at=NOW, next_attempt_at=NOW
    )


def a_copy() -> Leased:
    StoreSync.objects.filter(store=make.store()).update(next_attempt_at=NOW)
    return StoreSync.objects.get()


def a_delivery() -> Leased:
    return Delivery.objects.create(key="k", channel="mail", kind="k", subject="s", created_at=NOW, next_attempt_at=NOW)


OWNERS = [a_step, a_watch, a_hook, a_copy, a_delivery]
each_owner = pytest.mark.parametrize("made", OWNERS, ids=[owner.__name__ for owner in OWNERS])


def claimed(rows: Any) -> Leased:
    row: Leased | None = leases.claim(rows, now=NOW)
    assert row is not None
    return row


def rows_of(row: Leased) -> Any:
    return type(row).objects.filter(pk=row.pk)  # type: ignore[attr-defined]


def test_every_table_that_is_leased_is_asked_here() -> None:
    tables = {model for model in apps.get_models() if issubclass(model, Leased)}

    assert tables == {Step, MirrorWatch, Inbox, StoreSync, Delivery}


@each_owner
def test_one_worker_has_it_until_the_lease_runs_out(made: Any) -> None:
    rows = rows_of(made())
    ends = NOW + LENGTH

    mine = leases.claim(rows, now=NOW, worker="one")

    assert (mine.lease_owner, mine.lease_until, mine.fence) == ("one", ends, 1)
    assert leases.claim(rows, now=ends, worker="two") is None
    assert leases.claim(rows, now=ends + A_TICK, worker="two").fence == 2


@each_owner
def test_what_is_not_due_is_taken_by_nobody(made: Any) -> None:
    rows = rows_of(made())

    assert leases.claim(rows, now=NOW - A_TICK) is None
    assert not leases.due(rows, NOW - A_TICK)
    assert leases.due(rows, NOW).get()


@each_owner
@pytest.mark.parametrize("act", [leases.release, leases.note], ids=["release", "note"])
def test_a_worker_whose_lease_was_taken_writes_nothing(made: Any, act: Any) -> None:
    rows = rows_of(made())
    mine = leases.claim(rows, now=NOW, worker="one")
    leases.claim(rows, now=NOW + LENGTH + A_TICK, worker="two")

    with pytest.raises(LeaseLost):
        act(mine, next_attempt_at=None)

    assert (rows.get().lease_owner, rows.get().next_attempt_at) == ("two", NOW)


def test_who_moved_it_meanwhile_wins_over_the_holder() -> None:
    rows = rows_of(a_hook())
    mine = claimed(rows)
    rows.update(state="read")

    with pytest.raises(LeaseLost):
        leases.release(mine)


def test_a_move_gives_the_lease_back_and_follows_the_table() -> None:
    rows = rows_of(a_hook())
    mine = claimed(rows)

    with pytest.raises(ForbiddenMove):
        leases.move(mine, "applied")
    leases.move(mine, "failed", next_attempt_at=None)

    kept = rows.get()
    assert (kept.state, kept.lease_owner, kept.lease_until, kept.fence) == ("failed", "", None, 1)
    with pytest.raises(ForbiddenMove):
        leases.move(mine, "waiting")


def test_only_its_own_leases_are_let_go_and_they_are_due_in_a_moment() -> None:
    rows = rows_of(a_step())
    leases.claim(rows, now=NOW, worker="one")

    leases.let_go(rows, worker="two", now=NOW)
    assert rows.get().lease_owner == "one"
    leases.let_go(rows, worker="one", now=NOW)

    assert (rows.get().lease_until, rows.get().next_attempt_at) == (None, NOW + leases.A_MOMENT)


@pytest.mark.parametrize(
    ("column", "table"), [("looking_until", Cancellation), ("token_lease_until", ConnectionHealth)]
)
def test_a_lease_of_one_column_is_given_back_by_its_holder_only(column: str, table: Any) -> None:
    row = make.cancellation(state="done")
    ConnectionHealth.objects.get_or_create(connection=Store.objects.get(pk=row.store_id).connection)
    rows, length = table.objects.all(), timedelta(seconds=60)

    first = leases.hold(rows, column, now=NOW, length=length)
    assert first == NOW + length
    assert leases.hold(rows, column, now=first, length=length) is None
    second = leases.hold(rows, column, now=first + A_TICK, length=length)

    assert not leases.held(rows, column, first).update(**{column: None})
    assert leases.held(rows, column, second).update(**{column: None})
