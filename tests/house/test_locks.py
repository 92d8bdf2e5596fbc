"""A shop's row is locked against those who lock it too, never against a row that only points to it.

FOR UPDATE would: whoever holds a membership and stores a cancellation, and whoever holds the shop and changes the
membership, then wait for each other for ever.
"""

from __future__ import annotations

import re

from tests.house.tree import name_of, python_files

PLAIN = re.compile(r"Store\.objects\.select_for_update\((?!no_key=True)")


def test_no_lock_of_a_shop_keeps_rows_from_pointing_to_it() -> None:
    files = python_files()

    assert any("Store.objects.select_for_update" in path.read_text() for path in files)
    assert [name_of(path) for path in files if PLAIN.search(path.read_text())] == []
