"""The world's file, as several versions and processes find it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sandbox.world import World
from tests.upgrade import stored


def test_a_file_of_another_version_is_emptied_and_used(tmp_path: Path) -> None:
    file = tmp_path / "world.sqlite3"
    with sqlite3.connect(file) as old:
        old.execute("CREATE TABLE records (home TEXT, kind TEXT, id TEXT, body TEXT)")
        old.execute("INSERT INTO records VALUES ('square/demo', 'order', '1', '{}')")
    old.close()

    world = World.open(file)

    assert world.effects() == []
    assert world.make_order().shop == "demo"
    world.close()


def test_a_file_of_version_1_keeps_its_shops_orders_keys_and_effects(tmp_path: Path) -> None:
    stored.unpack(tmp_path)
    with sqlite3.connect(tmp_path / "world.sqlite3") as old:
        ledger = old.execute("SELECT seq, order_id, kind, amount FROM effects ORDER BY seq").fetchall()
        keys = old.execute(
            "SELECT key FROM keys UNION SELECT substr(id, -36) FROM records WHERE kind = 'key'"
        ).fetchall()
        old.execute("INSERT INTO shoplazza_shops VALUES ('lane', '{\"name\": \"lane\"}')")
        old.execute("INSERT INTO shoplazza_orders VALUES ('lane', 'a', '1', 5, '{\"id\": \"a\"}', NULL)")
        old.execute("INSERT INTO modern_dropship_accounts VALUES ('mill', '{\"name\": \"mill\"}')")
        old.execute("INSERT INTO modern_dropship_orders VALUES ('mill', 'b', 5, '{\"id\": \"b\"}', NULL)")
        old.execute("INSERT INTO timers (due, kind, shop, body) VALUES (9e9, 'index', 'demo', '{}')")
    old.close()

    world = World.open(tmp_path / "world.sqlite3")

    told = [(effect.seq, str(effect.order_id), effect.kind, str(effect.amount)) for effect in world.effects()]
    assert told == [(seq, str(order or ""), kind, amount) for seq, order, kind, amount in ledger]
    kept = world.store.db.execute("SELECT key, shop FROM keys").fetchall()
    assert {row["key"] for row in kept} == {row[0] for row in keys}
    assert {row["shop"] for row in kept} == {"shopify/demo", "square/demo"}
    assert world.shoplazza.record("order", "a", "lane") == {"id": "a"}
    assert world.modern_dropship.record("order", "b", "mill") == {"id": "b"}
    assert [tuple(row) for row in world.store.db.execute("SELECT kind, shop FROM timers")] == [
        ("shopify.index", "shopify/demo")
    ]
    world.close()


def test_a_file_of_this_version_keeps_what_is_in_it(tmp_path: Path) -> None:
    first = World.open(tmp_path / "world.sqlite3")
    made = first.make_order()
    first.close()

    again = World.open(tmp_path / "world.sqlite3")

    assert again.order(made.id)["name"] == made.name
    again.close()
