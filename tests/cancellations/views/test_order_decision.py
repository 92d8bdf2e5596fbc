"""The decision beside the story: a reason that somebody chose, a true button, and no form for who only looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from cancellations.forms.preview import PreviewForm
from cancellations.models import Cancellation, Preview
from cancellations.pages import order_choices, order_facts
from sandbox.platforms.shopify.spec import Line
from stores.canonical.order import Order
from stores.canonical.request import Reason
from stores.services import orders
from tests import make
from tests.cancellations.views.test_order import FRAGMENT, text_of, url, wish
from tests.rigs.desk import Desk


@pytest.fixture
def browser(desk: Desk, browser_of: Callable[..., Client]) -> Client:
    return browser_of(desk.staff)


class TestTheReason:
    def test_none_is_chosen_for_anybody(self, desk: Desk, browser: Client) -> None:
        page = text_of(browser.get(url(desk.order()) + "?live=1"))

        reasons = page[page.index('id="why"') : page.index('id="wrong-reason"')]
        assert reasons.count('name="reason"') == len(Reason)
        assert "checked" not in reasons

    def test_without_one_the_plan_is_shown_and_cannot_be_confirmed(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = wish(record, desk, "2", reason="", reason_was="")

        shown = text_of(browser.post(url(record, "preview"), form, headers=FRAGMENT))
        answer = browser.post(url(record, "confirm"), form | {"preview": ""})

        assert "2 units leave the order" in shown
        assert "Choose a reason first." in shown
        assert "formaction" not in shown
        assert not Preview.objects.filter(cancellation__isnull=False).exists()
        assert answer.status_code == 409

    def test_one_taken_away_after_the_preview_confirms_nothing(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = wish(record, desk, "2")
        browser.post(url(record, "preview"), form)
        named = str(Preview.objects.latest("pk").uuid)

        answer = browser.post(url(record, "confirm"), form | {"preview": named, "reason": ""})

        assert answer.status_code == 422
        assert "Choose a reason first." in text_of(answer)
        assert not Cancellation.objects.exists()

    def test_the_first_one_brings_its_habits_too(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        form = wish(record, desk, "1", reason="out_of_stock", reason_was="")

        page = text_of(browser.post(url(record, "preview"), form, headers=FRAGMENT))

        assert "1 unit kept out of stock" in page

    def test_what_the_shop_gives_most_stands_first(self) -> None:
        form = PreviewForm(make.canonical_order())

        first, rest = order_choices.reason_options(form, {"fraud": 40, "duplicate": 30, "price_error": 1})

        assert [option.value for option in first][:2] == ["fraud", "duplicate"]
        assert len(first) == 3
        assert len(first) + len(rest) == len(Reason)


class TestTheButton:
    def test_no_refund_says_what_the_shop_keeps(self, desk: Desk, browser: Client) -> None:
        record = desk.order(lines=[Line(quantity=2)])
        paid = desk.live(record).totals.net.customer.amount

        page = text_of(browser.post(url(record, "preview"), wish(record, desk, "2", refund="none"), headers=FRAGMENT))

        assert f"refund US$0.00, keep US${paid}" in page


class TestWhoOnlyLooks:
    def test_an_auditor_sees_the_story_and_no_form(self, desk: Desk, browser_of: Callable[..., Client]) -> None:
        record = desk.order()
        auditor = make.person()
        make.membership(auditor, desk.store, make.Role.AUDITOR)

        page = text_of(browser_of(auditor).get(url(record) + "?live=1"))

        assert "What happened so far" in page
        assert 'id="wish"' not in page
        assert "disabled" not in page[page.index('id="live"') : page.index("</main>")]


class TestLongOrders:
    def test_an_item_is_found_on_every_page_and_the_rest_is_carried(self, desk: Desk, browser: Client) -> None:
        record = desk.order(lines=[Line(title=f"Tube {n}", quantity=2) for n in range(101)])
        desk.world.switch("limit", "enterprise")
        first = orders.order_of(record).lines[0]
        fields = wish(record, desk) | {f"units.{first.id}": "2", "find": "tube 100", "find_was": ""}

        page = text_of(browser.post(url(record, "preview"), fields, headers=FRAGMENT))

        assert page.count("<tr ") == 1
        assert f'<input type="hidden" name="units.{first.id}" value="2">' in page
        assert "2 units leave the order" in page

    def test_another_page_comes_as_a_fragment(self, desk: Desk, browser: Client) -> None:
        record = desk.order(lines=[Line(title=f"Tube {n}", quantity=2) for n in range(101)])
        desk.world.switch("limit", "enterprise")

        answer = browser.post(
            url(record, "preview"), wish(record, desk, page="2"), headers=FRAGMENT | {"HX-Target": "items"}
        )

        page = text_of(answer)
        assert page.startswith("<section")
        assert "Tube 100" in page
        assert "Page 2 of 2" in page


def column(order: Order) -> list[tuple[str, Decimal, bool]]:
    """(sign, amount, is it a total) of what counts."""
    rows = order_facts.money_rows(order)
    return [(r.sign, r.pair.customer.amount, r.is_total) for r in rows if r.sign or r.is_total]


@pytest.mark.parametrize("included", [True, False])
@pytest.mark.parametrize("discount", ["0", "3.00"])
def test_the_money_card_adds_up(included: bool, discount: str) -> None:
    plain = make.canonical_order()
    totals = replace(plain.totals, discounts=make.pair(discount), tax=make.pair("1.11"), refunded=make.pair("0.50"))
    rows = column(replace(plain, totals=totals, taxes_included=included))

    first = next(n for n, row in enumerate(rows) if row[2])
    signed = {"+": 1, "−": -1}
    assert sum(signed[sign] * amount for sign, amount, _total in rows[:first]) == rows[first][1]
    rest = rows[first + 1 :]
    assert rows[first][1] + sum(signed[s] * a for s, a, total in rest if not total) == rest[-1][1]


class TestTheCustomersOtherOrders:
    def test_they_are_counted_in_ones_own_shops(
        self, desk: Desk, browser: Client, browser_of: Callable[..., Client]
    ) -> None:
        record = desk.order()
        mail = {"customer_email": "mei@example.com", "search": "mei@example.com"}
        others = [make.order_record(store=desk.store), make.order_record(store=desk.store), make.order_record()]
        for row in (record, *others):
            type(row).objects.filter(pk=row.pk).update(**mail)
        type(record).objects.filter(pk=others[0].pk).update(cancelled_at=make.NOW)

        told = text_of(browser.get(url(record, "others"), headers=FRAGMENT))

        assert "2 other orders" in told
        assert ", 1 cancelled" in told
        assert "/orders?q=mei%40example.com" in told

    def test_nothing_is_claimed_of_a_customer_without_an_address(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        type(record).objects.filter(pk=record.pk).update(customer_email="")

        assert text_of(browser.get(url(record, "others"), headers=FRAGMENT)).strip() == ""
