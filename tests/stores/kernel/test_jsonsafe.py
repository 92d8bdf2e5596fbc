"""Strict JSON: what a platform may not say, and that nothing but ValueError comes out."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stores.kernel.http import safe_json

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
        safe_json.loads(raw)


def test_numbers_with_a_point_are_decimal():
    assert safe_json.loads(b'{"a": 0.1}') == {"a": Decimal("0.1")}


def test_sixty_four_levels_are_read():
    assert safe_json.loads(b"[" * 64 + b"]" * 64)


def test_a_byte_order_mark_is_overlooked():
    assert safe_json.loads(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
ALMOST = st.text('{}[]:,"\\u0123456789.eE-+ntrufalsNaIiy ', max_size=40).map(str.encode)


@given(PLAIN)
def test_plain_json_is_read_as_it_was_written(value):
    assert safe_json.loads(json.dumps(value).encode()) == value


@given(st.binary(max_size=200) | ALMOST | PLAIN.map(json.dumps).map(str.encode))
@example(b'[1, 2.50, "x"]')
@example(b'{"a": 1, "a": 2}')
def test_any_bytes_are_a_value_error_or_what_they_say(raw):
    """Nothing but ValueError comes out, and nothing is read otherwise than Python's own reader does."""
    try:
        found = safe_json.loads(raw)
    except ValueError:
        found = REFUSED

    assert found is REFUSED or found == json.loads(raw, parse_float=Decimal)


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(("digits", "is_read"), [(40, True), (41, False)])
def test_a_number_of_forty_characters_is_the_longest(digits, is_read, sign):
    for text in (sign + "9" * (digits - len(sign)), f"{sign}1.".ljust(digits, "5")):
        if is_read:
            assert str(safe_json.loads(text)) == text
        else:
            with pytest.raises(ValueError, match="too long"):
                safe_json.loads(text)


@pytest.mark.parametrize(("text", "is_read"), [("1e40", True), ("1e41", False), ("1e-40", True), ("1e-41", False)])
def test_an_exponent_of_forty_is_the_largest(text, is_read):
    if is_read:
        assert safe_json.loads(text) == Decimal(text)
    else:
        with pytest.raises(ValueError, match="out of range"):
            safe_json.loads(text)


@pytest.mark.parametrize(("depth", "is_read"), [(3, True), (4, True), (5, False)])
def test_depth_is_counted_below_the_outermost(depth, is_read):
    text = '[{"a": ' * depth + "1" + "}]" * depth
    if is_read:
        safe_json.loads(text, max_depth=7)
    else:
        with pytest.raises(ValueError, match="too deep"):
            safe_json.loads(text, max_depth=7)


@pytest.mark.parametrize("before", ["\ufeff", "\ufeff\ufeff", "\n\ufeff", "\ufeff\r\n\ufeff\n"])
def test_marks_and_lines_before_the_text_are_passed_over(before):
    """Each file of a plug-in may leave one: woocommerce/wc-api-python/issues/40, ampproject/amp-wp/issues/4678."""
    assert safe_json.loads(f'{before}{{"id": 1}}'.encode()) == {"id": 1}


@pytest.mark.parametrize("raw", [
    '<br />\n<b>Warning</b>:  Declaration of x()<br />\n{"id": 1}', '{"id": 1}<!-- Page cached -->', 'q[{"id": 1}]',
    '{"id": 1,}', '{"a": 1, "a": 2}', '{"price": NaN}', "{\ufeff}",
])  # fmt: skip
def test_what_was_put_around_or_into_the_text_makes_it_none(raw):
    """github.com/woocommerce/woocommerce/issues/20565, github.com/woocommerce/woocommerce-rest-api/issues/291"""
    with pytest.raises(ValueError, match=r"."):
        safe_json.loads(raw.encode())
