"""Lists: what changes while pages are read is never skipped, and no server makes us read for ever."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from stores.kernel.errors import InputRejected, RemoteRefused, RemoteUnavailable
from stores.platforms.woocommerce import reading
from tests.make import NOW
from tests.stores.platforms.woocommerce import place, recorded


@pytest.fixture
def world(world):
    world.switch("woocommerce_limit", "none")
    return world


def walk(shop, since=None, between=None):
    """Every id as it came, page by page."""
    cursor, pages = "", []
    while True:
        page = shop.list_orders(since=since, cursor=cursor)
        pages.append([order.external_id for order in page.orders])
        if between:
            between(len(pages))
        if not (cursor := page.cursor):
            return pages


def test_everything_comes_oldest_change_first_and_its_number_is_told(world):
    made = WooCommerceSimulator(world).populate(count=230)
    shop = place.on_world(world)
    pages = walk(shop)

    assert {order for page in pages for order in page} == set(made)
    assert len(pages) == 3
    assert shop.list_orders(since=None).total == 230
    assert [len(set(page)) for page in pages] == [len(page) for page in pages]


def test_orders_that_change_while_pages_are_read_are_never_skipped(world):
    """Each change pushes its order to the end and all others one place forward."""
    home = WooCommerceSimulator(world)
    made = home.populate(count=250)
    seen = walk(place.on_world(world), between=lambda page: [
        home.staff(made[place]).write(customer_note=f"page {page}") for place in range(page * 20)
    ] if page < 3 else None)  # fmt: skip

    assert {order for page in seen for order in page} == set(made)


def test_a_whole_page_of_one_second_is_counted_on(world):
    home = WooCommerceSimulator(world)
    made = [home.make_order(age_days=2).id for _ in range(240)]
    assert {order for page in walk(place.on_world(world)) for order in page} == set(made)


def test_only_what_changed_since_is_asked_for_in_gmt(world):
    """The shop lives in New York: without `dates_are_gmt` the bound would be five hours off."""
    home = WooCommerceSimulator(world)
    old, new = home.make_order(age_days=0.1).id, home.make_order(age_days=0.01).id
    asked = []
    world.watchers.append(lambda request, *_: asked.append(parse_qs(request.query)))

    (page,) = walk(place.on_world(world), since=NOW - timedelta(hours=1))

    assert (new in page, old in page) == (True, False)
    assert asked[0]["dates_are_gmt"] == ["true"]
    assert asked[0]["modified_after"] == ["2026-11-21T08:28:00"]
    assert asked[0]["per_page"] == ["100"]  # 101 is refused


def test_a_hundred_is_the_most_they_give(world):
    shop = place.on_world(world)
    with pytest.raises(RemoteRefused) as caught:
        shop.api.rows("orders", [("per_page", "101")])
    assert caught.value.code == "rest_invalid_param"


def test_a_listed_order_is_a_summary_with_its_money(world):
    home = WooCommerceSimulator(world)
    shop = place.on_world(world)
    made = home.make_order(**home.seeds["partly refunded"])
    (listed,) = shop.list_orders(since=None).orders
    assert listed.is_summary
    assert listed.totals.refunded == shop.read_order(made.id).totals.refunded
    assert listed.customer.name == "Quentin Faure"


def rows(count, second=0):
    at = f"2026-11-20T10:00:{second:02d}"
    return [recorded.order(id=number, refunds=[], date_modified_gmt=at) for number in range(1, count + 1)]


def test_a_server_that_repeats_its_last_page_for_ever_ends(network):
    network.get(place.ANY, json=rows(100))
    pages = walk(place.on_network())
    assert len(pages) <= 4


def test_a_server_that_ignores_the_bound_is_still_read_to_its_end(network):
    whole = [
        recorded.order(id=number, refunds=[], date_modified_gmt=f"2026-11-20T10:{number // 60:02d}:{number % 60:02d}")
        for number in range(1, 231)
    ]

    def answer(request):
        page = int(parse_qs(urlsplit(request.url).query)["page"][0])
        return 200, {}, json.dumps(whole[(page - 1) * 100 : page * 100])

    network.add_callback("GET", place.ANY, answer, content_type="application/json")
    pages = walk(place.on_network())
    assert {order for page in pages for order in page} == {str(number) for number in range(1, 231)}
    assert len(pages) < 10


@pytest.mark.parametrize("body", [{}, {"code": "x"}, "text", 3])
def test_a_page_of_another_shape_is_a_failed_read(network, body):
    network.get(place.ANY, json=body)
    with pytest.raises(RemoteUnavailable):
        place.on_network().list_orders(since=None)


def test_an_order_without_a_currency_and_an_undated_draft_hold_up_no_other(network):
    """mailchimp/mc-woocommerce#554; a draft in the sample answers of woocommerce-ios."""
    undated = dict.fromkeys(("date_created_gmt", "date_modified_gmt", "date_paid_gmt", "date_completed_gmt"))
    network.get(place.ANY, json=[
        recorded.order(id=1, refunds=[]),
        recorded.order(id=2, number="2", refunds=[], currency=""),
        recorded.order(id=3, number="3", refunds=[], status="draft", line_items=[], total="0.00", **undated),
        recorded.order(id=4, refunds=[]),
    ])  # fmt: skip

    page = place.on_network().list_orders(since=None)

    assert [order.external_id for order in page.orders] == ["1", "4"]
    assert [(row.number, row.reason.split("”")[0]) for row in page.unreadable] == [
        ("2", "The field “currency"),
        ("3", "The field “date_created_gmt"),
    ]


def test_an_empty_answer_is_a_failed_read(network):
    network.get(place.ANY, status=204)
    with pytest.raises(RemoteUnavailable):
        place.on_network().list_orders(since=None)


@pytest.mark.parametrize("said", ["x", "2026-11-20T10:00:00|0x1|", "a|1|", "|1|x", "|" * 5, "2026|1|1\n"])
def test_a_strange_cursor_is_refused(said):
    with pytest.raises(InputRejected):
        reading.ByChange.read(said)


def test_a_page_of_many_thousand_orders_is_quick(world):
    home = WooCommerceSimulator(world)
    made = home.make_order()
    body = home.order(made.id)
    with world.store.write() as db:
        session = home.session(db, home.shop("demo"))
        for number in range(10_000):
            at = body["modified"] + number
            session.put("order", 10**6 + number, body | {"id": 10**6 + number, "modified": at}, at=at)
    shop = place.on_world(world)
    begun = time.process_time()
    for after in ("2026-11-20T10:00:00", "2026-11-20T11:30:00"):
        assert len(shop.list_orders(since=None, cursor=f"{after}|1|").orders) == 100
    assert time.process_time() - begun < 2


def test_what_is_asked_stands_in_the_address_alone(network):
    network.get(place.ANY, json=[])
    place.on_network().list_orders(since=NOW)
    asked = parse_qs(urlsplit(network.calls[0].request.url).query)
    assert set(asked) == {"per_page", "page", "orderby", "order", "modified_after", "dates_are_gmt"}
