"""How long something is held: by the shop, and longer from certain amounts on."""

from __future__ import annotations

import pytest

from stores.models import ExchangeRate, HoldTier
from stores.selectors import holds
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    made = make.store(hold_seconds=600)
    for minor, seconds in ((2_000_00, 14_400), (500_00, 3_600)):
        HoldTier.objects.create(store=made, from_minor=minor, seconds=seconds)
    return made


def hold(shop, amount, currency="USD"):
    return holds.seconds(shop, make.money(amount, currency), now=make.NOW)


@pytest.mark.parametrize(
    ("amount", "seconds"),
    [("0.00", 600), ("499.99", 600), ("500.00", 3_600), ("1999.99", 3_600), ("2000.00", 14_400), ("9999.00", 14_400)],
)
def test_the_largest_step_that_is_reached_counts(shop, amount, seconds):
    assert hold(shop, amount) == seconds


@pytest.mark.parametrize(("yen", "seconds"), [("49999", 3_600), ("49998", 600), ("0", 600)])
def test_another_currency_goes_by_the_stored_rate_rounded_up(shop, yen, seconds):
    """49,999 yen are 499.995 dollars of 99.9991 yen: held as 500."""
    ExchangeRate.objects.create(base="USD", currency="JPY", rate="99.9991", on=make.NOW.date(), source="typed")

    assert hold(shop, yen, "JPY") == seconds


def test_what_cannot_be_compared_is_held_longest(shop):
    assert hold(shop, "1", "JPY") == 14_400


def test_a_shop_without_steps_holds_everything_alike():
    shop = make.store(hold_seconds=300)

    assert hold(shop, "1", "JPY") == hold(shop, "9999.00") == 300
