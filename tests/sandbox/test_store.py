"""The world's file, as several versions and processes find it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sandbox.world import World


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


def test_a_file_of_this_version_keeps_what_is_in_it(tmp_path: Path) -> None:
    first = World.open(tmp_path / "world.sqlite3")
    made = first.make_order()
    first.close()

    again = World.open(tmp_path / "world.sqlite3")

    assert again.order(made.id)["name"] == made.name
    again.close()
