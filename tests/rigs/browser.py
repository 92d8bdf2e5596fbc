"""A real Chromium for tests of pages (marker `browser` comes with the fixtures)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.rigs import chromium

NO_CHROMIUM = "no Chromium on PATH (apt install chromium)"


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    """One browser for the run. Without Chromium: a named skip, or a failure under REQUIRE_BROWSER=1."""
    path = chromium.program()
    if path is None and chromium.is_required():
        pytest.fail(f"REQUIRE_BROWSER=1, but {NO_CHROMIUM}")
    if path is None:
        pytest.skip(NO_CHROMIUM)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in this thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_context(chromium_browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes fresh browser profiles (`color_scheme`, `viewport`, `java_script_enabled`, ...), closed at the end."""
    opened: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        context = chromium_browser.new_context(**options)
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Page:
    return open_context().new_page()
