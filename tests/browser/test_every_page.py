"""Each page of the URLconf in light, dark and on a phone: nothing serious for axe, no complaint, nothing cut off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, ViewportSize

from tests.browser import routes
from tests.rigs.stack import Stack

Scheme = Literal["light", "dark"]
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
LOOKS: dict[str, tuple[Scheme, ViewportSize]] = {
    "light": ("light", WIDE),
    "dark": ("dark", WIDE),
    "phone": ("light", NARROW),
}
SERIOUS = ("serious", "critical")
SETTLE = "Promise.allSettled(document.getAnimations().map(a => a.finished))"  # fragments fade in
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.prove
@pytest.mark.parametrize("name", routes.names())
def test_page_has_nothing_serious(
    name: str, demo_stack: Stack, known: dict[str, Any], context_of: Callable[..., BrowserContext]
) -> None:
    page = context_of("" if name in routes.SIGNED_OUT else "owner", viewport=WIDE).new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    found = [trouble for path in routes.addresses(name, known) for trouble in _visit(page, demo_stack.url, path)]

    assert found == []
    assert [words for words in complaints if "Failed to load resource" not in words] == []


def _visit(page: Page, url: str, path: str) -> list[str]:
    """What is wrong with one page, in every look."""
    found: list[str] = []
    for look, (scheme, size) in LOOKS.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size(size)
        answer = page.goto(url + path)
        assert answer is not None
        if answer.status not in (200, 404, 410) or "text/html" not in answer.headers.get("content-type", ""):
            return [f"{path}: {answer.status} {answer.headers.get('content-type')}"]
        page.wait_for_load_state("networkidle")
        page.evaluate(SETTLE)
        found += [f"{path} {look}: {words}" for words in _troubles(page)]
    return found


def _troubles(page: Page) -> list[str]:
    answer = Axe().run(page, options={"resultTypes": ["violations"], "iframes": False}).response
    violations = [v for v in answer["violations"] if v["impact"] in SERIOUS]
    found = [] if page.title().strip() else ["no title"]
    found += [f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:160]}" for v in violations]
    if (cut := page.evaluate(OVERFLOW)) > 0:
        found.append(f"{cut} px wider than the screen")
    return found
