"""Cursors that are kept as text, and pages that begin anew where the last one ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from stores.connectors import paging, rows
from stores.connectors.paging import ByChange
from stores.kernel.errors import InputRejected
from stores.kernel.http import json_readers

ROW = rows.Fields(("id",), lambda raw: "", lambda raw: json_readers.when(raw, "at"))
NOON = "2026-11-20T12:00:00Z"


@pytest.mark.parametrize("at", [
    ByChange(), ByChange(NOON, 3, "4711", 250), ByChange("2026-11-20 12:00:00", 2), ByChange(last="0f" * 16),
])  # fmt: skip
def test_a_cursor_comes_back_as_it_was_kept(at):
    assert ByChange.read(str(at)) == at


@pytest.mark.parametrize(("kept", "at"), [
    ("2026-11-20 12:00:00|2", ByChange("2026-11-20 12:00:00", 2)),
    ("2026-11-20T12:00:00|3|4711", ByChange("2026-11-20T12:00:00", 3, "4711")),
    (f"{NOON}|1|4711|50", ByChange(NOON, 1, "4711", 50)),
])  # fmt: skip
def test_cursors_of_older_versions_are_read(kept, at):
    assert ByChange.read(kept) == at


@pytest.mark.parametrize("said", [
    "", "x", "|", "||||", f"{NOON}|0x1", f"{NOON}|-1", f"{NOON}|１", f"{NOON}|1\n", "a|1|b",
])  # fmt: skip
def test_what_is_no_cursor_of_ours_is_refused(said):
    with pytest.raises(InputRejected) as refused:
        ByChange.read(said)
    assert refused.value.field == "cursor"


def test_the_next_page_begins_with_the_newest_change():
    assert ByChange("2026-01-01T00:00:00Z", 4, "1", 50).following(NOON, "9") == ByChange(NOON, 1, "9", 50)


@pytest.mark.parametrize("begin", [NOON, "", "2026-11-20T11:59:59Z"])
def test_a_page_of_a_single_moment_is_counted_on(begin):
    assert ByChange(NOON, 1, "1").following(begin, "9") == ByChange(NOON, 2, "9")


@pytest.mark.parametrize(("at", "is_again"), [
    (ByChange(page=2, last="9"), True),
    (ByChange(page=1, last="9"), False),
    (ByChange(page=2, last="8"), False),
    (ByChange(page=2), False),
])  # fmt: skip
def test_a_page_that_comes_again_is_known_by_its_last_id(at, is_again):
    assert at.is_again([{"id": 8}, {"id": 9}], ROW) is is_again


def test_rows_without_any_id_never_look_alike():
    assert not ByChange(page=2, last="").is_again([{}], ROW)


def test_a_time_is_written_in_utc():
    here = datetime(2026, 11, 20, 14, tzinfo=timezone(timedelta(hours=2)))

    assert paging.stamp(here) == paging.stamp(datetime(2026, 11, 20, 12, tzinfo=UTC)) == NOON
