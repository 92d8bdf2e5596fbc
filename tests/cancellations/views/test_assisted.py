"""A step the platform has no call for: said before, done by a person with what to copy, settled, read back."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cancellations.models import Cancellation
from cancellations.states import StepState
from sandbox.platforms.shopify.spec import Line
from stores.canonical.capabilities import assisted
from stores.canonical.recipe import Cancel, Refunds, Restock
from stores.platforms.shopify import Shopify
from tests.rigs.desk import Desk

HOW = "Correct the stock in the platform's own desk."
NO_RESTOCK = Cancel(refunds=Refunds.WITH_CANCEL, restocks=Restock.NEVER)


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that cancels by call and restocks by hand."""
    monkeypatch.setattr(Shopify, "capabilities", replace(Shopify.capabilities, restock=assisted(HOW)))
    monkeypatch.setattr(Shopify, "recipe", replace(Shopify.recipe, cancel=NO_RESTOCK))


@pytest.fixture
def waiting(desk: Desk) -> Cancellation:
    record = desk.order(lines=[Line(sku="RED", quantity=2)])
    return desk.work(desk.confirm(record, desk.everything(record)))


def text_of(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def test_the_order_page_says_what_will_be_done_by_hand(desk: Desk, browser_of: Callable[..., Any]) -> None:
    record = desk.order(lines=[Line(sku="RED", quantity=2)])
    browser = browser_of(desk.staff)
    live = text_of(browser.get(f"/orders/{record.uuid}/live"))
    assert 'name="restock" value="on" aria-describedby' in live, "can be chosen, and is not chosen by itself"
    assert f"You do this by hand: {HOW}" in live

    typed = {"fill": "all", "restock": "on", "reason": "customer", "refund": "full"}
    page = text_of(browser.post(f"/orders/{record.uuid}/preview", typed))

    assert "Put the units back in stock by hand" in page
    assert f"You do this by hand: Rescind asks you when it is time, with what to copy. {HOW}" in page
    assert "Put the units back in stock by hand (you do this by hand)" in page


def test_it_waits_for_the_person_with_what_to_copy(desk: Desk, waiting: Cancellation, browser_of: Any) -> None:
    page = text_of(browser_of(desk.staff).get(f"/cancellations/{waiting.uuid}"))

    assert desk.steps(waiting)["cancel"] == StepState.APPLIED
    assert desk.steps(waiting)["assisted"] == StepState.NEEDS_PERSON
    assert HOW in page
    assert 'data-copy="+2"' in page
    assert 'data-copy="' + waiting.order.number in page
    assert "Do it by" in page
    assert "Overdue" not in page
    assert "Open the order in the shop's own desk" in page
    assert "Look, then try again" not in page, "there is no call to try again"


def test_past_its_deadline_it_says_so(desk: Desk, waiting: Cancellation, browser_of: Any) -> None:
    desk.travel(25 * 3600)

    assert "Overdue" in text_of(browser_of(desk.staff).get(f"/cancellations/{waiting.uuid}"))


def test_done_by_the_person_it_is_read_back_and_finished(desk: Desk, waiting: Cancellation, browser_of: Any) -> None:
    words = {"evidence": waiting.order.external_id, "note": "Two red ones counted in."}

    answer = browser_of(desk.staff).post(f"/cancellations/{waiting.uuid}/steps/2/settle", words)
    done = desk.work(waiting)

    assert answer.status_code == 302
    assert (done.state, done.differs) == ("done", False)
    assert desk.steps(done) == {"cancel": "applied", "assisted": "settled", "verify": "applied"}
    page = text_of(browser_of(desk.staff).get(f"/cancellations/{done.uuid}"))
    assert "Two red ones counted in." in page
    assert "This order; it is cancelled" in page
