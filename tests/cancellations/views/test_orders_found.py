"""How many orders are found and what they come to, and what leads on from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cancellations.pages import orders_found
from stores.canonical.order import Cancellable
from stores.models import OrderRecord, Role
from tests import make
from tests.rigs.people import Cast

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def browser(cast: Cast, browser_of: Callable[..., Client]) -> Client:
    return browser_of(cast.staff_a)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_counts_and_adds_each_currency_for_itself(browser: Client, cast: Cast) -> None:
    euro = make.store("Euro shop", currency="EUR")
    make.membership(cast.staff_a, euro)
    for total in (1000, 250):
        make.order_record(store=cast.shop_a, total_minor=total, currency="USD")
    make.order_record(store=euro, total_minor=9900, currency="EUR")
    make.order_record(store=cast.shop_b, total_minor=1)

    page = text_of(browser.get("/orders/found", headers=FRAGMENT))

    assert "<b>3 orders</b> · US$12.50 + €99.00" in page
    assert "Select all 3 that match" in page


def test_what_nobody_told_is_no_zero(browser: Client, cast: Cast) -> None:
    make.order_record(store=cast.shop_a, total_minor=1000)
    make.order_record(store=cast.shop_a, total_minor=0, is_summary=True)

    assert "2 orders</b> · US$10.00 · 1 without a total" in text_of(browser.get("/orders/found", headers=FRAGMENT))


def test_above_the_most_it_counts_no_further(browser: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders_found, "MOST", 2)
    for _ in range(3):
        make.order_record(store=cast.shop_a)

    page = text_of(browser.get("/orders/found", headers=FRAGMENT))

    assert "more than 2 orders" in page
    assert "US$" not in page


def test_follows_the_filters(browser: Client, cast: Cast) -> None:
    make.order_record(store=cast.shop_a, cancellable=Cancellable.NONE)
    make.order_record(store=cast.shop_a, cancellable=Cancellable.ALL, total_minor=500)

    assert "1 order</b> · US$5.00" in text_of(browser.get("/orders/found?cancellable=all", headers=FRAGMENT))


def test_the_page_does_not_wait_for_it_and_without_script_a_link_counts(browser: Client, cast: Cast) -> None:
    make.order_record(store=cast.shop_a, total_minor=500)

    assert "US$5.00 ·" not in text_of(browser.get("/orders"))
    assert 'hx-get="/orders/found?payment=paid" hx-trigger="load"' in text_of(browser.get("/orders?payment=paid"))
    assert "<b>1 order</b> · US$5.00" in text_of(browser.get("/orders?count=1"))
    assert browser.get("/orders/found?payment=paid")["Location"] == "/orders?payment=paid&count=1"


class TestEnter:
    def test_opens_the_only_hit(self, browser: Client, cast: Cast) -> None:
        row = make.order_record(store=cast.shop_a, number="#77", number_folded="77", search=" 77 ")

        assert browser.get("/orders?q=77&go=1")["Location"] == f"/orders/{row.uuid}?walk=q%3D77"
        assert browser.get("/orders?q=77&go=1", headers=FRAGMENT)["HX-Redirect"].startswith(f"/orders/{row.uuid}")

    def test_shows_the_list_while_somebody_types_and_for_several(self, browser: Client, cast: Cast) -> None:
        for number in ("771", "772"):
            make.order_record(store=cast.shop_a, number=number, number_folded=number, search=f" {number} ")

        assert browser.get("/orders?q=771").status_code == 200
        answer = browser.get("/orders?q=77&go=1", headers=FRAGMENT)
        assert answer.status_code == 200
        assert answer["HX-Push-Url"] == "/orders?q=77"


class TestRows:
    def test_fifty_rows_cost_seven_queries(self, browser: Client, cast: Cast) -> None:
        for _ in range(51):
            make.cancellation(record=make.order_record(store=cast.shop_a), state="running")

        browser.get("/orders")  # the session notes that it is used, once a minute
        with CaptureQueriesContext(connection) as seen:
            page = text_of(browser.get("/orders"))

        assert page.count("data-row") == 50
        assert page.count(">Running</span>") == 50
        assert len(seen) <= 7

    def test_the_row_opens_the_order_and_takes_the_list_along(self, browser: Client, cast: Cast) -> None:
        row = make.order_record(store=cast.shop_a)

        assert f'href="/orders/{row.uuid}?walk=all"' in text_of(browser.get("/orders"))
        assert f'href="/orders/{row.uuid}?walk=payment%3Dpaid%26sort%3Dmost"' in text_of(
            browser.get("/orders?payment=paid&sort=most")
        )

    def test_what_was_bought_stands_with_how_many_more(self, browser: Client, cast: Cast) -> None:
        make.order_record(store=cast.shop_a, bought="Linen shirt, white", lines=3)

        assert 'Linen shirt, white</bdi> <span class="more-n">+2</span>' in text_of(browser.get("/orders"))

    def test_shops_that_begin_alike_are_told_apart_by_the_rest(self, browser: Client, cast: Cast) -> None:
        for name in ("Acrylic Studio Goods", "Acrylic Studio Asia"):
            shop = make.store(name)
            make.membership(cast.staff_b, shop)
            make.order_record(store=shop)
        cast.staff_b.memberships.filter(store=cast.shop_b).delete()
        client = Client()
        client.force_login(cast.staff_b)

        page = text_of(client.get("/orders"))

        assert "<span>Goods</span>" in page
        assert 'title="Acrylic Studio Goods, Shopify"' in page

    def test_a_column_sorts_both_ways_and_says_so(self, browser: Client, cast: Cast) -> None:
        make.order_record(store=cast.shop_a)

        assert 'class="num" aria-sort="descending"><a href="?sort=least"' in text_of(browser.get("/orders?sort=most"))
        assert 'aria-sort="ascending"><a href="?"' in text_of(browser.get("/orders?sort=oldest"))

    def test_pages_of_another_order_than_time_are_not_called_older(self, browser: Client, cast: Cast) -> None:
        for _ in range(51):
            make.order_record(store=cast.shop_a)

        assert "Older" in text_of(browser.get("/orders")).split('class="pager"')[1].split("</nav>")[0]
        assert "Next page" in text_of(browser.get("/orders?sort=most")).split('class="pager"')[1].split("</nav>")[0]

    def test_names_of_every_script_stand_for_themselves(self, browser: Client, cast: Cast) -> None:
        for name in ("陳美玲", "ليلى حداد", "Νίκος", "김민준", "สมชาย"):
            make.order_record(store=cast.shop_a, customer_name=name)

        page = text_of(browser.get("/orders"))

        assert all(f"{name}</bdi>" in page for name in ("陳美玲", "ليلى حداد", "Νίκος", "김민준", "สมชาย"))


def test_hundreds_of_shops_are_drawn_when_the_chip_is_opened(browser: Client, cast: Cast) -> None:
    for number in range(25):
        make.membership(cast.staff_a, make.store(f"Branch {number:02}"), Role.STAFF)
    make.order_record(store=cast.shop_a)

    assert "Branch 24" not in text_of(browser.get("/orders")).replace("Branch 24:", "")
    assert "Branch 24" in text_of(browser.get("/orders/shops", headers=FRAGMENT))
    assert 'name="shop"' in text_of(browser.get("/orders?shops=1"))
    assert OrderRecord.objects.count() == 1
