"""Looks into answers that promise no schema: empty where nothing is, Misread where the shape is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from stores.kernel import shapes
from stores.kernel.errors import RemoteUnavailable
from stores.kernel.shapes import Misread


def test_the_first_name_that_is_there_counts():
    said = {"new": None, "old": "x"}

    assert shapes.text(said, "new", "old") == "x"
    assert shapes.text(said, "new") == ""
    assert shapes.first({"a": 0, "b": 1}, "a", "b") == 0


def test_what_is_missing_is_empty():
    assert (shapes.nodes({}, "x"), shapes.flag({}, "x"), shapes.units({}, "x"), shapes.when({}, "x")) == (
        [], False, Decimal(0), None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("look", "value"),
    [
        (shapes.text, ["x"]),
        (shapes.text, True),
        (shapes.ident, ""),
        (shapes.ident, None),
        (shapes.ident, "x" * 121),
        (shapes.flag, "true"),
        (shapes.flag, 1),
        (shapes.units, "3"),
        (shapes.units, True),
        (shapes.units, -1),
        (shapes.units, Decimal("1.5")),
        (shapes.units, 10**10),
        (shapes.nodes, {"a": 1}),
        (shapes.nodes, ["a"]),
        (shapes.when, "yesterday"),
        (shapes.when, "2026-11-19T09:00:00"),
    ],
)
def test_what_has_the_wrong_shape_is_misread(look, value):
    with pytest.raises(Misread, match="field"):
        look({"field": value}, "field")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2026-11-18T08:00:05.123456789Z", datetime(2026, 11, 18, 8, 0, 5, 123456, UTC)),
        ("2026-11-18T10:00:00+02:00", datetime(2026, 11, 18, 8, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
    ],
)
def test_instants(said, expected):
    assert shapes.when({"at": said}, "at") == expected


def test_texts_lose_what_no_database_can_keep():
    assert shapes.text({"x": "a\0b\udc80é"}, "x") == "ab?é"
    assert shapes.text({"x": 42}, "x") == "42"


def test_a_misread_answer_is_a_failed_read():
    with pytest.raises(RemoteUnavailable) as caught, shapes.understood("Not understood."):
        raise Misread("items")

    assert (caught.value.code, caught.value.user_message) == ("bad_shape", "Not understood.")
