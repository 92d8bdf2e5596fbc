"""Hands on the keyboard: search, help, into an order, and nothing that the focus cannot leave."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.rigs.stack import Stack

FOCUSED = "(e => (e.id || e.name || e.textContent.trim()).slice(0, 40))(document.activeElement)"
IS_SEEN = "(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none')(getComputedStyle(document.activeElement))"


def open_orders(stack: Stack, context_of: Callable[..., BrowserContext]) -> Page:
    page = context_of("staff", viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{stack.url}/orders")
    return page


def test_slash_searches_and_enter_opens_what_was_found(
    demo_stack: Stack, context_of: Callable[..., BrowserContext]
) -> None:
    page = open_orders(demo_stack, context_of)

    page.keyboard.press("/")
    page.keyboard.type("whitfield")
    page.keyboard.press("Enter")
    page.wait_for_url("**whitfield**")
    expect(page.locator("#results")).to_contain_text("Whitfield")
    page.locator("#results a", has_text="#").first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("#")


def test_question_mark_lists_the_keys_and_escape_closes_them(
    demo_stack: Stack, context_of: Callable[..., BrowserContext]
) -> None:
    page = open_orders(demo_stack, context_of)

    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")

    expect(keys).to_be_hidden()


def test_the_first_tab_skips_to_the_content_and_the_focus_is_always_seen(
    demo_stack: Stack, context_of: Callable[..., BrowserContext]
) -> None:
    page = open_orders(demo_stack, context_of)

    page.keyboard.press("Tab")
    assert "content" in page.evaluate(FOCUSED).lower()
    visited = []
    for _ in range(25):
        page.keyboard.press("Tab")
        visited.append(page.evaluate(FOCUSED))
        assert page.evaluate(IS_SEEN), visited[-1]

    assert len(set(visited)) > 15
