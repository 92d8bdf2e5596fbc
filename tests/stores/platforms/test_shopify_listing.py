"""Listing for the mirrored copy: everything, in order of change, resumed anywhere."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sandbox.platforms.shopify.spec import Line, Person
from stores.canonical.order import Cancellable
from stores.connectors.roles import Listing
from stores.kernel.errors import InputRejected
from stores.platforms.shopify import Shopify, reading
from stores.platforms.shopify.reading import Cursor
from tests.make import NOW
from tests.stores.platforms import rig


@pytest.fixture
def shop(world):
    return rig.on_world(Shopify, world)


def pages(shop: Shopify, since: datetime | None = None) -> list[Listing]:
    found: list[Listing] = []
    cursor = ""
    while True:
        page = shop.list_orders(since=since, cursor=cursor)
        found.append(page)
        if not (cursor := page.cursor):
            return found


def test_all_orders_come_once_oldest_change_first(world, shop):
    made = [world.make_order(age_days=1 + n / 100).id for n in range(130)]

    found = pages(shop)

    orders = [order for page in found for order in page.orders]
    assert sorted(order.external_id for order in orders) == sorted(made)
    assert [order.updated_at for order in orders] == sorted(order.updated_at for order in orders)
    assert [len(page.orders) for page in found] == [50, 50, 30]
    assert [page.total for page in found] == [130, None, None]


def test_only_what_changed_since_comes_with_an_overlap(world, shop):
    old = world.make_order(age_days=30)
    new = world.make_order(age_days=0.5)

    (page,) = pages(shop, since=NOW - timedelta(days=1))

    ids = [order.external_id for order in page.orders]
    assert new.id in ids
    assert old.id not in ids


def test_a_summary_holds_what_the_list_shows_and_searches(world, shop):
    person = Person(first="Anneke", last="de Vries", email="anneke@example.com")
    world.make_order(
        lines=[Line(title="Lamp", sku="LAMP-1", quantity=2), Line(title="Tea", sku="TEA-1")], person=person
    )

    (order,) = shop.list_orders(since=None).orders

    assert order.is_summary
    assert (order.customer.name, order.customer.email) == ("Anneke de Vries", "anneke@example.com")
    assert [(line.title, line.sku) for line in order.lines] == [("Lamp", "LAMP-1"), ("Tea", "TEA-1")]
    assert order.totals.current.shop == shop.read_order(order.external_id).totals.current.shop
    assert order.cancellable is Cancellable.ALL


def test_lines_beyond_the_page_are_searched_too(world, shop):
    world.make_order(lines=[Line(title=f"Part {n}", sku=f"P-{n}") for n in range(300)])

    (order,) = shop.list_orders(since=None).orders

    assert [line.sku for line in order.lines] == [f"P-{n}" for n in range(300)]


def test_a_summary_mostly_agrees_with_the_live_read(world, shop):
    """The list cannot see places; where it differs it must not promise less than nothing for what is cancelled."""
    world.seed()
    differing = []
    for summary in [order for page in pages(shop) for order in page.orders]:
        live = shop.read_order(summary.external_id)
        same = (
            "external_id",
            "number",
            "placed_at",
            "cancelled_at",
            "fulfilment",
            "payment",
            "currency",
            "customer_currency",
        )
        assert [getattr(summary, name) for name in same] == [getattr(live, name) for name in same]
        assert [line.id for line in summary.lines] == [line.id for line in live.lines]
        if summary.cancellable is not live.cancellable:
            differing.append(summary.number)

    assert len(differing) <= 4


def test_an_open_dispute_is_in_the_list(world, shop):
    world.seed("open dispute")

    (order,) = shop.list_orders(since=None).orders

    assert [(remark.kind, remark.is_open) for remark in order.remarks] == [("dispute", True)]


def test_before_the_platforms_depth_ends_the_list_begins_anew(world, shop, monkeypatch):
    monkeypatch.setattr(reading, "DEEPEST", 60)
    made = [world.make_order(age_days=1 + n / 100).id for n in range(170)]

    found = pages(shop)

    assert {order.external_id for page in found for order in page.orders} == set(made)
    assert Cursor.read(found[1].cursor).seen == 0


@pytest.mark.parametrize("junk", ["x", "a|b|c", "||", "|-1|", "|１|x"])
def test_a_strange_cursor_is_refused(junk, shop):
    with pytest.raises(InputRejected):
        shop.list_orders(since=None, cursor=junk)
