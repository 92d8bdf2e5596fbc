"""A client of the simulated Modern Dropship, and a world whose exchanges are checked against the description."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox import in_process
from sandbox.world import World
from tests.sandbox import openapi

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
API = "https://api.convictional.com"
SPEC = "modern-dropship/seller-orders.derived.openapi.json"


def unboxed(payload: Any) -> Any:
    """The description is of 2021, which has no envelope around orders."""
    is_boxed = isinstance(payload, dict) and "data" in payload and "buyerName" not in str(payload)[:200]
    return payload["data"] if is_boxed else payload


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOON)
    prepare(made)
    yield made
    made.close()


def prepare(world: World) -> None:
    world.watchers.append(openapi.checker(SPEC, unwrap=unboxed))


class Client:
    def __init__(self, world: World, key: str = "md_demo_sandbox", version: str = "2022-03-03") -> None:
        self.http = in_process.session(world)
        self.http.headers.update({"Authorization": key, "Accept": f"application/vnd.convictional.{version}"})

    def get(self, path: str) -> Any:
        return self.http.get(API + path, timeout=30)

    def post(self, path: str, **body: Any) -> Any:
        return self.http.post(API + path, json=body, timeout=30)

    def order(self, order_id: str) -> Any:
        return self.get(f"/orders/{order_id}").json()


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)
