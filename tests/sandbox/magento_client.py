"""A client of one shop in a world that oauthlib signs for; every exchange is held against the vendor's schema, and its
signature against oauthlib's own server side."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from sandbox import in_process
from sandbox.core.base_simulator import Made
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from sandbox.world import World
from tests.sandbox import magento_oauth, magento_spec

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MUG = Line(title="Enamel mug", price="14.50", sku="MUG", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA", quantity=2)


class Client:
    def __init__(self, world: World, shop: str = "demo") -> None:
        self.world, self.shop = world, shop
        self.http = in_process.session(world)
        self.base = f"https://{shop}.magento.example/rest/default/V1/"
        self.secrets = MagentoSimulator(world).open_shop(shop, "").secrets
        self.ahead = 0
        self.nonce = ""

    def call(self, method: str, path: str, body: Any = None, **words: Any) -> Any:
        url = quote(self.base + path, safe="%:/?&=,+")  # as a browser sends it, which is what is signed
        stamp = str(int(self.world.at()) + self.ahead)
        nonce = self.nonce or secrets.token_hex(16)
        signed = magento_oauth.signed(method, url, self.secrets, nonce=nonce, timestamp=stamp)
        headers = {"Authorization": signed} | words.pop("headers", {})
        return self.http.request(method, url, json=body, headers=headers, timeout=30, **words)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, body)

    def order(self, made: Made) -> Any:
        return self.get(f"orders/{made.id}")

    def of(self, kind: str, made: Made) -> list[Any]:
        rows: list[Any] = self.get(f"{kind}?{search(order_id=made.id)}")["items"]
        return rows

    def refund(self, made: Made, place: int = 0, **body: Any) -> Any:
        invoice = self.of("invoices", made)[place]
        return self.post(f"invoice/{invoice['entity_id']}/refund", body)


def search(size: int | None = 100, page: int = 1, condition: str = "eq", **fields: Any) -> str:
    pairs: list[tuple[str, Any]] = []
    for place, (field, value) in enumerate(fields.items()):
        name = f"searchCriteria[filterGroups][{place}][filters][0]"
        pairs += [(f"{name}[field]", field), (f"{name}[value]", value), (f"{name}[conditionType]", condition)]
    pairs += [("searchCriteria[pageSize]", size)] if size else []
    return urlencode([*pairs, ("searchCriteria[currentPage]", page)])


def units(made: Made, *counts: int) -> list[dict[str, int]]:
    return [{"order_item_id": int(i), "qty": n} for i, n in zip(made.lines, counts, strict=False)]


def exact(made: Made, *counts: int, back: bool = True, shipping: Any = 0, **more: Any) -> dict[str, Any]:
    """A body that leaves nothing out."""
    returned = [int(i) for i, n in zip(made.lines, counts, strict=False) if n] if back else []
    return {
        "items": units(made, *counts),
        "isOnline": True,
        "notify": False,
        "appendComment": True,
        "comment": {"comment": "x [op 1]", "is_visible_on_front": 0},
        "arguments": {
            "shipping_amount": shipping,
            "adjustment_positive": 0,
            "adjustment_negative": 0,
            "extension_attributes": {"return_to_stock_items": returned},
        },
    } | more


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOON)
    prepare(made)
    yield made
    made.close()


def prepare(world: World) -> None:
    world.switch("magento_limit", "wide")
    world.watchers += [magento_spec.checker(), magento_oauth.checker(world)]


@pytest.fixture
def home(world: World) -> MagentoSimulator:
    return MagentoSimulator(world)


@pytest.fixture
def client(world: World) -> Client:
    return Client(world)
