"""Sums by key, of amounts and of units."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stores.kernel import i18n
from stores.kernel.money import COUNTED, Money, allocate, exponent, is_said_whole, summed


def test_what_stands_under_one_key_is_added_up_in_the_order_of_the_keys():
    one, two = Money(Decimal("1.50"), "USD"), Money(Decimal(2), "USD")

    assert list(summed([("b", one), ("a", two), ("b", two)]).items()) == [("b", one + two), ("a", two)]
    assert summed([(("7", ""), Decimal(3)), (("7", ""), Decimal(-3))]) == {("7", ""): Decimal(0)}
    assert summed([]) == {}


def test_two_currencies_under_one_key_are_no_sum():
    with pytest.raises(ValueError, match=r"USD|EUR"):
        summed([("a", Money(Decimal(1), "USD")), ("a", Money(Decimal(1), "EUR"))])


@pytest.mark.parametrize(("amount", "currency", "minor"), [
    ("150.52", "RSD", 15052), ("3000.33", "LBP", 300033), ("1.5", "IQD", 1500), ("10.45", "HUF", 1045),
    ("5", "TWD", 500), ("5", "ISK", 5), ("5", "UGX", 5), ("5.124", "KWD", 5124), ("500", "JPY", 500),
])  # fmt: skip
def test_currencies_have_the_digits_that_banks_count(amount, currency, minor):
    """CLDR leaves some out: bojanz/currency/issues/37, medusajs/medusa/pull/14698, JodaOrg/joda-money/issues/7."""
    money = Money(Decimal(amount), currency)

    assert (money.minor, Money.from_minor(minor, currency), money.rounded()) == (minor, money, money)


def test_no_part_of_a_dinar_is_lost_where_it_is_split():
    parts = allocate(Money(Decimal("150.52"), "RSD"), [Decimal(1), Decimal(1), Decimal(1)])

    assert [str(part.amount) for part in parts] == ["50.18", "50.17", "50.17"]


def test_parts_that_nobody_says_are_shown_where_there_are_any():
    said = {amount: i18n.money(Money(Decimal(amount), "RSD")) for amount in ("1234.00", "1234.5", "150.52")}

    assert list(said.values()) == ["RSD\xa01,234", "RSD\xa01,234.50", "RSD\xa0150.52"]


def test_currencies_that_are_counted_finer_are_said_whole():
    assert all(is_said_whole(currency) and exponent(currency) > 1 for currency in COUNTED)
    assert [is_said_whole(currency) for currency in ("JPY", "EUR", "KWD")] == [True, False, False]


@pytest.mark.parametrize(
    ("amount", "currency", "minor"), [("40.10", "ISK", 41), ("40", "ISK", 40), ("1.001", "EUR", 101)]
)
def test_what_is_finer_than_its_currency_counts_up_against_a_limit(amount, currency, minor):
    """Parts of a króna, of before April 2023: support.stripe.com, "Deprecation of fractional ISK charges"."""
    money = Money(Decimal(amount), currency)

    assert money.minor_up == minor
    if money == money.rounded():
        assert money.minor == minor
