"""The decision on an order, by hand: four clicks from the list, nothing lost, a bar with the sum on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.rigs.stack import Stack

DEED = "#deed button[data-deed]"


def found(page: Page, stack: Stack, name: str) -> Page:
    page.goto(f"{stack.url}/orders?q={name}")
    page.locator("#results a.open").first.click()
    expect(page.locator("#wish fieldset[disabled]")).to_have_count(0)
    return page


def start_over(page: Page) -> None:
    page.get_by_role("button", name="Start over").click()
    expect(page.get_by_role("button", name="Start over")).to_have_count(0)
    expect(page.locator("#wish fieldset[disabled]")).to_have_count(0)


def pill(page: Page, words: str) -> Locator:
    return page.locator("label.pill", has_text=words)


def test_the_rest_goes_out_of_stock_in_four_clicks(
    demo_stack: Stack, context_of: Callable[..., BrowserContext]
) -> None:
    page = context_of("owner", viewport={"width": 1280, "height": 700}).new_page()
    found(page, demo_stack, "whitfield")  # the first click

    page.get_by_text("Everything left").click()
    pill(page, "Out of stock").click()

    deed = page.locator(DEED)
    expect(deed).to_contain_text(re.compile("Cancel the order · refund"))
    expect(deed).to_be_in_viewport(ratio=1)  # the fourth is here
    expect(page.locator("#habits [name=restock]")).not_to_be_checked()
    start_over(page)


def test_a_reload_brings_the_choice_back_and_fewer_items_change_it(
    demo_stack: Stack, context_of: Callable[..., BrowserContext]
) -> None:
    page = context_of("owner", viewport={"width": 1280, "height": 900}).new_page()
    found(page, demo_stack, "whitfield")
    page.get_by_text("Everything left").click()
    pill(page, "Out of stock").click()
    expect(page.locator(DEED)).to_contain_text("Cancel the order")

    page.reload()

    expect(page.locator(DEED)).to_contain_text("Cancel the order")
    expect(page.locator("#wish [name=fill][value=all]")).to_be_checked()
    page.locator(".lines .qty [data-step='-1']").first.click()
    expect(page.locator("#wish [name=fill][value='']")).to_be_checked()
    expect(page.locator(DEED)).to_contain_text(re.compile(r"Cancel \d+ unit"))
    start_over(page)


def test_enter_in_a_number_reads_the_plan_and_stays_on_the_page(
    demo_stack: Stack, context_of: Callable[..., BrowserContext]
) -> None:
    page = context_of("owner", viewport={"width": 1280, "height": 900}).new_page()
    found(page, demo_stack, "whitfield")
    address = page.url

    units = page.locator(".lines .qty input").first
    units.fill("1")
    units.press("Enter")

    expect(page.locator("#effects")).to_contain_text("1 unit leaves the order")
    expect(page.locator("#deed")).to_contain_text("Choose a reason first.")
    assert page.url == address
    start_over(page)


def test_on_a_phone_a_bar_with_the_sum_leads_to_the_button(
    demo_stack: Stack, context_of: Callable[..., BrowserContext]
) -> None:
    page = context_of("owner", viewport={"width": 390, "height": 844}).new_page()
    found(page, demo_stack, "whitfield")
    items, decision = page.locator("#items").bounding_box(), page.locator("#decide").bounding_box()
    assert items is not None
    assert decision is not None
    assert items["y"] < decision["y"]
    expect(page.locator(".bottom-bar")).to_have_count(0)

    page.locator(".lines .qty [data-step='1']").first.click()

    bar = page.locator(".bottom-bar")
    expect(bar).to_contain_text("1 unit")
    bar.get_by_role("link", name="Review").click()
    expect(page.locator("#effects h3")).to_be_in_viewport()
    start_over(page)
