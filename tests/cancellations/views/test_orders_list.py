from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cancellations.pages import orders_list
from stores.canonical.order import Cancellable, Person
from stores.kernel import clock
from stores.models import AuditEvent, ConnectionHealth, OrderRecord, Role, Store, StoreSync
from stores.services import orders as kept
from tests import make
from tests.rigs.people import Cast

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def browser(cast: Cast, browser_of: Callable[..., Client]) -> Client:
    return browser_of(cast.staff_a)


def keep(shop: Store, number: str, **fields: Any) -> OrderRecord:
    return kept.save(shop, make.canonical_order(number=number, **fields), make.NOW)


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


class TestTheList:
    def test_shows_the_orders_of_ones_shops(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "#1047", customer=Person(name="李伟", email="li@example.com"))
        keep(cast.shop_b, "#2048")

        page = text_of(browser.get("/orders"))

        assert "#1047" in page
        assert "李伟" in page
        assert "#2048" not in page

    def test_a_total_nobody_told_is_a_dash_and_no_zero(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "#1", lines=(), totals=make.totals("0", "JPY"), currency="JPY", is_summary=True)
        keep(cast.shop_a, "#2", lines=(), totals=make.totals("0"))

        page = text_of(browser.get("/orders"))

        assert "JP¥0" not in page
        assert 'title="known once the order is read">—' in page
        assert "US$0.00" in page

    def test_a_search_replaces_the_results_in_place(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "#1047")
        keep(cast.shop_a, "#2000")

        answer = browser.get("/orders", {"q": "1047"}, headers=FRAGMENT)

        assert "#1047" in text_of(answer)
        assert "#2000" not in text_of(answer)
        assert "<html" not in text_of(answer)
        assert "HX-Request" in answer["Vary"]

    def test_going_back_in_the_browser_gives_the_whole_page(self, browser: Client) -> None:
        answer = browser.get("/orders", headers=FRAGMENT | {"HX-History-Restore-Request": "true"})

        assert "<html" in text_of(answer)

    def test_names_are_text_and_never_markup(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "#1", customer=Person(name="<script>alert(1)</script>", email="\u202eevil@example.com"))

        page = text_of(browser.get("/orders"))

        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page

    def test_asks_the_database_as_often_for_one_row_as_for_twenty(self, browser: Client, cast: Cast) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as seen:
                assert browser.get("/orders", {"q": "raman"}, headers=FRAGMENT).status_code == 200
            return len(seen)

        keep(cast.shop_a, "#1")
        queries()
        for_one = queries()
        for number in range(2, 22):
            keep(cast.shop_a, f"#{number}")

        assert queries() == for_one

    def test_pages_lead_on_and_keep_the_filters(self, browser: Client, cast: Cast) -> None:
        for number in range(60):
            keep(cast.shop_a, f"#{number}", placed_at=make.NOW - timedelta(minutes=number))

        page = text_of(browser.get("/orders", {"cancellable": "all"}))

        assert 'rel="next"' in page
        assert "cancellable=all&amp;after=older-" in page


