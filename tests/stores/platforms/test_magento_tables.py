"""Cents of Magento's shipping, as tables of the pure functions that say it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stores.platforms.magento import refund_math as magento_refund_math


@pytest.mark.parametrize(("plus", "minus", "items", "cents"), [
    ("0.01", "0", 0, "0.01"), ("0", "0.01", 0, "-0.01"), ("0.02", "0", 0, "0"), ("0.02", "0", 1, "0.02"),
    ("0.03", "0.01", 1, "0.02"), ("0", "0.03", 2, "-0.03"), ("0", "0.04", 2, "0"), ("5.00", "0", 2, "0"),
])  # fmt: skip
def test_a_cent_for_each_line_of_a_memo_is_rounding_and_more_is_goodwill(plus, minus, items, cents):
    memo = {"base_adjustment_positive": plus, "base_adjustment_negative": minus, "items": [{}] * items}

    assert magento_refund_math.rounding([memo]) == Decimal(cents)


@pytest.mark.parametrize(("shipping", "goodwill"), [("0", "5.00"), ("3.00", "0")])
def test_what_a_memo_without_shipping_gave_extra_may_have_been_shipping(shipping, goodwill):
    memo = {"base_adjustment_positive": "5.00", "base_shipping_amount": shipping}

    assert magento_refund_math.adjustments([memo, {}]) == Decimal(goodwill)
