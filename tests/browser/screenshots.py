"""`make screenshots`: take the pictures of the README again, from the demo."""

from __future__ import annotations

from pathlib import Path

import django
from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.rigs import chromium
from tests.rigs.stack import ROOT, Stack, stack

IMAGES = ROOT / "docs" / "img"
WIDE: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}


def main() -> None:
    django.setup()
    from tests.browser.conftest import sign_in  # it reads the demo's cast, which are models

    IMAGES.mkdir(exist_ok=True)
    with stack(DEMO="1", SECOND_FACTOR="optional") as made, sync_playwright() as playwright:
        made.manage("demo", "make")
        browser = playwright.chromium.launch(executable_path=chromium.program(), args=list(chromium.FLAGS))
        page = browser.new_context(viewport=WIDE, device_scale_factor=1).new_page()
        sign_in(page, made, "staff")
        _desk(page, made)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        page.set_viewport_size(PHONE)
        page.goto(f"{made.url}/orders")
        _shoot(page, "phone.png")
        browser.close()


def _desk(page: Page, made: Stack) -> None:
    page.goto(f"{made.url}/orders")
    _shoot(page, "orders.png")
    page.goto(f"{made.url}/orders?q=garnier")
    page.locator("#results a", has_text="#").first.click()
    page.locator("tr", has_text="Linen shirt").locator("input[name^='units.']:enabled").fill("2")
    page.locator("label.pill", has_text="Customer changed their mind").click()
    page.get_by_role("button", name="Cancel 2 units").wait_for()
    _shoot(page, "preview.png")
    page.goto(f"{made.url}/cancellations?q=C-2001")
    page.locator("#results li", has_text="C-2001").first.locator("a.open").click()
    _shoot(page, "receipt.png")
    page.goto(f"{made.url}/cancellations")
    page.get_by_text("2 need you").wait_for(timeout=180_000)  # the demo's stories come to their end first
    _shoot(page, "cancellations.png")


def _shoot(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=Path(IMAGES) / name)


if __name__ == "__main__":
    main()
