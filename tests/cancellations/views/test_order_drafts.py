"""What was chosen comes back: after a reload, on another device, in a new session; and who else has the order open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from cancellations.forms.preview import PreviewForm, worth_keeping
from cancellations.models import Cancellation, OrderDraft, OrderVisit, Preview
from cancellations.services import drafts
from stores.kernel import clock
from stores.services import orders
from tests import make
from tests.cancellations.views.test_order import FRAGMENT, text_of, url, wish
from tests.rigs.desk import Desk

REPLACED = "You chose something else in another tab or on another device."


@pytest.fixture
def browser(desk: Desk, browser_of: Callable[..., Client]) -> Client:
    return browser_of(desk.staff)


def test_another_device_brings_everything_back(desk: Desk, browser: Client, browser_of: Callable[..., Client]) -> None:
    record = desk.order()
    browser.post(url(record, "preview"), wish(record, desk, "2", note="Ticket 5512", refund="none"), headers=FRAGMENT)

    elsewhere = browser_of(desk.staff)
    copy, page = text_of(elsewhere.get(url(record))), text_of(elsewhere.get(url(record, "live"), headers=FRAGMENT))

    for shown in (copy, page):
        assert 'value="2" min="0"' in shown
        assert "Ticket 5512" in shown
        assert 'value="none" checked' in shown
        assert "Draft kept" in shown
    assert "2 units leave the order" in page
    assert "formaction" in page


def test_the_words_are_sealed(desk: Desk, browser: Client) -> None:
    record = desk.order()
    browser.post(url(record, "preview"), wish(record, desk, "2", note="Ticket 5512"), headers=FRAGMENT)

    assert b"5512" not in bytes(OrderDraft.objects.get().sealed)


def test_somebody_else_sees_nothing_of_it(desk: Desk, browser: Client, browser_of: Callable[..., Client]) -> None:
    record = desk.order()
    browser.post(url(record, "preview"), wish(record, desk, "2", note="Ticket 5512"), headers=FRAGMENT)

    page = text_of(browser_of(make.person(is_owner=True)).get(url(record)))

    assert "Ticket 5512" not in page
    assert "Draft kept" not in page


def test_what_was_wrong_is_kept_as_it_was_typed(desk: Desk, browser: Client) -> None:
    record = desk.order()
    browser.post(url(record, "preview"), wish(record, desk, "four"), headers=FRAGMENT)

    assert 'value="four"' in text_of(browser.get(url(record, "live"), headers=FRAGMENT))


def test_confirming_ends_it(desk: Desk, browser: Client) -> None:
    record = desk.order()
    form = wish(record, desk, "2")
    browser.post(url(record, "preview"), form, headers=FRAGMENT)
    browser.post(url(record, "confirm"), form | {"preview": str(Preview.objects.latest("pk").uuid)})

    assert Cancellation.objects.count() == 1
    assert not OrderDraft.objects.exists()


def test_start_over_forgets_it(desk: Desk, browser: Client) -> None:
    record = desk.order()
    browser.post(url(record, "preview"), wish(record, desk, "2"), headers=FRAGMENT)

    answer = browser.post(url(record, "forget"))

    assert answer["Location"] == url(record)
    assert not OrderDraft.objects.exists()


def test_nothing_chosen_keeps_nothing(desk: Desk, browser: Client) -> None:
    record = desk.order()
    browser.post(url(record, "preview"), wish(record, desk, "2"), headers=FRAGMENT)
    browser.post(url(record, "preview"), wish(record, desk, "0", reason="", reason_was=""), headers=FRAGMENT)

    assert not OrderDraft.objects.exists()


def test_the_later_of_two_tabs_says_that_it_replaces_the_other(desk: Desk, browser: Client) -> None:
    record = desk.order()
    one, other = {"tab": "a", "draft": "0"}, {"tab": "b", "draft": "0"}

    first = browser.post(url(record, "preview"), wish(record, desk, "1", **one), headers=FRAGMENT)
    second = browser.post(url(record, "preview"), wish(record, desk, "2", **other), headers=FRAGMENT)
    again = browser.post(url(record, "preview"), wish(record, desk, "3", **other), headers=FRAGMENT)

    assert [REPLACED in text_of(answer) for answer in (first, second, again)] == [False, True, False]
    assert drafts.of(desk.staff, record).typed[f"units.{orders.order_of(record).lines[0].id}"] == "3"


def test_a_page_that_came_with_the_draft_does_not_warn(desk: Desk, browser: Client) -> None:
    record = desk.order()
    browser.post(url(record, "preview"), wish(record, desk, "1", tab="a", draft="0"), headers=FRAGMENT)

    later = browser.post(url(record, "preview"), wish(record, desk, "2", tab="b", draft="1"), headers=FRAGMENT)

    assert REPLACED not in text_of(later)


def test_a_line_that_is_gone_is_said_and_the_rest_comes_back(desk: Desk, browser: Client) -> None:
    record = desk.order()
    line = orders.order_of(record).lines[0]
    typed = {f"units.{line.id}": "1", "units.gone": "2", "reason": "fraud"}
    drafts.keep(actor=desk.staff, record=record, typed=typed, tab="", seen=0)

    page = text_of(browser.get(url(record, "live"), headers=FRAGMENT))

    assert "1 line of your draft is no longer on this order." in page
    assert "1 unit leaves the order" in page


def test_a_draft_of_an_order_that_its_shop_no_longer_has_is_not_lost(desk: Desk, browser: Client) -> None:
    record = desk.order()
    browser.post(url(record, "preview"), wish(record, desk, "2", note="Ticket 5512"), headers=FRAGMENT)
    type(record).objects.filter(pk=record.pk).update(external_id="gid://shopify/Order/1")

    page = text_of(browser.get(url(record, "live"), headers=FRAGMENT))

    assert "Not read live." in page
    assert "Ticket 5512" in page
    assert "formaction" not in page


def test_it_ends_after_a_week(desk: Desk, browser: Client) -> None:
    record = desk.order()
    browser.post(url(record, "preview"), wish(record, desk, "2"), headers=FRAGMENT)
    later = clock.now() + drafts.KEPT + timedelta(minutes=1)

    drafts.forget_old(later)

    assert not OrderDraft.objects.exists()


def test_one_that_does_not_open_any_more_is_none(desk: Desk, browser: Client) -> None:
    record = desk.order()
    browser.post(url(record, "preview"), wish(record, desk, "2"), headers=FRAGMENT)
    OrderDraft.objects.update(sealed=b"\x01spoilt")

    assert "Draft kept" not in text_of(browser.get(url(record)))
    assert browser.post(url(record, "preview"), wish(record, desk, "1"), headers=FRAGMENT).status_code == 200
    assert "Draft kept" in text_of(browser.get(url(record)))


def test_everything_is_kept_as_the_units_it_stood_for() -> None:
    order = make.canonical_order()

    typed = worth_keeping(PreviewForm(order, {"fill": "all"}))

    assert {name for name in typed if name.startswith("units.")} == {f"units.{line.id}" for line in order.lines}


class TestWhoElseHasItOpen:
    def test_a_colleague_is_named_while_they_are_there(
        self, desk: Desk, browser: Client, browser_of: Callable[..., Client]
    ) -> None:
        record, colleague = desk.order(), make.person(is_owner=True, name="Marc Liu")
        browser_of(colleague).get(url(record, "present"), headers=FRAGMENT)

        now = text_of(browser.get(url(record, "present"), headers=FRAGMENT))
        OrderVisit.objects.filter(person=colleague).update(last_at=clock.now() - timedelta(minutes=3))
        later = text_of(browser.get(url(record, "present"), headers=FRAGMENT))

        assert "Marc Liu has this order open" in now
        assert later.strip() == ""

    def test_who_looked_stands_in_the_story(
        self, desk: Desk, browser: Client, browser_of: Callable[..., Client]
    ) -> None:
        record, colleague = desk.order(), make.person(is_owner=True, name="Marc Liu")
        browser_of(colleague).get(url(record, "live"), headers=FRAGMENT)

        page = text_of(browser.get(url(record)))

        assert "Marc Liu looked at the order" in page
        assert OrderVisit.objects.get().person == colleague

    def test_an_open_page_does_not_keep_a_session_alive(self, desk: Desk, browser: Client) -> None:
        record = desk.order()
        browser.get(url(record))

        answers = []
        for _minutes in range(4):
            desk.travel(10 * 60)
            answers.append(browser.get(url(record, "present"), headers=FRAGMENT).status_code)

        assert answers == [200, 200, 302, 302]
