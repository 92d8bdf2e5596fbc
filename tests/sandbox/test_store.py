"""The world's file, as several versions and processes find it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sandbox.world import World


def leave(file: Path, value: str, version: int = 0) -> None:
    """A file as no version of the sandbox leaves it."""
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE IF NOT EXISTS records (shop TEXT, body TEXT)")
        db.execute("INSERT INTO records VALUES ('square/demo', ?)", (value,))
        db.execute(f"PRAGMA user_version = {version}")
    db.close()


@pytest.mark.parametrize("version", [0, 1, 99])
def test_a_file_of_a_version_nobody_knows_is_set_aside(
    tmp_path: Path, version: int, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "world.sqlite3"
    leave(file, "mine", version)

    world = World.open(file)

    assert world.effects() == []
    assert world.make_order().shop == "demo"
    world.close()
    aside = tmp_path / f"world.sqlite3.version-{version}"
    assert bodies(aside) == ["mine"]
    assert f"is of version {version}" in caplog.text
    assert str(aside) in caplog.text


def test_what_was_set_aside_before_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "world.sqlite3"
    for value in ("first", "second"):
        file.unlink(missing_ok=True)
        leave(file, value)
        World.open(file).close()

    assert bodies(tmp_path / "world.sqlite3.version-0") == ["first"]
    assert bodies(tmp_path / "world.sqlite3.version-0-2") == ["second"]


def bodies(file: Path) -> list[str]:
    with sqlite3.connect(file) as db:
        found = [row[0] for row in db.execute("SELECT body FROM records")]
    db.close()
    return found


def test_a_file_of_this_version_keeps_what_is_in_it(tmp_path: Path) -> None:
    first = World.open(tmp_path / "world.sqlite3")
    made = first.make_order()
    first.close()

    again = World.open(tmp_path / "world.sqlite3")

    assert again.order(made.id)["name"] == made.name
    again.close()
