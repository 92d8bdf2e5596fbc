"""Lists: oldest change first, nothing lost when orders move meanwhile, an end although the last page repeats."""

from __future__ import annotations

import json
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from sandbox.platforms.magento.simulator import MagentoSimulator
from stores.kernel.errors import RemoteUnavailable
from stores.platforms.magento import Magento, api
from tests.make import NOW
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.magento import place, recorded
from tests.stores.platforms.magento.place import world

__all__ = ["world"]


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(api, "PAGE", 3)
    monkeypatch.setattr("stores.platforms.magento.reading.PAGE", 3)


def everything(shop, since=None, between=None):
    found, cursor = [], ""
    for turn in range(100):
        page = shop.list_orders(since=since, cursor=cursor)
        found += [order.external_id for order in page.orders]
        if between:
            between(turn)
        if not (cursor := page.cursor):
            return found
    raise AssertionError("never ended")


def test_a_page_always_names_its_size(world):
    shop, seen = place.on_world(world), []
    world.watchers.append(lambda request, status, payload: seen.append(parse_qs(request.query)))
    MagentoSimulator(world).seed()
    for order_id in everything(shop):
        shop.read_order(order_id)
    lists = [query for query in seen if any("searchCriteria" in name for name in query)]
    assert lists
    assert all(query["searchCriteria[pageSize]"] == ["100"] for query in lists)


def test_every_order_comes_and_the_end_is_found(world, small_pages):
    made = [MagentoSimulator(world).make_order(age_days=9 - n).id for n in range(8)]
    shop = place.on_world(world)

    found = everything(shop)

    assert list(dict.fromkeys(found)) == made
    assert shop.list_orders(since=None).total == 8


def test_many_changes_in_one_second_come_through(world, small_pages):
    made = {MagentoSimulator(world).make_order(age_days=1).id for _ in range(11)}
    assert set(everything(place.on_world(world))) == made


def test_an_order_that_moves_while_we_read_hides_no_other(world, small_pages):
    home = MagentoSimulator(world)
    made = [home.make_order(age_days=20 - n, pay="unpaid").id for n in range(12)]

    found = everything(place.on_world(world), between=lambda turn: turn < 3 and home.staff(made[turn]).hold())

    assert set(found) == set(made)


def test_what_changed_since_is_asked_for_with_a_margin(world):
    home, shop = MagentoSimulator(world), place.on_world(world)
    home.make_order(age_days=3)
    recent = home.make_order(age_days=1).id
    seen = []
    world.watchers.append(lambda request, status, payload: seen.append(unquote(request.query)))

    page = shop.list_orders(since=NOW - timedelta(days=2))

    assert [order.external_id for order in page.orders] == [recent]
    stamp = (NOW - timedelta(days=2, minutes=5)).strftime("%Y-%m-%d %H:%M:%S")
    assert f"[value]={stamp}&" in seen[0]
    assert "[conditionType]=gteq" in seen[0]
    assert "[sortOrders][0][field]=updated_at" in seen[0]


def test_a_summary_shows_what_the_list_and_the_search_need(world):
    shop = place.on_world(world)
    made = place.made(world, shop, tax_rate="0.19")
    (row,) = shop.list_orders(since=None).orders

    assert row.is_summary
    assert (row.number, row.customer, row.totals.original) == (made.number, made.customer, made.totals.original)
    assert [line.sku for line in row.lines] == [line.sku for line in made.lines]
    assert (row.payment, row.fulfilment, row.cancelled_at) == (made.payment, made.fulfilment, None)


def test_a_shop_with_input_limits_is_read_all_the_same(world):
    world.switch("magento_input_limits", "on")
    shop = place.on_world(world)
    made = {MagentoSimulator(world).make_order().id for _ in range(25)}
    assert set(everything(shop)) == made


@pytest.mark.parametrize("body", ["[]", "null", '{"items": {}, "total_count": 1}', '{"items": []}', '"x"'])
def test_a_list_of_another_shape_fails(body, network):
    network.get(place.ANY, body=body, content_type="application/json")
    heard = outcome_of(lambda: place.on_network().list_orders(since=None))
    assert isinstance(heard, RemoteUnavailable)
    assert heard.user_message


def test_no_content_is_no_empty_shop(network):
    network.get(place.ANY, status=204)
    with pytest.raises(RemoteUnavailable):
        place.on_network().list_orders(since=None)


def test_the_address_of_a_list_is_what_is_signed(network):
    network.get(place.ANY, json=recorded.found())
    place.on_network().list_orders(since=NOW)
    (call,) = network.calls
    query = urlsplit(call.request.url).query
    assert "[" not in query
    assert json.dumps(parse_qs(query))


def test_the_pace_fits_the_limit(world, waited):
    """What stands before the shop lets 4 a second through, 8 at once: an import keeps to it without a single 429."""
    world.switch("magento_limit", "standard")
    assert (Magento.points_per_second, Magento.bucket_points, Magento.write_cost) == (4, 8, 1)
    shop = place.on_world(world)
    for _ in range(40):
        shop.list_orders(since=None)
        world.advance(0.25 * 1.005)
    assert "orders" not in world.counters()["throttled"]
