"""A client of the simulated Modern Dropship, and a world whose exchanges are checked against the description."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from sandbox import in_process
from sandbox.core.messages import Request
from sandbox.platforms.modern_dropship.simulator import ModernDropshipSimulator
from sandbox.world import World
from tests.sandbox import openapi

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
API = "https://api.convictional.com"
SPEC = "modern-dropship/seller-orders.derived.openapi.json"


def unboxed(payload: Any) -> Any:
    """The description is of 2021, which has no envelope around orders."""
    is_boxed = isinstance(payload, dict) and "data" in payload and "buyerName" not in str(payload)[:200]
    return payload["data"] if is_boxed else payload


def checker() -> Callable[[Request, int, Any], None]:
    """For `world.watchers`: both directions, and no field or filter sent that nobody described."""
    hold = openapi.checker(SPEC, unwrap=unboxed)

    def check(request: Request, status: int, payload: Any) -> None:
        if ModernDropshipSimulator.where(request) is None:  # another platform's
            return
        hold(request, status, payload)
        spec = openapi.described(SPEC)
        operation = openapi.operation_of(spec, request) if spec and status < 400 else None
        assert not operation or not list(unknown(spec, operation, request)), (request.query, request.body)

    return check


def unknown(spec: Any, operation: Any, request: Request) -> Iterator[str]:
    filters = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
    yield from (name for name in parse_qs(request.query) if name not in filters)
    body = openapi.resolved(spec, operation.get("requestBody")) or {}
    fields = openapi.resolved(spec, openapi.schema_of(body)) if body else {"properties": {}}
    yield from (name for name in json.loads(request.body or b"{}") if name not in fields.get("properties", {}))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOON)
    prepare(made)
    yield made
    made.close()


def prepare(world: World) -> None:
    world.watchers.append(checker())


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
