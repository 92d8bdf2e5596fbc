"""What a browser loads for the order list: little the first time, after that the page and how many were found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

from tests.rigs.stack import Stack

MOST_COLD = 60_000  # bytes on the wire, headers too


class Wire:
    """Every answer that came over the network: address, bytes, headers."""

    def __init__(self, page: Page) -> None:
        self.urls: dict[str, str] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.bytes: dict[str, int] = {}
        self.cached: set[str] = set()
        line: CDPSession = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.responseReceived", self._answered)
        line.on("Network.requestServedFromCache", lambda event: self.cached.add(event["requestId"]))
        line.on("Network.loadingFinished", self._ended)

    def _answered(self, event: dict[str, Any]) -> None:
        told = event["response"]
        self.urls[event["requestId"]] = told["url"]
        self.headers[told["url"]] = {name.lower(): value for name, value in told["headers"].items()}
        if told.get("fromDiskCache"):
            self.cached.add(event["requestId"])

    def _ended(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = int(event["encodedDataLength"])

    def asked(self) -> dict[str, int]:
        """Bytes by address of what really crossed the wire."""
        asked = {key: size for key, size in self.bytes.items() if key not in self.cached}
        return {self.urls[key]: size for key, size in asked.items() if self.urls[key].startswith("http")}


def test_the_order_list_is_light_and_asks_once(demo_stack: Stack, context_of: Callable[..., BrowserContext]) -> None:
    page = context_of("staff").new_page()
    cold = Wire(page)
    page.goto(f"{demo_stack.url}/orders")
    page.wait_for_load_state("networkidle")
    first = cold.asked()

    warm = Wire(page)
    page.goto(f"{demo_stack.url}/orders?q=a")
    page.wait_for_load_state("networkidle")
    second = warm.asked()

    print(sum(first.values()), first, sum(second.values()), second)
    assert sum(first.values()) <= MOST_COLD, first
    assert set(second) == {f"{demo_stack.url}/orders?q=a", f"{demo_stack.url}/orders/found?q=a"}
    for url, told in cold.headers.items():
        if "/static/" in url:
            assert "immutable" in told["cache-control"], url
            assert told["content-encoding"] == "gzip", url
            assert told["vary"] == "Accept-Encoding", url
            assert "default-src 'none'" in told["content-security-policy"], url
            assert told["cross-origin-resource-policy"] == "same-origin", url
    assert cold.headers[f"{demo_stack.url}/orders"]["content-encoding"] == "gzip"
