"""Lists: everything once, then what is open and what is new, and nothing lost while orders come and go."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.platforms.modern_dropship.spec import Line
from sandbox.world import World
from stores.platforms.modern_dropship import ModernDropship, reading
from tests.make import NOW
from tests.stores.platforms.modern_dropship import place
from tests.stores.platforms.modern_dropship.place import BASE


@pytest.fixture
def world(world: World) -> World:
    return place.watched(world)


def walk(shop: ModernDropship, since=None, between=lambda: None):
    """(ids in the order they came, how many pages)"""
    found, cursor, pages = [], "", 0
    while True:
        page = shop.list_orders(since=since, cursor=cursor)
        found += [order.external_id for order in page.orders]
        pages += 1
        if not (cursor := page.cursor):
            return found, pages
        between()


@pytest.mark.parametrize("envelope", ["bare", "data"])
@pytest.mark.parametrize("count", [0, 1, 50, 100, 130])
def test_an_import_finds_everything(world, count, envelope):
    world.switch("modern_dropship_envelope", envelope)
    made = world.modern_dropship.populate(count=count)

    found, _ = walk(place.on_world(world))

    assert set(found) == set(made)


@pytest.mark.parametrize("way", ["newest_first", "oldest_first"])
def test_an_order_that_comes_between_two_pages_hides_no_other(world, way):
    world.switch("modern_dropship_list_order", way)
    made = world.modern_dropship.populate(count=130)

    found, _ = walk(place.on_world(world), between=lambda: world.modern_dropship.make_order(age_days=0.0))

    assert set(made) <= set(found)


def test_orders_that_leave_the_list_between_two_pages_hide_no_other(world):
    """What ships falls out of the open ones, and all behind it move up."""
    made = [world.modern_dropship.make_order(lines=[Line()], age_days=60 - n / 10).id for n in range(130)]
    shipped = iter(reversed(made))

    def ship():
        for _ in range(10):
            order = world.modern_dropship.order(next(shipped))
            world.modern_dropship.staff(order["id"]).ship({order["items"][0]["id"]: 1})

    found, _ = walk(place.on_world(world), since=NOW - timedelta(hours=1), between=ship)

    gone = {order for order in made if world.modern_dropship.order(order)["shipped_at"]}
    assert set(made) - gone <= set(found)


def test_a_later_run_reads_what_is_open_and_what_is_new(world):
    old_open = world.modern_dropship.make_order(age_days=40.0).id
    old_shipped = world.modern_dropship.make_order(lines=[Line(fulfilled=1)], age_days=40.0).id
    new_shipped = world.modern_dropship.make_order(lines=[Line(fulfilled=1)], age_days=1.0).id

    found, pages = walk(place.on_world(world), since=NOW - timedelta(minutes=6))

    assert set(found) == {old_open, new_shipped}
    assert old_shipped not in found
    assert pages == 4  # open, new, and a page of everything that lies beyond the end, hence a nearer one


@pytest.mark.parametrize("pages", [1, 3, 30])
def test_in_a_day_every_order_is_looked_at_again_even_if_it_shipped(pages):
    """What ships leaves the open ones without a word."""
    asked: Counter[int] = Counter()

    class Pages:
        def read(self, path):
            query = parse_qs(urlsplit(path).query)
            page = int(query["page"][0])
            if "shipped" in query or "createdMin" in query:
                return []
            asked[page] += page < pages
            return [place.recorded("order_2022")] if page < pages else []

    for turn in range(720):
        at = reading.begin(NOW, NOW + timedelta(seconds=120 * turn))
        while cursor := reading.list_orders(Pages(), at).cursor:
            at = reading.Cursor.read(cursor)

    assert set(asked.elements()) == set(range(pages))
    assert asked[0] >= 24


@pytest.mark.parametrize(("since_days", "asked_days"), [(0, 2), (1, 2), (5, 5)])
def test_new_means_two_days_or_since_we_last_looked(network, since_days, asked_days):
    network.get(f"{BASE}/orders", json=[])
    since = NOW - timedelta(days=since_days)

    walk(place.on_network(), since=since)

    asked = [parse_qs(urlsplit(call.request.url).query) for call in network.calls]
    assert asked[0] == {"page": ["0"], "limit": ["50"], "shipped": ["false"]}
    assert asked[1]["createdMin"] == [(NOW - timedelta(days=asked_days)).strftime("%Y-%m-%dT%H:%M:%SZ")]


def test_a_run_goes_on_where_it_stopped(world):
    world.modern_dropship.populate(count=120)
    first = place.on_world(world).list_orders(since=NOW)

    second = place.on_world(world).list_orders(since=NOW, cursor=first.cursor)

    assert first.cursor.startswith("open|1|")
    assert len(second.orders) > 50  # the page and the one before it
