"""Imports: pages by time of change, whatever drifts, repeats or is empty; and the limit is used, not broken."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stores.kernel.errors import RemoteUnavailable
from stores.platforms.bigcommerce import reading
from tests.make import NOW
from tests.stores.platforms.bigcommerce import place, recorded
from tests.stores.platforms.contract import outcome_of


def everything(shop, since=None, meanwhile=lambda page: None):
    """Ids in the order in which they came; ends with AssertionError where it never would."""
    found, cursor = [], ""
    for page in range(60):
        told = shop.list_orders(since=since, cursor=cursor)
        found += [order.external_id for order in told.orders]
        meanwhile(page)
        if not (cursor := told.cursor):
            return found
    raise AssertionError("never ends")


def test_all_orders_come_with_their_lines(world):
    place.home(world).populate(count=30)
    shop = place.on_world(world)

    orders = shop.list_orders(since=None).orders

    assert len(orders) == 30
    assert all(order.is_summary and order.lines and order.lines[0].sku and order.customer.name for order in orders)


def test_orders_that_change_meanwhile_are_not_skipped(world, monkeypatch):
    monkeypatch.setattr(reading, "PAGE", 10)
    made = place.home(world).populate(count=35)
    shop = place.on_world(world)

    seen = everything(shop, meanwhile=lambda page: place.home(world).staff(made[page]).write(staff_notes="seen"))

    assert set(seen) == set(made)


def test_many_orders_of_one_second_are_read_by_number(world, monkeypatch):
    monkeypatch.setattr(reading, "PAGE", 10)
    made = [place.home(world).make_order(age_days=2).id for _ in range(35)]

    assert set(everything(place.on_world(world))) == set(made)


def test_an_empty_page_is_the_end(world):
    assert everything(place.on_world(world)) == []


def test_carts_and_archived_orders_are_left_out(world):
    kept = place.home(world).make_order()
    place.home(world).make_order(status=0, pay="waiting")
    place.home(world).make_order(archived=True)
    assert everything(place.on_world(world)) == [kept.id]


def test_only_what_changed_since_and_five_minutes_more(world):
    old, new = (place.home(world).make_order(age_days=age) for age in (2, 0.002))
    shop = place.on_world(world)
    assert everything(shop, since=NOW - timedelta(seconds=100)) == [new.id]
    assert set(everything(shop, since=NOW - timedelta(days=3))) == {old.id, new.id}


def page_of(*ids, day=1):
    stamp = f"Sun, {day:02d} Mar 2026 10:00:00 +0000"
    return [recorded.order(id=ident, date_modified=stamp) for ident in ids]


def test_the_same_page_for_ever_ends(network, monkeypatch):
    monkeypatch.setattr(reading, "PAGE", 2)
    for _ in range(6):
        network.get(place.ANY, json=page_of(1, 2))
    network.assert_all_requests_are_fired = False

    assert set(everything(place.on_network())) == {"1", "2"}
    assert len(network.calls) <= 4


@pytest.mark.parametrize("body", [[1], [None], [[]], [{"id": 1}]])
def test_a_list_of_what_is_no_order_is_kept_row_by_row(network, body):
    network.get(place.ANY, json=body)

    page = place.on_network().list_orders(since=None)

    assert (page.orders, len(page.unreadable)) == ((), 1)


@pytest.mark.parametrize("body", [{}, {"data": []}, "x", 3])
def test_a_page_that_is_no_list_of_orders_fails(network, body):
    network.get(place.ANY, json=body)
    network.assert_all_requests_are_fired = False

    heard = outcome_of(lambda: place.on_network().list_orders(since=None))

    assert isinstance(heard, RemoteUnavailable), heard


def test_the_limit_and_the_way_of_asking(network):
    """More than 250 is 413; filters are spelt as described."""
    network.get(place.ANY, status=204)
    place.on_network().list_orders(since=NOW)

    (call,) = network.calls
    assert call.request.url.partition("?")[2] == (
        "limit=250&sort=date_modified:asc&include=consignments.line_items,fees&consignment_structure=object"
        f"&min_date_modified={(NOW - timedelta(minutes=5)).strftime('%Y-%m-%dT%H:%M:%SZ')}"
    )


def test_smaller_pages_are_read_where_the_largest_is_refused(world):
    """Nobody could verify that 250 is allowed; the size that was not is asked for once."""
    world.switch("bigcommerce_list_most", "100")
    made = place.home(world).populate(count=120)

    assert set(everything(place.on_world(world))) == set(made)
    assert world.counters()["requests"]["orders"] == 4
