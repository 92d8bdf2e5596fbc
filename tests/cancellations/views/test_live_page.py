"""The page of a cancellation in a real Chromium: it follows to the end and then is silent, and loses nothing typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cancellations.services import decide

WATCH = 4_500  # milliseconds: two polls


@pytest.fixture
def held(desk):
    desk.store.hold_seconds = 600
    desk.store.save()
    record = desk.order()
    return desk.confirm(record, desk.some(record, 1))


@pytest.fixture
def look(desk, live_server, open_context, browser_of, settings) -> Callable[[Any], Page]:
    """Opens the page of a cancellation as the shop's staff."""
    signed_in = browser_of(desk.staff).cookies[settings.SESSION_COOKIE_NAME].value

    def opened(cancellation: Any) -> Page:
        context = open_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": signed_in, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}/cancellations/{cancellation.uuid}")
        return page

    return opened


def test_it_follows_to_the_receipt_and_then_asks_no_more(desk, held, look):
    page, asked = look(held), []
    expect(page.locator("#state")).to_have_text("On hold")

    desk.travel(601)
    desk.work(held)

    expect(page.locator("#state")).to_have_text("Done")
    expect(page.locator("#progress")).to_contain_text("As promised")
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(WATCH)
    assert asked == []


def test_what_is_being_chosen_outlives_the_polls(held, look):
    page, answers = look(held), []
    page.on("response", lambda response: answers.append(response.status) if "/steps" in response.url else None)
    page.get_by_text("End the hold now").first.click()
    chip = page.get_by_label("The parcel is about to leave")
    chip.check()

    page.wait_for_timeout(WATCH)

    assert set(answers) == {204}
    expect(chip).to_be_checked()
    expect(chip).to_be_focused()


def test_somebody_elses_decision_appears_by_itself(desk, held, look):
    page = look(held)

    decide.take_back(actor=desk.staff, cancellation=held)

    expect(page.locator("#state")).to_have_text("Taken back")
    expect(page.get_by_role("button", name="Take it back")).to_have_count(0)


def test_who_must_decide_sees_the_shop_live(desk, look):
    record = desk.order(gateway="bogus_fail")
    stopped = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)

    page = look(stopped)

    expect(page.locator("#live-comparison")).to_contain_text("failed at the payment provider")
    page.locator("#decide").get_by_text("Otherwise: it was done by hand").click()
    page.locator("#decide").get_by_label("Their record").fill("4711")
    page.locator("#decide").get_by_label("What you saw and did").fill("Paid by bank transfer")
    page.get_by_role("button", name="Settle this step").click()
    expect(page.locator("#flash")).to_contain_text("Settled by hand")
    desk.work(stopped)
    expect(page.locator("#progress")).to_contain_text("No such record on the order")
