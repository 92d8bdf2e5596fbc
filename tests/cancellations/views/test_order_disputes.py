"""An order in dispute, on its page: no money goes back by the way; whoever insists says why and asks a second one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from cancellations.models import Cancellation
from stores.models import OrderRecord
from tests.cancellations.views.test_order import FRAGMENT, text_of, url, wish
from tests.rigs.desk import Desk

TICK = {"despite_dispute": "on"}


@pytest.fixture
def browser(desk: Desk, browser_of: Callable[..., Client]) -> Client:
    return browser_of(desk.staff)


@pytest.fixture
def record(desk: Desk) -> OrderRecord:
    return desk.order(dispute="NEEDS_RESPONSE")


def test_the_page_says_it_and_offers_the_tick_for_this_order_only(desk, browser, record):
    other = desk.order()

    assert "Give the money back although it is disputed" in text_of(browser.get(url(record) + "?live=1"))
    assert "although it is disputed" not in text_of(browser.get(url(other) + "?live=1"))


def test_a_refund_is_blocked_at_the_tick(desk, browser, record):
    told = text_of(browser.post(url(record, "preview"), wish(record, desk, "1"), headers=FRAGMENT))

    assert 'id="wrong-despite" hx-swap-oob="true">Chargeback: needs response. A refund on top of a dispute' in told
    assert "formaction" not in told


def test_without_a_refund_nothing_is_blocked(desk, browser, record):
    answer = browser.post(url(record, "preview"), wish(record, desk, "3", refund="none"), headers=FRAGMENT)

    assert "formaction" in text_of(answer)


def test_the_tick_asks_for_a_reason_and_then_for_a_second_person(desk, browser, record):
    bare = browser.post(url(record, "preview"), wish(record, desk, "1", **TICK), headers=FRAGMENT)
    assert bare.status_code == 422
    assert "Say why the money goes back although the payment is disputed." in text_of(bare)

    typed = wish(record, desk, "1", note="The customer withdrew it", **TICK)
    shown = text_of(browser.post(url(record, "preview"), typed, headers=FRAGMENT))
    assert "Send for approval" in shown
    assert "needs a second person" in shown
    assert "Somebody else has to approve it" not in shown  # said once
    assert shown.count("A refund on top of a dispute") == 1

    named = shown.split('name="preview" value="')[1].split('"')[0]
    browser.post(url(record, "confirm"), typed | {"preview": named})
    waits = Cancellation.objects.get(order=record)
    assert waits.state == "awaiting_approval"
    page = text_of(browser.get(f"/cancellations/{waits.uuid}"))
    assert "The payment is disputed" in page
    assert "Above the limit" not in page
    assert "Chargeback: needs response. A refund on top of a dispute" in page  # for who decides
    assert "asked for approval" in page
    assert "above their limit" not in page
