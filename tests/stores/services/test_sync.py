from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest

from stores.connectors.roles import Listing
from stores.kernel import clock
from stores.models import Connection, OrderRecord, Store, StoreSync
from stores.platforms.shopify import Shopify
from stores.services import credentials, orders, sync
from tests import make
from tests.rigs.desk import Desk

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def fresh(desk: Desk) -> Desk:
    """A shop whose first import has not begun."""
    StoreSync.objects.filter(store=desk.store).update(
        phase="import", watermark=None, fresh_at=None, next_attempt_at=clock.now()
    )
    return desk


def row() -> StoreSync:
    return StoreSync.objects.get()


def run(desk: Desk, *, turns: int = 40) -> None:
    """What the sweep would do, until the copy is up to date."""
    for _ in range(turns):
        if row().phase == "follow" and row().lease_until is None and not row().error:
            return
        at = row().next_attempt_at
        if at and at > clock.now():
            desk.travel((at - clock.now()).total_seconds() + 0.001)
        for uuid in sync.due(clock.now(), 10):
            sync.advance(uuid)


class TestTheFirstImport:
    def test_copies_every_order(self, fresh: Desk) -> None:
        made = fresh.world.populate(count=120)

        run(fresh)

        assert set(OrderRecord.objects.values_list("external_id", flat=True)) == set(made)
        assert (row().phase, row().copied, row().error) == ("follow", 120, "")
        assert row().fresh_at is not None

    def test_shows_how_far_it_is_and_goes_on_after_a_stop(self, fresh: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        fresh.world.populate(count=120)
        monkeypatch.setattr(sync, "TURN_SECONDS", -1.0)  # one page a turn

        sync.advance(fresh.store.uuid)

        half = row()
        assert 0 < half.copied < 120
        assert half.cursor
        assert half.lease_until is None
        run(fresh)
        assert OrderRecord.objects.count() == 120

    def test_a_worker_that_died_costs_one_page(self, fresh: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        fresh.world.populate(count=120)
        really = orders.keep
        pages = iter([None])

        def die(store: Store, rows: Sequence[OrderRecord]) -> int:
            if next(pages, "now") == "now":
                raise KeyboardInterrupt
            return really(store, rows)

        monkeypatch.setattr(orders, "keep", die)
        with pytest.raises(KeyboardInterrupt):
            sync.advance(fresh.store.uuid)
        monkeypatch.undo()
        copied = row().copied

        assert sync.due(clock.now(), 10) == []  # its lease still stands
        fresh.travel(121)
        run(fresh)

        assert 0 < copied < 120
        assert OrderRecord.objects.count() == 120

    def test_an_empty_shop_is_done_at_once(self, fresh: Desk) -> None:
        run(fresh)

        assert (row().phase, row().copied) == ("follow", 0)

    def test_stays_within_the_platforms_limit(self, fresh: Desk) -> None:
        fresh.world.populate(count=200)

        run(fresh, turns=200)

        assert OrderRecord.objects.count() == 200
        assert sum(fresh.world.counters()["throttled"].values()) == 0


class TestFollowing:
    def test_finds_what_changed_and_what_is_new(self, fresh: Desk) -> None:
        fresh.world.populate(count=30)
        run(fresh)
        fresh.world.advance(3600)
        new = fresh.world.make_order()
        fresh.travel(3600)

        run_again(fresh)

        assert OrderRecord.objects.filter(external_id=new.id).exists()
        assert row().copied == 31

    def test_asks_from_five_minutes_before_the_newest_change(
        self, fresh: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        order = make.canonical_order(updated_at=make.NOW)
        asked: list[object] = []

        def listing(self: Shopify, *, since: object, cursor: str = "") -> Listing:
            asked.append(since)
            return Listing((order,))

        monkeypatch.setattr(Shopify, "list_orders", listing)
        run(fresh)
        fresh.travel(61)
        run_again(fresh)

        assert asked == [None, make.NOW - timedelta(minutes=5)]

    def test_a_clock_that_is_minutes_off_loses_nothing(self, fresh: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """The newest change seen counts, never our own clock."""
        behind = make.canonical_order(updated_at=make.NOW - timedelta(minutes=20))
        monkeypatch.setattr(Shopify, "list_orders", lambda self, since, cursor="": Listing((behind,)))
        run(fresh)

        assert row().watermark == make.NOW - timedelta(minutes=20)

    def test_comes_again_every_minute(self, fresh: Desk) -> None:
        run(fresh)

        assert sync.due(clock.now(), 10) == []
        assert sync.due(clock.now() + timedelta(seconds=61), 10) == [fresh.store.uuid]


def run_again(desk: Desk) -> None:
    for uuid in sync.due(clock.now(), 10):
        sync.advance(uuid)


class TestTrouble:
    def test_is_kept_in_words_and_tried_again_later(self, fresh: Desk) -> None:
        fresh.world.populate(count=5)
        fresh.world.fault("refused", times=100)

        sync.advance(fresh.store.uuid)

        assert "could not be reached" in row().error
        assert (row().tries, row().lease_until) == (1, None)
        fresh.world.clear_faults()
        run(fresh)
        assert (row().error, row().tries) == ("", 0)
        assert OrderRecord.objects.count() == 5

    def test_pauses_grow(self, fresh: Desk) -> None:
        fresh.world.fault("refused", times=1000)
        gaps = []
        for _ in range(4):
            sync.advance(fresh.store.uuid)
            at = row().next_attempt_at
            assert at is not None
            gaps.append((at - clock.now()).total_seconds())
            fresh.travel(gaps[-1] + 0.001)

        assert gaps == sorted(gaps)
        assert gaps[-1] > gaps[0]

    def test_a_request_to_slow_down_is_no_trouble(self, fresh: Desk) -> None:
        fresh.world.populate(count=5)
        fresh.world.fault("too_many", times=1, retry_after=7)

        sync.advance(fresh.store.uuid)

        assert (row().error, row().tries) == ("", 0)
        run(fresh)
        assert OrderRecord.objects.count() == 5

    def test_refused_credentials_disconnect_the_shop(self, fresh: Desk) -> None:
        credentials.keep(fresh.store.connection, {"token": "shpat_" + "0" * 32})

        sync.advance(fresh.store.uuid)

        assert Store.objects.get().state == "disconnected"
        assert "no longer accepts our credentials" in row().error
        assert sync.due(clock.now() + timedelta(days=1), 10) == []

    def test_a_cursor_the_platform_forgot_begins_the_run_again(self, fresh: Desk) -> None:
        fresh.world.populate(count=5)
        StoreSync.objects.update(cursor="no cursor of theirs", run_started_at=clock.now())

        run(fresh, turns=8)

        assert OrderRecord.objects.count() == 5


class TestLeases:
    def test_a_second_worker_does_nothing(self, fresh: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[str] = []

        def listing(self: Shopify, *, since: object, cursor: str = "") -> Listing:
            calls.append(threading.current_thread().name)
            sync.advance(fresh.store.uuid)  # while the first one still reads
            return Listing(())

        monkeypatch.setattr(Shopify, "list_orders", listing)

        sync.advance(fresh.store.uuid)

        assert len(calls) == 1

    def test_a_worker_that_lost_its_lease_writes_nothing(self, fresh: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        def listing(self: Shopify, *, since: object, cursor: str = "") -> Listing:
            StoreSync.objects.update(fence=99)
            return Listing((make.canonical_order(),), cursor="more")

        monkeypatch.setattr(Shopify, "list_orders", listing)

        sync.advance(fresh.store.uuid)

        assert not OrderRecord.objects.exists()
        assert row().cursor == ""

    @pytest.mark.parametrize("state", ["paused", "disconnected"])
    def test_a_shop_that_is_not_active_is_left_alone(self, fresh: Desk, state: str) -> None:
        Store.objects.update(state=state)

        assert sync.due(clock.now(), 10) == []
        sync.advance(fresh.store.uuid)
        assert row().run_started_at is None


def test_an_account_whose_row_cannot_be_read_says_so_and_is_tried_later(fresh: Desk) -> None:
    Connection.objects.update(settings=[])

    sync.advance(fresh.store.uuid)

    assert row().error.startswith("The connection cannot be opened as it is stored.")
    assert row().lease_until is None
