"""The import: blocks of ten locations, cursors that repeat their query, pages that lie, and the rate limit."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from sandbox.world import World
from stores.canonical.order import PaymentState
from stores.kernel.errors import RemoteUnavailable
from stores.platforms.square import cancellable, reading
from tests.make import NOW
from tests.stores.platforms.square import place, recorded
from tests.stores.platforms.square.place import BASE, world

__all__ = ["world"]


def ids(shop: Any, since: Any = None) -> list[str]:
    found, cursor = [], ""
    for _ in range(100):
        page = shop.list_orders(since=since, cursor=cursor)
        found += [order.external_id for order in page.orders]
        if not (cursor := page.cursor):
            return found
    raise AssertionError("never ends")


def test_every_order_of_every_location_is_listed_once(world, monkeypatch):
    monkeypatch.setattr("stores.platforms.square.reading.PAGE", 7)
    home = place.home(world)
    places = [{"id": f"LDEMO{n}", "name": f"Place {n}", "currency": "USD"} for n in range(23)]
    home.add_shop("demo", locations=places)
    made = {home.make_order(location=one["id"], pay="unpaid").id for one in places for _ in range(2)}

    assert sorted(ids(place.on_world(world))) == sorted(made)


def test_orders_of_one_moment_are_neither_lost_nor_doubled(world, monkeypatch):
    monkeypatch.setattr("stores.platforms.square.reading.PAGE", 4)
    made = [place.home(world).make_order(pay="unpaid", age_days=1).id for _ in range(11)]
    assert sorted(ids(place.on_world(world))) == sorted(made)


def test_what_changes_while_we_page_is_seen_again_and_nothing_is_lost(world, monkeypatch):
    monkeypatch.setattr("stores.platforms.square.reading.PAGE", 3)
    home, shop = place.home(world), place.on_world(world)
    made = [home.make_order(pay="unpaid", age_days=9 - n).id for n in range(8)]
    first = shop.list_orders(since=None)
    home.staff(made[0]).rename("drifted")
    seen, cursor = [one.external_id for one in first.orders], first.cursor
    while cursor:
        page = shop.list_orders(since=None, cursor=cursor)
        seen, cursor = seen + [one.external_id for one in page.orders], page.cursor

    assert set(seen) == set(made)
    assert seen.count(made[0]) == 2


def test_only_what_changed_since_is_asked_for_by_the_field_it_is_sorted_by(world):
    asked: list[Any] = []
    world.watchers.append(lambda request, status, payload: asked.append((request.path, request.body)))
    home, shop = place.home(world), place.on_world(world)
    home.make_order(pay="unpaid", age_days=30)
    recent = home.make_order(pay="unpaid", age_days=0.001)

    assert ids(shop, NOW - timedelta(hours=1)) == [recent.id]
    query = next(json.loads(body) for path, body in asked if path.endswith("orders/search"))
    assert query["query"]["sort"] == {"sort_field": "UPDATED_AT", "sort_order": "ASC"}
    assert list(query["query"]["filter"]["date_time_filter"]) == ["updated_at"]
    start = query["query"]["filter"]["date_time_filter"]["updated_at"]["start_at"]
    assert datetime.fromisoformat(start) == NOW - timedelta(hours=1, minutes=5)
    assert (query["limit"], len(query["location_ids"])) == (500, 2)


def test_a_refund_brings_its_sale_though_the_sale_itself_did_not_change(world):
    home, shop = place.home(world), place.on_world(world)
    old = place.made(world, shop, age_days=40)
    home.staff(old.external_id).refund("5.00")

    (listed,) = shop.list_orders(since=NOW - timedelta(hours=1)).orders
    assert listed == shop.read_order(old.external_id)
    assert listed.payment is PaymentState.PARTLY_REFUNDED
    (imported,) = shop.list_orders(since=None).orders
    assert imported.is_summary


def test_a_return_of_a_sale_we_cannot_see_is_left_out(world):
    home, shop = place.home(world), place.on_world(world)
    sale = place.made(world, shop, age_days=40)
    home.staff(sale.external_id).refund("5.00")
    with world.store.write() as db:
        home.session(db, home.fresh("demo")).drop("order", sale.external_id)
    for since in (NOW - timedelta(hours=1), None):
        assert shop.list_orders(since=since).orders == ()


def test_what_search_does_not_show_yet_is_seen_by_the_overlap(world):
    world.switch("square_search_lag", "5")
    home, shop = place.home(world), place.on_world(world)
    made = home.make_order(pay="unpaid", age_days=0)
    assert ids(shop, NOW - timedelta(seconds=1)) == []
    world.advance(6)
    assert ids(shop, NOW + timedelta(seconds=6)) == [made.id]


# --- pages that lie ------------------------------------------------------------------------------
def page(network: Any, **answer: Any) -> None:
    network.post(f"{BASE}/orders/search", json=answer)


def test_a_cursor_that_comes_again_ends_the_list(network):
    network.get(f"{BASE}/locations", json=recorded.read("locations"))
    page(network, orders=[recorded.order()["order"]], cursor="same")
    page(network, orders=[recorded.order()["order"]], cursor="same")
    shop = place.on_network()
    first = shop.list_orders(since=None)
    assert first.cursor == "0|same"
    assert shop.list_orders(since=None, cursor=first.cursor).cursor == ""


def test_an_empty_page_with_a_cursor_goes_on(network):
    network.get(f"{BASE}/locations", json=recorded.read("locations"))
    page(network, cursor="next")
    page(network, orders=[recorded.order()["order"]])
    assert ids(place.on_network()) == [recorded.ORDER]


@pytest.mark.parametrize("cursor", ["9|", "x", "|", "0|", "１|"])
def test_a_strange_cursor_of_ours_ends_or_begins_anew(world, cursor):
    place.home(world).make_order()
    assert isinstance(place.on_world(world).list_orders(since=None, cursor=cursor).orders, tuple)


def test_a_page_that_is_none_is_a_failed_read(network):
    network.assert_all_requests_are_fired = False
    network.get(f"{BASE}/locations", json=recorded.read("locations"))
    for answer in ([], {"orders": {}}, {"errors": [{"code": "X", "category": "API_ERROR"}]}):
        network.post(f"{BASE}/orders/search", json=answer)
        with pytest.raises(RemoteUnavailable):
            place.on_network().list_orders(since=None)
        network.remove("POST", f"{BASE}/orders/search")
    network.post(f"{BASE}/orders/search", status=204)
    with pytest.raises(RemoteUnavailable):
        place.on_network().list_orders(since=None)


# --- ten thousand, and the limit -----------------------------------------------------------------
def test_a_page_is_quick_however_many_orders_there_are(world):
    world.watchers.clear()
    home = place.home(world)
    (body,) = [home.order(home.make_order(pay="unpaid").id)]
    rows = (("square/demo", "order", f"CAISE{n}BULK", "", 1_700_000_000.0 + n,
             json.dumps(body | {"id": f"CAISE{n}BULK", "updated_at": "2023-11-14T22:13:20.000Z"}))
            for n in range(10_000))  # fmt: skip
    with world.store.write() as db:
        db.executemany("INSERT INTO records (shop, kind, id, parent, at, body) VALUES (?, ?, ?, ?, ?, ?)", rows)
    shop = place.on_world(world)
    start = time.process_time()
    assert len(shop.list_orders(since=None).orders) == 500
    assert time.process_time() - start < 2


def test_the_limit_lets_ten_in_and_then_asks_us_to_wait(world):
    from stores.kernel.errors import RemoteThrottled

    world.switch("square_limit", "standard")
    shop = place.on_world(world)
    for setting, after in (("told", 1.0), ("none", 5.0)):
        world.switch("square_retry_after", setting)
        world.advance(60)
        for _ in range(10):
            shop.list_hooks()
        with pytest.raises(RemoteThrottled) as caught:
            shop.list_hooks()
        assert caught.value.retry_after == after
    assert world.counters()["throttled"] == {"hooks": 2}


def test_an_import_at_our_own_pace_meets_no_limit(world: World):
    world.switch("square_limit", "standard")
    shop = place.on_world(world)
    for _ in range(40):
        shop.list_hooks()
        world.advance(1 / shop.points_per_second * 1.005)
    assert not world.counters()["throttled"]


class Batches:
    """Square's answers to a batch; what was asked is listed."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        assert path == "v2/orders/batch-retrieve"
        self.asked.append(body["order_ids"])
        return {"orders": [sale(ident) for ident in body["order_ids"]]}


