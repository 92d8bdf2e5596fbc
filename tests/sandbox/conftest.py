"""A world of its own for each test, a frozen clock, and a client that asks it over HTTP without sockets.

Every exchange is checked against the vendor's schema where VENDOR_SPECS is set.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox import in_process
from sandbox.world import World
from tests.sandbox import vendor

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Client:
    """Posts documents to one shop of a world."""

    def __init__(self, world: World, shop: str = "demo", version: str = "2026-10") -> None:
        self.world = world
        self.http = in_process.session(world)
        self.http.headers["X-Shopify-Access-Token"] = f"shpat_{shop}_sandbox"
        self.base = f"https://{shop}.myshopify.com/admin"
        self.version = version

    def post(self, query: str, **variables: Any) -> Any:
        """The response as `requests` has it."""
        url = f"{self.base}/api/{self.version}/graphql.json"
        return self.http.post(url, json={"query": query, "variables": variables}, timeout=30)

    def ask(self, query: str, **variables: Any) -> Any:
        """The answer's JSON."""
        return self.post(query, **variables).json()

    def data(self, query: str, **variables: Any) -> Any:
        """`data`, when there were no errors."""
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOON)
    prepare(made)
    yield made
    made.close()


def prepare(world: World) -> None:
    world.on_exchange(vendor.checker())


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)
