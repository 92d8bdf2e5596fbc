"""A client of the simulated WooCommerce, and a world whose answers are checked against our description of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox import in_process
from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from sandbox.world import World
from tests.sandbox import woocommerce_spec

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SITE = "https://demo.woocommerce.example/wp-json/"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOON)
    prepare(made)
    yield made
    made.close()


def prepare(world: World) -> None:
    world.watchers.append(woocommerce_spec.checker(ours=False))


@pytest.fixture
def home(world: World) -> WooCommerceSimulator:
    return WooCommerceSimulator(world)


class Client:
    """Answers as (status, JSON)."""

    def __init__(self, world: World, shop: str = "demo", secret: str = "") -> None:
        self.http = in_process.session(world)
        self.http.auth = (f"ck_{shop}_sandbox", secret or f"cs_{shop}_sandbox")

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        return self.http.request(method, f"{SITE}wc/v3/{path}", json=body, params=query, timeout=5)

    def get(self, path: str, **query: Any) -> tuple[int, Any]:
        found = self.ask("GET", path, **query)
        return found.status_code, found.json()

    def put(self, path: str, **body: Any) -> tuple[int, Any]:
        found = self.ask("PUT", path, body)
        return found.status_code, found.json()

    def post(self, path: str, **body: Any) -> tuple[int, Any]:
        found = self.ask("POST", path, body)
        return found.status_code, found.json()


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)