def sale(ident: str) -> dict[str, Any]:
    return {"id": ident, "updated_at": "2026-11-21T09:00:00Z"}


def give_back(sold: str, number: int) -> dict[str, Any]:
    return {"id": f"R{number}", "updated_at": "2026-11-21T09:00:00Z", "returns": [{"source_order_id": sold}]}


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])])
def test_sales_of_returns_are_asked_for_a_hundred_at_once(count, sizes, monkeypatch):
    monkeypatch.setattr(reading, "_summary", lambda raw: None if "returns" in raw else raw["id"])
    api = Batches()
    sold = [f"S{n}" for n in range(count)]

    found = reading._orders(api, [give_back(one, n) for n, one in enumerate(sold)], is_full=False)  # type: ignore[arg-type]

    assert [len(ids) for ids in api.asked] == sizes
    assert [ident for ids in api.asked for ident in ids] == sold
    assert [one for one in found.orders if one] == sold


def test_following_changes_the_first_twenty_five_are_read_whole(monkeypatch):
    monkeypatch.setattr(reading, "_summary", lambda raw: None if "returns" in raw else raw["id"])
    whole: list[str] = []
    monkeypatch.setattr(reading, "_whole", lambda api, ident: whole.append(ident) or ident)
    api, sold = Batches(), [f"S{n}" for n in range(27)]
    raws = [*(give_back(one, n) for n, one in enumerate(sold)), sale("S26"), sale("S0"), sale("X")]

    found = reading._orders(api, raws, is_full=True)  # type: ignore[arg-type]

    assert whole == sold[:25]
    assert api.asked == [["S25"]], "S26 stands on the page itself"
    assert sorted(one for one in found.orders if one) == sorted([*sold, "X"])


@pytest.mark.parametrize(("unit", "quantity", "step"), [
    ({}, "3", "1"), ({"precision": 0}, "3", "1"), ({"precision": 1}, "3", "0.1"), ({"precision": 5}, "3", "0.00001"),
    ({"precision": 6}, "3", "1"), ({"precision": -1}, "3", "1"), ({"precision": True}, "3", "1"),
    ({"precision": "2"}, "3", "1"), ({}, "1.25", "0.01"), ({"precision": 1}, "1.250", "0.01"), ({}, "1.00", "1"),
])  # fmt: skip
def test_the_smallest_step_of_a_weight_is_its_precision(unit, quantity, step):
    assert cancellable.step_of({"quantity_unit": unit, "quantity": quantity}) == Decimal(step)
