"""The order list in a real browser: search as you type, pills, back, and the same without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from stores.canonical.order import Cancellable, Person
from stores.models import Store
from stores.services import orders
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop() -> Store:
    made = make.store("Acrylic Studio")
    for number, name, cancellable in (
        ("#1047", "Priya Raman", Cancellable.ALL),
        ("#1048", "Li Wei", Cancellable.NONE),
        ("#1049", "Priya Novak", Cancellable.NONE),
    ):
        person = Person(name=name, email=f"{number[1:]}@example.com")
        order = make.canonical_order(number=number, customer=person, cancellable=cancellable)
        orders.save(made, order, make.NOW)
    return made


@pytest.fixture
def enter(
    shop: Store, live_server: Any, browser_of: Callable[..., Client], open_context: Callable[..., BrowserContext]
) -> Callable[..., Page]:
    """The list, opened by somebody of the shop."""
    who = make.person()
    make.membership(who, shop)
    cookie = browser_of(who).cookies[settings.SESSION_COOKIE_NAME].value

    def start(query: str = "", **options: Any) -> Page:
        context = open_context(**options)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}/orders{query}")
        return page

    return start


def numbers(page: Page) -> Any:
    return page.locator("#results tbody a.open")


def narrow(page: Page) -> None:
    """By a chip, whose choice applies at once."""
    page.locator("summary", has_text="More").click()
    page.get_by_label("All can be cancelled").check()


def test_typing_narrows_the_list_and_back_undoes_it(enter: Callable[..., Page]) -> None:
    page = enter()
    expect(numbers(page)).to_have_count(3)

    page.keyboard.press("/")
    page.keyboard.type("priya")
    expect(numbers(page)).to_have_count(2)
    narrow(page)
    expect(numbers(page)).to_have_text(["#1047"])
    assert "q=priya" in page.url
    assert "cancellable=all" in page.url

    page.go_back()

    expect(numbers(page)).to_have_count(2)
    expect(page.get_by_role("searchbox")).to_have_value("priya")


def test_the_box_keeps_the_filters_that_were_chosen_before(enter: Callable[..., Page]) -> None:
    page = enter()
    narrow(page)
    expect(numbers(page)).to_have_text(["#1047"])

    page.get_by_role("searchbox").fill("novak")

    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    assert "cancellable=all" in page.url


def test_a_wrong_amount_is_told_where_it_was_typed(enter: Callable[..., Page]) -> None:
    page = enter()
    page.locator("summary", has_text="More").click()

    page.get_by_label("Total from").fill("1e5")
    page.get_by_label("Total to").click()

    expect(page.get_by_label("Total from")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Total from")).to_have_value("1e5")
    expect(page.get_by_label("Total from")).to_be_visible()


def test_everything_works_without_script(enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False)

    page.get_by_role("searchbox").fill("priya")
    page.get_by_role("searchbox").press("Enter")
    narrow(page)
    page.get_by_role("button", name="Show").last.click()
    assert numbers(page).all_text_contents() == ["#1047"]

    page.locator("summary", has_text="More").click()
    page.get_by_label("All can be cancelled").uncheck()
    page.get_by_role("button", name="Show").last.click()
    assert sorted(numbers(page).all_text_contents()) == ["#1047", "#1049"]


@pytest.mark.parametrize("width", [390, 768, 1360])
def test_nothing_is_wider_than_the_window(enter: Callable[..., Page], width: int) -> None:
    page = enter(viewport={"width": width, "height": 800})
    page.locator("summary", has_text="More").click()

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    panel = page.locator("#f-more .panel").bounding_box()
    assert panel
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= width


def test_a_range_is_ticked_and_the_bar_adds_it_up(enter: Callable[..., Page]) -> None:
    page = enter()
    boxes = page.locator("[data-select]")
    bar = page.get_by_role("region", name="Selection")
    expect(bar).to_be_hidden()

    boxes.first.click()
    boxes.nth(2).click(modifiers=["Shift"])

    expect(bar).to_contain_text("3 selected")
    expect(bar).to_contain_text("US$30.00")

    page.keyboard.press("Tab")
    page.locator("a.open").nth(1).focus()
    page.keyboard.press("x")

    expect(bar).to_contain_text("2 selected")


def without_the_shop(page: Page) -> Page:
    """An order's page asks the shop for the live one: not here."""
    page.route("**/live?*", lambda route: route.abort())
    return page


def test_the_whole_row_opens_the_order(enter: Callable[..., Page]) -> None:
    page = without_the_shop(enter())

    page.locator("tr[data-row] .c-money").first.click(force=True)  # the link of the number lies over the row

    expect(page.get_by_role("heading", level=1)).to_contain_text("#10")
    assert "walk=all" in page.url


def test_enter_opens_the_only_hit(enter: Callable[..., Page]) -> None:
    page = without_the_shop(enter())
    page.get_by_role("searchbox").fill("novak")
    expect(numbers(page)).to_have_text(["#1049"])

    page.get_by_role("searchbox").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("#1049")


def test_a_list_pasted_into_the_box_is_looked_up_whole(enter: Callable[..., Page]) -> None:
    page = enter()
    box = page.get_by_role("searchbox")

    box.evaluate(
        """box => { const clip = new DataTransfer(); clip.setData("text/plain", "1047\\n1048\\n9999");
        box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: clip, bubbles: true, cancelable: true})); }"""
    )

    expect(page.get_by_text("1 of 3 numbers was not found")).to_be_visible()
    expect(numbers(page)).to_have_count(2)


def test_a_menu_stays_open_while_its_choices_apply(enter: Callable[..., Page]) -> None:
    page = enter()
    page.locator("#f-payment summary").click()

    page.locator("#payment-pending").check()

    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    expect(page.locator("#payment-pending")).to_be_visible()
    page.locator("#payment-paid").check()
    expect(numbers(page)).to_have_count(3)


def test_the_browser_offers_its_zone_once(enter: Callable[..., Page]) -> None:
    page = enter(timezone_id="Asia/Tokyo")

    page.get_by_role("button", name="Yes").click()

    expect(page.get_by_text("Times: Tokyo time.")).to_be_visible()
    expect(page.locator("[data-zone-offer]")).to_have_count(0)
