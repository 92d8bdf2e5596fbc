"""The main job with scripts switched off: every button is a form, every link a page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import sign_in
from tests.rigs.stack import Stack


def test_find_preview_confirm_and_take_back(demo_stack: Stack, open_context: Callable[..., BrowserContext]) -> None:
    page = open_context(java_script_enabled=False, viewport={"width": 1280, "height": 900}).new_page()
    sign_in(page, demo_stack, "staff")

    page.locator("input[name=q]:visible").first.fill("garnier")
    page.locator("input[name=q]:visible").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("#")  # Enter opens the only hit
    page.locator("main a[href*='live=1']").first.click()
    shirt = page.locator("tr", has_text="Linen shirt").locator("input[name^='units.']")
    shirt.fill("2")
    page.locator("label.pill", has_text="Customer changed their mind").click()
    page.get_by_role("button", name="Show what will happen").click()

    expect(page.locator("#effects")).to_contain_text("Linen shirt")
    page.get_by_role("button", name="Cancel 2 units").click()
    expect(page.locator("main")).to_contain_text("cancellation C-")
    page.get_by_role("button", name="Take it back").first.click()
    expect(page.locator("main")).to_contain_text("Taken back")
