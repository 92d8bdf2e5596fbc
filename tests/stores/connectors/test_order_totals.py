"""Units, totals and the state of payment that follow from what a platform tells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stores.canonical.order import MoneyPair, Totals
from stores.connectors import order_totals
from stores.connectors.order_totals import Count
from tests.make import money


def totals(whole: str, *, paid: str = "0", back: str = "0", held: str = "0", **more: Any) -> Totals:
    zero = MoneyPair.of(money("0"))
    parts: dict[str, Any] = dict.fromkeys(("subtotal", "tax", "shipping", "discounts", "refunded_shipping"), zero)
    told: dict[str, Any] = {"is_over": False} | more | parts
    return order_totals.to_totals(
        MoneyPair.of, money(whole), paid=money(paid), back=money(back), held=money(held), **told
    )


@pytest.mark.parametrize(("count", "current", "waiting", "cancelled"), [
    (Count(Decimal(3), Decimal(0), Decimal(1)), 3, 2, 0), (Count(Decimal(3), Decimal(2), Decimal(0)), 1, 1, 2),
    (Count(Decimal(3), Decimal(3), Decimal(2)), 0, 0, 1), (Count(Decimal(1), Decimal(2), Decimal(1)), 0, 0, 0),
])  # fmt: skip
def test_units_never_fall_below_none(count, current, waiting, cancelled):
    assert (count.current, count.waiting, count.cancelled) == (current, waiting, cancelled)
    assert count.of_line(closed=True)["cancellable"] == 0
    assert count.of_line(closed=False)["cancellable"] == waiting


def test_what_is_owed_and_what_stands_follow_from_what_was_paid_and_given_back():
    found = totals("10", paid="6", back="2")
    assert (found.current.shop, found.outstanding.shop, found.net.shop) == (money("8"), money("4"), money("4"))
    over = totals("10", paid="6", back="6", is_over=True)
    assert (over.current.shop, over.outstanding.shop) == (money("0"), money("0"))
    less = totals("10", paid="6", gone=money("4"))
    assert (less.current.shop, less.outstanding.shop) == (money("6"), money("0"))


@pytest.mark.parametrize(("told", "is_void", "state"), [
    (totals("10", paid="10"), False, "paid"), (totals("10", paid="9"), False, "partly_paid"),
    (totals("10", paid="10", back="1"), False, "partly_refunded"),
    (totals("10", paid="9", back="9"), False, "refunded"),
    (totals("10", held="10"), False, "authorised"), (totals("10"), True, "voided"), (totals("10"), False, "pending"),
])  # fmt: skip
def test_the_state_of_payment_follows_from_the_money(told, is_void, state):
    assert order_totals.payment_state(told, is_void=is_void) == state