class TestFilters:
    def test_chips_narrow_and_are_taken_off_without_script(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "#1", cancellable=Cancellable.ALL)
        keep(cast.shop_a, "#2", cancellable=Cancellable.NONE)

        page = text_of(browser.get("/orders", {"cancellable": "all"}))

        assert "#1<" in page
        assert "#2<" not in page
        assert 'id="cancellable-all" value="all" checked' in page
        assert '<a class="small" href="/orders" hx-get="/orders"' in page  # back to the whole list

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("placed_from", "21.11.2026", "Write the day as 2026-11-21."),
            ("total_from", "1e5", "Write a plain number"),
            ("total_to", "１２", "Write a plain number"),
            ("total_from", "-1", "Write a plain number"),
            ("payment", "bitcoin", "Allowed: pending, authorised"),
            ("shop", "not-a-shop", "This shop is not one of yours"),
            ("q", "1 " * 10 + ",".join(str(n) for n in range(300)), "At most 200 numbers at once"),
            ("q", "x" * 5000, "At most 3000 characters"),
        ],
    )
    def test_a_value_that_does_not_fit_is_told_and_the_rest_still_narrows(
        self, browser: Client, cast: Cast, field: str, value: str, words: str
    ) -> None:
        keep(cast.shop_a, "#1", cancellable=Cancellable.ALL)
        keep(cast.shop_a, "#2", cancellable=Cancellable.NONE)

        answer = browser.get("/orders", {field: value, "cancellable": "all"})

        assert answer.status_code == 422
        assert words in text_of(answer)
        assert "#1<" in text_of(answer)
        assert "#2<" not in text_of(answer)

    def test_ends_that_do_not_meet_are_told(self, browser: Client) -> None:
        answer = browser.get("/orders", {"total_from": "10", "total_to": "5"})

        assert answer.status_code == 422
        assert "This must not be before (or below) the other end." in text_of(answer)

    def test_a_shop_of_somebody_else_is_not_known(self, browser: Client, cast: Cast) -> None:
        answer = browser.get("/orders", {"shop": str(cast.shop_b.uuid)})

        assert answer.status_code == 422

    @pytest.mark.parametrize("query", ["q=%00%ff%fe", "after=%27%3B--", "after=older-1-1&q=%E2%80%AE", "q[]=1&shop="])
    def test_broken_addresses_are_answered(self, browser: Client, query: str) -> None:
        assert browser.get(f"/orders?{query}").status_code in (200, 422)


class TestFreshness:
    def test_an_up_to_date_shop_says_when(self, browser: Client, cast: Cast) -> None:
        StoreSync.objects.filter(store=cast.shop_a).update(fresh_at=clock.now() - timedelta(seconds=20))

        assert "Acrylic Studio: up to date" in text_of(browser.get("/orders"))

    def test_many_up_to_date_shops_fold_into_one_line_and_the_failing_one_stands_out(
        self, browser: Client, cast: Cast
    ) -> None:
        for number in range(4):
            make.membership(cast.staff_a, make.store(f"Fine {number}"), Role.STAFF)
        StoreSync.objects.update(fresh_at=clock.now())
        failing = ConnectionHealth.objects.filter(connection=cast.shop_a.connection)
        failing.update(failures=1, last_success_at=None, last_error_at=make.NOW)
        StoreSync.objects.filter(store=cast.shop_a).update(error="The shop could not be reached.", fresh_at=None)

        page = browser.get("/orders").content.decode()

        assert "4 shops up to date" in text_of(browser.get("/orders"))
        assert page.count('class="fresh bad"') == 1
        assert "Fine 3: up to date" not in page

    def test_a_failing_shop_is_never_passed_off_as_empty(self, browser: Client, cast: Cast) -> None:
        StoreSync.objects.filter(store=cast.shop_a).update(error="The shop could not be reached.", fresh_at=None)
        ConnectionHealth.objects.filter(connection=cast.shop_a.connection).update(
            failures=1, last_success_at=None, last_error_at=make.NOW
        )

        page = text_of(browser.get("/orders"))

        assert "Acrylic Studio does not answer" in page
        assert "This does not mean that there are no orders" in page
        assert "No orders yet" not in page

    def test_a_failing_shop_says_of_when_its_copy_is(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "#1")
        StoreSync.objects.filter(store=cast.shop_a).update(error="No answer.", copied=1)

        assert "showing the copy of" in text_of(browser.get("/orders"))

    def test_a_shop_that_says_no_is_not_called_silent(self, browser: Client, cast: Cast) -> None:
        StoreSync.objects.filter(store=cast.shop_a).update(error="Access denied for orders field.")

        page = text_of(browser.get("/orders"))

        assert "Acrylic Studio answers, but its orders cannot be read" in page
        assert "Access denied" in page

    def test_a_first_import_shows_how_far_it_is(self, browser: Client, cast: Cast) -> None:
        StoreSync.objects.filter(store=cast.shop_a).update(phase="import", copied=1200, expected=4000, fresh_at=None)

        page = text_of(browser.get("/orders"))

        assert "first import, 1,200 of 4,000 orders" in page
        assert 'hx-trigger="every 5s"' in page

    def test_nothing_found_says_what_to_do(self, browser: Client, cast: Cast) -> None:
        StoreSync.objects.filter(store=cast.shop_a).update(fresh_at=clock.now())
        keep(cast.shop_a, "#1")

        assert "Try fewer words" in text_of(browser.get("/orders", {"q": "nobody"}))

    def test_without_a_shop_the_owner_is_led_to_connect_one(self, browser_of: Callable[..., Client], db: None) -> None:
        page = text_of(browser_of(make.person(is_owner=True)).get("/orders"))

        assert "No shop yet" in page
        assert "/shops/connect" in page


