"""Strict JSON: what a platform may not say, and that nothing but ValueError comes out."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stores.kernel import jsonsafe

REFUSED = object()
BAD = {
    "not a number": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "a key twice": b'{"a": 1, "a": 2}',
    "a key twice inside": b'[{"b": {"a": 1, "a": 1}}]',
    "65 deep": b"[" * 66 + b"]" * 66,
    "100,000 deep": b"[" * 100_000,
    "cut": b'{"a": "b',
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "empty": b"",
    "two texts": b"{} {}",
    "a page": b"<html></html>",
    "a huge exponent": b'{"a": 1e999999999}',
    "a tiny exponent": b'{"a": 1e-999999999}',
    "a long number": b'{"a": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("raw", BAD.values(), ids=BAD.keys())
def test_what_is_not_plain_json_is_a_value_error(raw):
    with pytest.raises(ValueError):  # noqa: PT011
        jsonsafe.loads(raw)


def test_numbers_with_a_point_are_decimal():
    assert jsonsafe.loads(b'{"a": 0.1}') == {"a": Decimal("0.1")}


def test_sixty_four_levels_are_read():
    assert jsonsafe.loads(b"[" * 64 + b"]" * 64)


def test_a_byte_order_mark_is_overlooked():
    assert jsonsafe.loads(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
ALMOST = st.text('{}[]:,"\\u0123456789.eE-+ntrufalsNaIiy ', max_size=40).map(str.encode)


@given(PLAIN)
def test_plain_json_is_read_as_it_was_written(value):
    assert jsonsafe.loads(json.dumps(value).encode()) == value


@given(st.binary(max_size=200) | ALMOST | PLAIN.map(json.dumps).map(str.encode))
@example(b'[1, 2.50, "x"]')
@example(b'{"a": 1, "a": 2}')
def test_any_bytes_are_a_value_error_or_what_they_say(raw):
    """Nothing but ValueError comes out, and nothing is read otherwise than Python's own reader does."""
    try:
        found = jsonsafe.loads(raw)
    except ValueError:
        found = REFUSED

    assert found is REFUSED or found == json.loads(raw, parse_float=Decimal)
