"""Who pays first and how it is split, where no platform says so."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.canonical.order import Payment
from stores.canonical.recipe import Per
from stores.connectors import refund_estimate
from stores.kernel.money import Money, total
from tests import make

HELD = st.lists(st.integers(0, 10**6), min_size=1, max_size=5)


def usd(amount: str) -> Money:
    return make.money(amount)


def payments(*amounts: str) -> list[Payment]:
    return [make.payment(amount, id=f"P{number}") for number, amount in enumerate(amounts)]


def split(given: str, *amounts: str, per: Per, fees: str = "0") -> list[tuple[str, str]]:
    """(payment, amount), with its fees where there are any."""
    found = refund_estimate.over(payments(*amounts), usd(given), per=per, fees=usd(fees))
    return [(p.payment_id, f"{p.amount.amount}" + (f" of it {p.fees.amount}" if p.fees else "")) for p in found]


def test_a_refund_of_all_payments_takes_from_each_by_what_it_holds():
    assert split("50.00", "100.00", "50.00", "50.00", per=Per.ORDER) == [
        ("P0", "25.00"), ("P1", "12.50"), ("P2", "12.50"),
    ]  # fmt: skip
    assert split("0.01", "1.00", "2.00", per=Per.ORDER) == [("P0", "0.00"), ("P1", "0.01")]


def test_a_refund_of_each_payment_takes_from_the_largest_first():
    assert split("12.00", "5.00", "10.00", "7.00", per=Per.PAYMENT) == [("P1", "10.00"), ("P2", "2.00")]
    assert split("5.00", "5.00", "5.00", per=Per.PAYMENT) == [("P0", "5.00")]


def test_fees_travel_with_the_first_that_give():
    assert split("12.00", "5.00", "10.00", per=Per.PAYMENT, fees="11.00") == [
        ("P1", "10.00 of it 10.00"), ("P0", "2.00 of it 1.00"),
    ]  # fmt: skip


@pytest.mark.parametrize("per", list(Per))
def test_nothing_is_asked_of_a_payment_that_holds_nothing(per):
    spent = make.payment("9.00", refundable=None)
    assert list(refund_estimate.over([spent], usd("5.00"), per=per)) == []
    assert list(refund_estimate.over(payments("9.00"), usd("0.00"), per=per)) == []


def test_more_than_there_is_goes_above_a_maximum_or_is_left_out():
    by_order = list(refund_estimate.over(payments("5.00"), usd("6.00"), per=Per.ORDER))
    by_payment = list(refund_estimate.over(payments("5.00"), usd("6.00"), per=Per.PAYMENT))
    assert [(p.amount, p.maximum) for p in by_order] == [(usd("6.00"), usd("5.00"))]
    assert [(p.amount, p.maximum) for p in by_payment] == [(usd("5.00"), usd("5.00"))]


@given(held=HELD.filter(any), permille=st.integers(0, 1000), per=st.sampled_from(Per))
def test_the_parts_sum_to_what_goes_back_and_none_exceeds_what_is_held(held, permille, per):
    paid = payments(*(str(Decimal(cents).scaleb(-2)) for cents in held))
    whole = Money.from_minor(sum(held) * permille // 1000, "USD")

    parts = list(refund_estimate.over(paid, whole, per=per))

    assert total((part.amount for part in parts), "USD") == whole
    assert all(part.amount <= part.maximum for part in parts)


def test_less_than_the_parts_are_worth_is_one_amount():
    def estimate(given: str) -> list[str]:
        found = refund_estimate.quote(
            usd(given), maximum=usd("50"), lines=(), payments=(), tax=usd("2"), shipping=usd("5"), fees=usd("1")
        )
        parts = (found.subtotal, found.tax, found.shipping, found.fees or usd("0"))
        assert total(parts, "USD") == found.total == usd(given)
        return [str(part.amount) for part in parts]

    assert estimate("8.00") == ["0.00", "2", "5", "1"]
    assert estimate("7.99") == ["7.99", "0", "0", "0"]


@pytest.mark.parametrize(("part", "of", "expected"), [("1", "3", "3.33"), ("2", "3", "6.67"), ("1", "0", "0")])
def test_a_share_is_rounded_once(part, of, expected):
    assert refund_estimate.share(usd("10.00"), Decimal(part), Decimal(of)) == usd(expected)