class TestExport:
    def rows(self, answer: Any) -> list[list[str]]:
        return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))

    def test_holds_the_filtered_list(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "#1", cancellable=Cancellable.ALL, customer=Person(name="=HYPERLINK(1)", email="a@b.c"))
        keep(cast.shop_a, "#2", cancellable=Cancellable.NONE)
        keep(cast.shop_b, "#3", cancellable=Cancellable.ALL)

        header, *rows = self.rows(browser.post("/orders.csv", {"cancellable": "all"}))

        assert [row[0] for row in rows] == ["#1"]
        assert rows[0][header.index("Customer")] == "'=HYPERLINK(1)"
        assert rows[0][header.index("Total")] == "10.00"

    def test_is_asked_for_by_a_form_that_keeps_the_filters(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "#1", cancellable=Cancellable.ALL)

        assert browser.get("/orders.csv").status_code == 405
        page = browser.get("/orders", {"cancellable": "all", "q": "1"}).content.decode()
        form = page[page.index('action="/orders.csv"') :]
        form = form[: form.index("</form>")]
        assert 'name="cancellable" value="all"' in form
        assert 'name="q" value="1"' in form
        assert "csrfmiddlewaretoken" in form

    def test_leaves_a_total_empty_that_nobody_told(self, browser: Client, cast: Cast) -> None:
        keep(cast.shop_a, "#1", lines=(), totals=make.totals("0"), is_summary=True)
        keep(cast.shop_a, "#2", lines=(), totals=make.totals("0"))

        header, *rows = self.rows(browser.post("/orders.csv"))

        assert {row[0]: row[header.index("Total")] for row in rows} == {"#1": "", "#2": "0.00"}

    def test_leaves_a_trace(self, browser: Client) -> None:
        self.rows(browser.post("/orders.csv", {"q": "priya"}))

        event = AuditEvent.objects.get(kind="orders.exported")
        assert "priya" not in event.body

    def test_a_filter_that_does_not_fit_leads_back_to_the_page(self, browser: Client) -> None:
        answer = browser.post("/orders.csv", {"total_from": "1e5"})

        assert answer["Location"] == "/orders?total_from=1e5"


def test_the_disputed_are_not_said_to_be_all(cast, browser_of):
    browser = browser_of(cast.staff_a)

    assert "the disputes that Rescind knows of" in browser.get("/orders?disputed=1").content.decode()
    assert "the disputes that Rescind knows of" not in browser.get("/orders").content.decode()


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["Northwind Goods (sandbox)", "Northwind Asia (sandbox)"], ["Goods", "Asia"]),
        (["North Wind", "North Wind"], ["Wind", "Wind"]),
        (["Goods", "Trade"], ["Goods", "Trade"]),
        (["A B C", "A C"], ["B", "C"]),
        (["Goods"], [""]),
    ],
)
def test_a_column_leaves_out_what_all_shops_begin_and_end_with(names, short):
    shops = [Store(pk=n, name=name) for n, name in enumerate(names)]

    assert list(orders_list._short_names(shops).values()) == short
