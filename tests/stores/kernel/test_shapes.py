"""Looks into answers that promise no schema: empty where nothing is, Misread where the shape is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from stores.kernel.errors import RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread


def test_the_first_name_that_is_there_counts():
    said = {"new": None, "old": "x"}

    assert json_readers.text(said, "new", "old") == "x"
    assert json_readers.text(said, "new") == ""
    assert json_readers.first({"a": 0, "b": 1}, "a", "b") == 0


def test_what_is_missing_is_empty():
    readers = (json_readers.nodes, json_readers.flag, json_readers.units, json_readers.when)
    assert [read({}, "x") for read in readers] == [[], False, Decimal(0), None]


@pytest.mark.parametrize(
    ("look", "value"),
    [
        (json_readers.text, ["x"]),
        (json_readers.text, True),
        (json_readers.ident, ""),
        (json_readers.ident, None),
        (json_readers.ident, "x" * 121),
        (json_readers.ident, "00000000-0000-0000-0000-000000000000"),
        (json_readers.flag, "true"),
        (json_readers.flag, 1),
        (json_readers.units, "3"),
        (json_readers.units, True),
        (json_readers.units, -1),
        (json_readers.units, Decimal("1.5")),
        (json_readers.units, 10**10),
        (json_readers.nodes, {"a": 1}),
        (json_readers.nodes, ["a"]),
        (json_readers.when, "yesterday"),
        (json_readers.when, "2026-11-19T09:00:00"),
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
        ("0000-00-00 00:00:00", None),
        ("-0001-11-30T00:00:00", None),
        ("-0001-11-30T00:00:00-0500", None),
        ("", None),
    ],
)
def test_instants(said, expected):
    assert json_readers.when({"at": said}, "at") == expected


def test_texts_lose_what_no_database_can_keep():
    assert json_readers.text({"x": "a\0b\udc80é"}, "x") == "ab?é"
    assert json_readers.text({"x": 42}, "x") == "42"


def test_a_misread_answer_is_a_failed_read():
    with pytest.raises(RemoteUnavailable) as caught, json_readers.understood("Not understood."):
        raise Misread("items")

    assert (caught.value.code, caught.value.user_message) == ("bad_shape", "Not understood.")


@pytest.mark.parametrize(("said", "number"), [
    (7, "7"), ("7.50", "7.50"), (Decimal("0.1"), "0.1"), (Decimal("1E+2"), "100"), ("-3", "-3"), ("", "0"), (None, "0"),
])  # fmt: skip
def test_a_number_is_read_as_json_has_it_or_as_text(said, number):
    assert str(json_readers.decimal({"n": said}, "n")) == number


@pytest.mark.parametrize(("said", "number"), [
    (Decimal("62.400000000000006"), "62.4"), (Decimal("14.309999999999999"), "14.31"),
    (Decimal("1.4210854715202e-14"), "0"),
    (Decimal("-8.8817841970013e-16"), "0"), ("-8.8817841970013e-16", "0"), ("4.9E-5", "0.000049"),
    (Decimal("1E-10"), "1E-10"),
])  # fmt: skip
def test_sums_of_floats_are_the_numbers_that_are_meant(said, number):
    """github.com/woocommerce/woocommerce/pull/63667, github.com/magento/magento2/issues/18027 and 6734."""
    assert json_readers.decimal({"n": said}, "n") == Decimal(number)


@pytest.mark.parametrize("said", [True, 1.5, "1e5", "1,50", "１", " 1", "NaN", [], "1" * 16])
def test_what_is_no_number_is_misread(said):
    with pytest.raises(Misread, match="n"):
        json_readers.decimal({"n": said}, "n")


@pytest.mark.parametrize(("said", "is_whole"), [(3, True), ("3.0", True), (None, True), ("2.5", False), (-1, False)])
def test_pieces_are_whole_and_never_below_zero(said, is_whole):
    if is_whole:
        assert json_readers.whole({"n": said}, "n") == Decimal(said or 0)
        return
    with pytest.raises(Misread):
        json_readers.whole({"n": said}, "n")


def test_a_currency_is_three_capitals_of_the_first_name_that_says_one():
    assert json_readers.currency({"a": "", "b": "KWD"}, "a", "b") == "KWD"
    assert json_readers.currency({}, "a") == ""
    for said in ("usd", "US", "USDX", 840):
        with pytest.raises(Misread):
            json_readers.currency({"a": said}, "a")
