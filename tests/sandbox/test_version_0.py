"""A world that the sandbox kept before its files had versions is opened: what stood in it stands there, and goes on.

version_0.tar.xz was made at 698f606: the seeds of every platform, a webhook on four of them, a token, refunds by key,
and a refund, a cancellation and a lost request on their way. kept.json holds those requests with their answers, and
every effect as that version counted it when the file was left, and 130 seconds later.
"""

from __future__ import annotations

import json
import sqlite3
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox import in_process
from sandbox.world import World

COPY = Path(__file__).parent / "version_0.tar.xz"
PLATFORMS = ("shopify", "shoplazza", "modern_dropship", "square", "magento", "woocommerce", "bigcommerce")
ORDERS = {"shopify": "orders", "shoplazza": "shoplazza_orders", "modern_dropship": "modern_dropship_orders"}


class Copy:
    """The world of then, opened by the sandbox of today."""

    def __init__(self, folder: Path) -> None:
        with tarfile.open(COPY) as kept:
            kept.extractall(folder, filter="data")
        self.file = folder / "world.sqlite3"
        self.kept = json.loads((folder / "kept.json").read_text())
        self.before = orders_before(self.file)
        at = datetime.fromisoformat(self.kept["at"])
        self.world = World.open(self.file, now=lambda: at)
        self.http = in_process.session(self.world)

    def effects(self) -> list[list[Any]]:
        return [[e.shop, e.order_id, e.kind, e.cause, e.key, e.note, str(e.amount), e.currency, e.units]
                for e in self.world.effects()]  # fmt: skip

    def effects_of_then(self, when: str) -> list[list[Any]]:
        """Under the names that shops have today."""
        return [[shop if "/" in shop else f"shopify/{shop}", *rest] for shop, *rest in self.kept["effects"][when]]

    def rows(self, question: str) -> list[Any]:
        return [tuple(row) for row in self.world.store.db.execute(question)]


def orders_before(file: Path) -> dict[str, set[str]]:
    """{platform: ids of its orders}, read as that version kept them."""
    found = {}
    with sqlite3.connect(file) as db:
        for platform in PLATFORMS:
            table = ORDERS.get(platform, f"records WHERE kind = 'order' AND home LIKE '{platform}/%'")
            found[platform] = {str(row[0]) for row in db.execute(f"SELECT id FROM {table}")}
    db.close()
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    made = Copy(tmp_path)
    yield made
    made.world.close()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_order_is_there(copy: Copy, platform: str) -> None:
    table = "orders" if platform == "shopify" else f"records WHERE kind = 'order' AND shop LIKE '{platform}/%'"

    assert {str(row[0]) for row in copy.rows(f"SELECT id FROM {table}")} == copy.before[platform]
    assert len(copy.before[platform]) > 5


def test_effects_are_counted_as_before(copy: Copy) -> None:
    assert copy.effects() == copy.effects_of_then("then")
    assert copy.world.effects(copy.kept["cancelled_items"], kind="cancel", shop="modern_dropship/demo")


def test_what_was_on_its_way_arrives_once(copy: Copy) -> None:
    """Pending refunds, a cancel job, the search index, and a request whose connection died."""
    for seconds in (120, 10):
        copy.world.advance(seconds)

    assert Counter(map(tuple, copy.effects())) == Counter(map(tuple, copy.effects_of_then("later")))
    assert all(copy.world.order(order)["cancelled_at"] for order in copy.kept["cancelled"])
    assert copy.rows("SELECT * FROM timers") == []
    (record,) = copy.world.shoplazza.order(copy.kept["paid_later"]["shoplazza"])["refunds"]
    assert {part["status"] for part in record["payments"]} == {"finished"}


def test_a_key_of_then_gives_the_answer_of_then(copy: Copy) -> None:
    before = copy.effects()

    for sent in copy.kept["keyed"]:
        answer = copy.http.request(sent["method"], sent["url"], data=sent["body"], headers=sent["headers"], timeout=5)

        answered, then = answer.json(), sent["answer"]
        assert answer.status_code == 200
        assert answered.get("data", answered) == then.get("data", then)
    assert len(copy.kept["keyed"]) == 3
    assert copy.effects() == before


def test_a_token_of_then_opens_the_shop(copy: Copy) -> None:
    url = "https://demo.myshopify.com/admin/api/2026-10/graphql.json"
    asked = {"query": "{ shop { name } }"}

    answer = copy.http.post(url, json=asked, headers={"X-Shopify-Access-Token": copy.kept["token"]}, timeout=5)

    assert answer.json()["data"]["shop"]["name"] == "Demo"


def test_webhooks_that_waited_are_signed_and_go_where_they_should(copy: Copy) -> None:
    copy.world.advance(120)

    due = {row["shop"]: copy.world.hooks.headers(row) for row in copy.world.hooks.waiting()}

    assert set(due) == {"shopify/demo", "shoplazza/demo", "square/demo", "modern_dropship/demo"}
    assert due["shopify/demo"]["X-Shopify-Shop-Domain"] == "demo.myshopify.com"
    assert due["square/demo"]["x-square-hmacsha256-signature"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_new_orders_come_beside_the_old(copy: Copy, platform: str) -> None:
    simulator: Any = copy.world.simulator(platform)

    made = simulator.make_order()

    assert str(made.id).rsplit("/", 1)[-1] not in copy.before[platform]
    assert simulator.order(made.id)


def test_its_tables_are_those_of_a_new_file(copy: Copy, tmp_path: Path) -> None:
    fresh = World.open(tmp_path / "fresh.sqlite3")

    def tables(world: World) -> dict[str, list[Any]]:
        names = [row[0] for row in world.store.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [tuple(row) for row in world.store.db.execute(f"PRAGMA table_info({name})")] for name in names}

    assert tables(copy.world) == tables(fresh)
    fresh.close()


def test_opened_again_nothing_is_converted_twice(copy: Copy) -> None:
    copy.world.close()

    again = World.open(copy.file, now=copy.world.real_now)

    assert [effect.seq for effect in again.effects()] == list(range(1, len(copy.kept["effects"]["then"]) + 1))
    again.close()
