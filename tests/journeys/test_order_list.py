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
