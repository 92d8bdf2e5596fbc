"""One order that nobody can read, on every platform: the rest goes on, it is kept with its reason and tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from cancellations.intake import inbox
from cancellations.models import Inbox
from sandbox import connections
from stores.connectors import rows
from stores.connectors.roles import Listing
from stores.connectors.rows import Unreadable
from stores.kernel import clock
from stores.kernel.errors import RemoteRefused, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.models import OrderRecord, StoreSync, UnreadableOrder
from stores.platforms import registry
from stores.platforms.shopify import Shopify
from stores.services import sync, unreadable
from tests import make
from tests.rigs.desk import Desk, desk_on
from tests.rigs.spoiling import Spoiler, spoil

pytestmark = pytest.mark.django_db
PLATFORMS = sorted(kind.key for kind in registry.all_platforms())
PLACES = {"first": 0, "middle": 1, "last": 2}


@pytest.fixture(params=PLATFORMS)
def desk(request: pytest.FixtureRequest, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on(request.param, tmp_path, monkeypatch) as made:
        StoreSync.objects.update(phase="import", watermark=None, fresh_at=None, next_attempt_at=clock.now())
        yield made


@pytest.fixture
def spoiler(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Spoiler:
    return spoil(desk.store.platform, monkeypatch)


def three(desk: Desk) -> list[str]:
    """Three orders of different seconds, oldest first."""
    return [one(desk, age) for age in (0.03, 0.02, 0.01)]


def one(desk: Desk, age_days: float = 0.0) -> str:
    kind = desk.store.platform
    line = connections.line(kind, quantity=2, price="10.00")
    return connections.make_order(desk.world, kind, "demo", lines=[line], age_days=age_days)


def follow(desk: Desk, turns: int = 12) -> StoreSync:
    """What the sweep would do until a run has ended."""
    for _ in range(turns):
        row = StoreSync.objects.get()
        if row.next_attempt_at and row.next_attempt_at > clock.now():
            desk.travel((row.next_attempt_at - clock.now()).total_seconds() + 0.001)
        sync.advance(desk.store.uuid)
        row.refresh_from_db()
        if not row.cursor and not row.error:
            return row
    return row


def copied() -> set[str]:
    return set(OrderRecord.objects.values_list("external_id", flat=True))


def kept() -> set[str]:
    return set(UnreadableOrder.objects.values_list("external_id", flat=True))


class TestOnEveryPlatform:
    @pytest.mark.parametrize("place", PLACES)
    def test_one_bad_row_of_three_is_listed_and_the_others_are_copied(
        self, desk: Desk, spoiler: Spoiler, place: str
    ) -> None:
        made = three(desk)
        spoiler.bad = {made[PLACES[place]]: "field"}

        row = follow(desk)

        assert kept() == {made[PLACES[place]]}
        assert copied() == set(made) - kept()
        assert (row.phase, row.error) == ("follow", "")
        assert row.fresh_at is not None

    @pytest.mark.parametrize("how", ["dates", "null", "no id"])
    def test_whatever_is_missing_of_it(self, desk: Desk, spoiler: Spoiler, how: str) -> None:
        made = three(desk)
        spoiler.bad = {made[1]: how}

        row = follow(desk)

        assert copied() == {made[0], made[2]}
        assert UnreadableOrder.objects.count() == 1
        assert kept() == ({made[1]} if how == "dates" else {""})
        assert (row.phase, row.error) == ("follow", "")

    @pytest.mark.parametrize("how", ["field", "dates", "null"])
    def test_all_of_them_bad_and_what_is_new_still_comes(self, desk: Desk, spoiler: Spoiler, how: str) -> None:
        made = three(desk)
        spoiler.bad = dict.fromkeys(made, how)
        row = follow(desk)
        assert (copied(), row.phase, row.error) == (set(), "follow", "")
        assert UnreadableOrder.objects.count() == (1 if how == "null" else 3)  # null is null: one row to us

        new = one(desk)
        follow(desk)

        assert copied() == {new}

    def test_its_reason_names_the_field_and_nobodys_words(self, desk: Desk, spoiler: Spoiler) -> None:
        made = three(desk)
        spoiler.bad = {made[0]: "field"}

        follow(desk)

        entry = UnreadableOrder.objects.get()
        assert entry.reason.startswith(("The field “", "Its fields do not fit"))
        assert entry.number
        assert entry.next_try_at == entry.first_seen_at + timedelta(hours=1)

    def test_it_becomes_an_ordinary_order_by_itself(self, desk: Desk, spoiler: Spoiler) -> None:
        made = three(desk)
        spoiler.bad = {made[1]: "field"}
        follow(desk)

        spoiler.bad = {}
        desk.travel(3600)
        follow(desk)

        assert copied() == set(made)
        assert not UnreadableOrder.objects.exists()

    def test_a_run_asks_no_further_back_than_its_newest_row(self, desk: Desk, spoiler: Spoiler) -> None:
        """A row that tells its time moves the mark also when nobody can read the rest of it."""
        made = three(desk)
        spoiler.bad = dict.fromkeys(made, "field")

        row = follow(desk)

        times = UnreadableOrder.objects.values_list("updated_at", flat=True)
        assert row.watermark == max(at for at in times if at)

    def test_a_webhook_of_it_is_kept_with_its_reason_and_follows_when_it_can_be_read(
        self, desk: Desk, spoiler: Spoiler
    ) -> None:
        made = one(desk)
        spoiler.bad = {made: "field"}
        pk = hint(desk, made)

        inbox.handle(pk)

        assert kept() == {made}
        assert Inbox.objects.get().state == "waiting"  # asked again in seconds: it may have been half an answer
        spoiler.bad = {}
        desk.travel(5)
        inbox.handle(pk)
        assert (copied(), kept(), Inbox.objects.get().state) == ({made}, set(), "read")

    def test_one_that_is_gone_at_the_platform_is_no_longer_listed(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unreadable.keep(desk.store, [Unreadable(NOBODY[desk.store.platform], "1042", "why")], clock.now())
        desk.travel(3601)

        follow(desk)

        assert not UnreadableOrder.objects.exists()


NOBODY = {
    "bigcommerce": "999999",
    "magento": "999999",
    "modern_dropship": "6ad499999999999999999999",
    "shopify": "gid://shopify/Order/999999",
    "shoplazza": "999999-00000001",
    "square": "NobodyHasThisId",
    "woocommerce": "999999",
}


def hint(desk: Desk, order: str) -> int:
    now = clock.now()
    row = Inbox(store=desk.store, endpoint="hook:x", event_key=order, topic="t", order_external_id=order,
                received_at=now, next_attempt_at=now, state="waiting", body=b"")  # fmt: skip
    row.save()
    return row.pk


class TestLongLists:
    """Where the place in a list comes from its rows, rows that tell nothing must not end it."""

    @pytest.mark.parametrize("how", ["null", "dates", "field"])
    def test_a_whole_page_that_cannot_be_read_is_passed(
        self, desk: Desk, spoiler: Spoiler, monkeypatch: pytest.MonkeyPatch, how: str
    ) -> None:
        short_pages(monkeypatch, desk.store.platform, 2)
        made = [one(desk, 0.1 - n / 1000) for n in range(9)]
        spoiler.bad = dict.fromkeys(made[2:6], how)
        pages = counted(monkeypatch, desk)
        follow(desk, turns=30)

        assert len(pages) > 3
        assert copied() == set(made) - set(made[2:6])


def counted(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> list[Listing]:
    kind, pages = registry.get(desk.store.platform), list[Listing]()
    really = kind.list_orders

    def list_orders(self: Any, *, since: Any, cursor: str = "") -> Listing:
        pages.append(really(self, since=since, cursor=cursor))
        return pages[-1]

    monkeypatch.setattr(kind, "list_orders", list_orders)
    return pages


def short_pages(monkeypatch: pytest.MonkeyPatch, platform: str, size: int) -> None:
    """Wherever the adapter keeps the size of its pages."""
    for name in ("listing", "reading", "api"):
        with suppress(ModuleNotFoundError):
            module = import_module(f"stores.platforms.{platform}.{name}")
            if hasattr(module, "PAGE"):
                monkeypatch.setattr(module, "PAGE", size)


# --- the schedule, on one platform ---------------------------------------------------------------------
@pytest.fixture
def shop(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on("shopify", tmp_path, monkeypatch) as made:
        StoreSync.objects.update(next_attempt_at=clock.now())
        yield made


def bad(number: int = 1, **fields: Any) -> Unreadable:
    return Unreadable(f"gid://shopify/Order/{number}", f"#{number}", "why", **fields)


def reads(monkeypatch: pytest.MonkeyPatch, read: Callable[[str], Any]) -> list[str]:
    asked: list[str] = []

    def read_order(self: Shopify, external_id: str) -> Any:
        asked.append(external_id)
        return read(external_id)

    monkeypatch.setattr(Shopify, "read_order", read_order)
    return asked


def lists(monkeypatch: pytest.MonkeyPatch, found: Sequence[Unreadable] = ()) -> None:
    monkeypatch.setattr(Shopify, "list_orders", lambda self, since, cursor="": Listing((), unreadable=tuple(found)))


class TestTryingAgain:
    def test_comes_after_an_hour_and_then_half_as_often_each_time_down_to_once_a_day(
        self, shop: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lists(monkeypatch)
        asked = reads(monkeypatch, misread)
        unreadable.keep(shop.store, [bad()], clock.now())
        pauses = []
        for _ in range(7):
            entry = UnreadableOrder.objects.get()
            assert entry.next_try_at is not None
            pauses.append(round((entry.next_try_at - clock.now()).total_seconds() / 3600))
            shop.travel(pauses[-1] * 3600 - 1)
            follow(shop, turns=1)
            before = len(asked)
            shop.travel(120)
            follow(shop, turns=1)
            assert len(asked) == before + 1

        assert pauses == [1, 2, 4, 8, 16, 24, 24]

    @pytest.mark.parametrize("error", [ValueError("x"), KeyError("line"), TypeError(), ZeroDivisionError()])
    def test_whatever_a_mapping_stumbles_over_stops_nothing(
        self, shop: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        lists(monkeypatch)
        reads(monkeypatch, raising(error))
        unreadable.keep(shop.store, [bad()], clock.now())
        shop.travel(3601)

        row = follow(shop, turns=1)

        assert (UnreadableOrder.objects.get().tries, row.error) == (1, "")

    def test_a_shop_that_does_not_answer_costs_no_try(self, shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        lists(monkeypatch)
        asked = reads(monkeypatch, raising(RemoteUnavailable("away")))
        unreadable.keep(shop.store, [bad(1), bad(2)], clock.now())
        shop.travel(3601)

        follow(shop, turns=1)

        assert len(asked) == 1
        assert set(UnreadableOrder.objects.values_list("tries", flat=True)) == {0}

    def test_one_that_is_refused_does_not_stand_before_the_others(
        self, shop: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lists(monkeypatch)
        asked = reads(monkeypatch, raising(RemoteRefused("no", status=403)))
        unreadable.keep(shop.store, [bad(1), bad(2)], clock.now())
        shop.travel(3601)

        follow(shop, turns=1)

        assert len(asked) == 2
        assert set(UnreadableOrder.objects.values_list("tries", flat=True)) == {1}

    def test_a_list_that_shows_it_again_keeps_its_age_and_schedule(
        self, shop: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unreadable.keep(shop.store, [bad()], clock.now())
        before = UnreadableOrder.objects.get()
        shop.travel(60)
        lists(monkeypatch, [bad()])

        follow(shop, turns=1)

        entry = UnreadableOrder.objects.get()
        assert (entry.first_seen_at, entry.next_try_at) == (before.first_seen_at, before.next_try_at)
        assert entry.last_tried_at > before.last_tried_at


class TestRowsWithoutAnId:
    def test_are_kept_once_and_forgotten_when_no_list_shows_them(
        self, shop: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lists(monkeypatch, [Unreadable("", "", "why", digest=rows.digest({"a": 1}))] * 2)
        follow(shop, turns=1)
        follow(shop, turns=1)
        assert UnreadableOrder.objects.count() == 1

        lists(monkeypatch)
        shop.travel(29 * 86400)
        follow(shop, turns=1)
        assert UnreadableOrder.objects.count() == 1
        shop.travel(2 * 86400)
        follow(shop, turns=1)
        assert not UnreadableOrder.objects.exists()

    def test_go_when_an_order_of_that_number_is_read(self, shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        lists(monkeypatch, [Unreadable("", "#1042", "why", digest="d")])
        follow(shop, turns=1)
        order = make.canonical_order(number="#1042")
        monkeypatch.setattr(Shopify, "list_orders", lambda self, since, cursor="": Listing((order,)))

        follow(shop, turns=1)

        assert not UnreadableOrder.objects.exists()


def test_a_time_ahead_of_us_does_not_move_the_mark_past_now(shop: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else every change until then would be skipped."""
    lists(monkeypatch, [bad(updated_at=clock.now() + timedelta(days=365))])

    row = follow(shop, turns=1)

    assert row.watermark is not None
    assert row.watermark <= clock.now()


def misread(external_id: str) -> Any:
    with json_readers.understood("no"):
        raise json_readers.Misread("currency")


def raising(error: Exception) -> Callable[[str], Any]:
    def read(external_id: str) -> Any:
        raise error

    return read
