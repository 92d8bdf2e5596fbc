"""What amounts are worth in another currency: by stored rates of the last 7 days, rounded up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from stores.models import ExchangeRate, RateSource
from stores.selectors import rates
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.NOW.date()


def rate(currency, value, *, base="EUR", days=0, source=RateSource.ECB):
    on = TODAY - timedelta(days=days)
    return ExchangeRate.objects.create(base=base, currency=currency, rate=value, on=on, source=source)


def worth(amount, currency, to):
    return rates.as_of(make.NOW).convert(make.money(amount, currency), to)


@pytest.mark.parametrize(
    ("amount", "currency", "to", "expected"),
    [
        ("10.00", "USD", "USD", "10.00"),
        ("10.00", "EUR", "USD", "11.00"),
        ("11.00", "USD", "EUR", "10.00"),
        ("11.01", "USD", "EUR", "10.01"),  # 10.00909: up
        ("1", "JPY", "EUR", "0.01"),  # 0.00625: up
        ("160", "JPY", "USD", "1.10"),
        ("1.10", "USD", "JPY", "160"),
        ("0.01", "USD", "JPY", "2"),  # 1.45: up
    ],
)
def test_it_is_rounded_up(amount, currency, to, expected):
    rate("USD", "1.1")
    rate("JPY", "160")

    assert worth(amount, currency, to) == make.money(expected, to)


@pytest.mark.parametrize(("days", "is_known"), [(7, True), (8, False), (-1, False)])
def test_a_rate_older_than_7_days_or_of_tomorrow_is_none(days, is_known):
    rate("USD", "1.1", days=days)

    assert (worth("1.00", "EUR", "USD") is not None) is is_known


def test_without_a_rate_nothing_is_compared():
    rate("USD", "1.1")

    assert worth("1", "JPY", "USD") is None
    assert rates.as_of(make.NOW).total([make.money("1"), make.money("1", "JPY")], "USD") is None


def test_the_newest_day_wins():
    rate("USD", "1.5", days=2)
    rate("USD", "1.1", days=1)

    assert worth("1.00", "EUR", "USD") == make.money("1.10")


def test_of_two_sources_of_one_day_the_dearer_one_counts():
    rate("USD", "1.1")
    rate("EUR", "0.8", base="USD", source=RateSource.TYPED)  # 1 EUR = 1.25 USD

    assert worth("1.00", "EUR", "USD") == make.money("1.25")


def test_tables_of_two_bases_are_not_mixed():
    rate("USD", "1.1")
    rate("JPY", "200", base="GBP", source=RateSource.TYPED)

    assert worth("1", "JPY", "USD") is None


def test_it_is_one_question(django_assert_num_queries):
    rate("USD", "1.1")
    with django_assert_num_queries(1):
        found = rates.as_of(make.NOW)
        found.convert(make.money("1"), "EUR")


def test_parts_are_rounded_up_one_by_one():
    rate("JPY", "160")
    parts = [make.money("1", "JPY"), make.money("1.00", "EUR")]

    assert rates.as_of(make.NOW).total(parts, "EUR") == make.money("1.01", "EUR")
