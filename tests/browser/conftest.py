"""Browser tests look at the demo, as a stranger would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from sandbox.demo import cast
from tests.browser import routes
from tests.rigs.stack import Stack

PASSWORDS = {person.role: (person.email, person.password) for person in cast.CAST}


def sign_in(page: Page, stack: Stack, role: str) -> None:
    email, password = PASSWORDS[role]
    page.goto(f"{stack.url}/account/login/")
    page.fill("input[name=login]:not([type=hidden])", email)  # beside the demo's buttons of one click
    page.fill("input[name=password]:not([type=hidden])", password)
    page.press("input[name=password]:not([type=hidden])", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.fixture(scope="session")
def known(demo_stack: Stack) -> dict[str, Any]:
    return routes.facts(demo_stack)


@pytest.fixture(scope="session")
def session_of(demo_stack: Stack, chromium_browser: Browser) -> Callable[[str], Any]:
    """The cookies of a signed-in person of the cast; signed in once for all tests."""
    made: dict[str, Any] = {}

    def cookies(role: str) -> Any:
        if role not in made:
            context = chromium_browser.new_context()
            sign_in(context.new_page(), demo_stack, role)
            made[role] = context.storage_state()
            context.close()
        return made[role]

    return cookies


@pytest.fixture
def context_of(
    session_of: Callable[[str], Any], open_context: Callable[..., BrowserContext]
) -> Callable[..., BrowserContext]:
    """`context_of("staff", color_scheme="dark")`: a browser profile of that person; "" is nobody."""

    def make(role: str, **options: Any) -> BrowserContext:
        if role:
            options["storage_state"] = session_of(role)
        return open_context(**options)

    return make
