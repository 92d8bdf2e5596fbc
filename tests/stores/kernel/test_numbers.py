"""One parser for what people type: nothing that Python, but no person, would call a number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.kernel import numbers
from stores.kernel.errors import InputRejected
from stores.kernel.money import Money

STRANGE = ["", " ", "1_000", "１２", "1e5", "1E5", "+1", "-1", "0x10", ".5", "5.", "1,5", "1 000", "1\n", "NaN", "inf",
           "1234567890123", "1.123456", "٣", "½", "1.2.3", "--1"]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE)
def test_a_strange_number_is_refused_at_its_field(text):
    with pytest.raises(InputRejected) as caught:
        numbers.number(text, field="units.1")

    assert caught.value.field == "units.1"


@pytest.mark.parametrize("text", ["0", "12", "12.5", "000012", "999999999999.99999"])
def test_a_plain_number_is_read(text):
    assert numbers.number(text, field="x") == Decimal(text)


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_refused(text):
    try:
        value = numbers.number(text, field="x")
    except InputRejected:
        return
    assert value >= 0
    assert value.is_finite()
    assert text.isascii()


@pytest.mark.parametrize(("text", "step", "most"), [("1.5", "1", "9"), ("0.3", "0.25", "9"), ("10", "1", "9")])
def test_units_outside_step_or_ceiling_are_refused(text, step, most):
    with pytest.raises(InputRejected):
        numbers.units(text, field="u", step=Decimal(step), most=Decimal(most))


def test_units_of_a_line_sold_by_weight_keep_their_fraction():
    assert numbers.units("2.25", field="u", step=Decimal("0.25")) == Decimal("2.25")


@pytest.mark.parametrize(("text", "currency"), [("10.5", "JPY"), ("1.234", "USD"), ("1.2345", "KWD")])
def test_more_digits_than_the_currency_has_are_refused(text, currency):
    with pytest.raises(InputRejected, match=currency):
        numbers.money(text, currency, field="part")


@pytest.mark.parametrize(("text", "currency"), [("10", "JPY"), ("10.00", "JPY"), ("1.23", "USD"), ("1.234", "KWD")])
def test_an_amount_in_the_currencys_own_digits_is_read(text, currency):
    assert numbers.money(text, currency, field="part") == Money(Decimal(text), currency)


def test_an_amount_above_the_refundable_is_refused():
    with pytest.raises(InputRejected, match=r"At most 5\.00 USD"):
        numbers.money("5.01", "USD", field="part", most=Money(Decimal("5.00"), "USD"))
