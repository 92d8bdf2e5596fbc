"""Sums by key, of amounts and of units."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stores.kernel.money import Money, summed


def test_what_stands_under_one_key_is_added_up_in_the_order_of_the_keys():
    one, two = Money(Decimal("1.50"), "USD"), Money(Decimal(2), "USD")

    assert list(summed([("b", one), ("a", two), ("b", two)]).items()) == [("b", one + two), ("a", two)]
    assert summed([(("7", ""), Decimal(3)), (("7", ""), Decimal(-3))]) == {("7", ""): Decimal(0)}
    assert summed([]) == {}


def test_two_currencies_under_one_key_are_no_sum():
    with pytest.raises(ValueError, match=r"USD|EUR"):
        summed([("a", Money(Decimal(1), "USD")), ("a", Money(Decimal(1), "EUR"))])
