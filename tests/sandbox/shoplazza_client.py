"""A client of one shop in a world whose every exchange is held against the vendor's registry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox import in_process
from sandbox.platforms.shoplazza.simulator import Made
from sandbox.platforms.shoplazza.spec import Line
from sandbox.world import World
from tests.sandbox import shoplazza_spec

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MUG = Line(title="Enamel mug", price="14.50", sku="MUG", quantity=3)


class Client:
    def __init__(self, world: World, version: str = "2026-01", shop: str = "demo") -> None:
        self.http = in_process.session(world)
        self.http.headers["Access-Token"] = f"shplza_{shop}_sandbox"
        self.base = f"https://{shop}.myshoplaza.com/openapi/{version}/"
        self.is_old = version == "2022-01"

    def call(self, method: str, path: str, **words: Any) -> Any:
        return self.http.request(method, self.base + path, timeout=30, **words)

    def get(self, path: str, **query: Any) -> Any:
        """The payload, out of its envelope."""
        return self.payload(self.call("GET", path, params=query))

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, json=body)

    def payload(self, answer: Any) -> Any:
        assert answer.status_code == 200, answer.text
        return answer.json() if self.is_old else answer.json()["data"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOON)
    prepare(made)
    yield made
    made.close()


def prepare(world: World) -> None:
    world.switch("shoplazza_limit", "wide")
    world.watchers.append(shoplazza_spec.checker())


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)


def refunding(made: Made, total: str, units: int = 1, **more: Any) -> dict[str, Any]:
    line = {"line_item_id": made.lines[0], "quantity": units, "refund_item_type": "waiting_ship"}
    wanted = {"refund_total": total, "refund_line_items": [line | {"return_inventory": True}], "note": "x [op 1]"}
    return {"refund": wanted | more}


def records(client: Client, made: Made) -> Any:
    return client.get(f"orders/{made.id}/refund")
