"""Limits in a currency that is not the shop's, and of a day in several of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cancellations.lifecycle import refund_limits
from cancellations.lifecycle.refund_limits import Above
from cancellations.models import Cancellation
from cancellations.selectors import looks
from stores.models import CurrencyLimit, ExchangeRate, Membership, Role
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture
def staff(cast):
    """Staff of shop_a, which trades in USD, who may give back 20,000 yen at once and 30,000 in a day."""
    work = cast.staff_a.memberships.get()
    CurrencyLimit.objects.create(membership=work, currency="JPY", per_cancellation=20_000, per_day=30_000)
    Membership.objects.filter(pk=work.pk).update(limit_all_per_day=500_00)
    return cast.staff_a


@pytest.fixture
def known():
    """100 yen are a dollar."""
    return ExchangeRate.objects.create(base="USD", currency="JPY", rate="100", on=NOW.date(), source="typed")


@pytest.fixture
def gave_back(cast, staff):
    def made(minor, currency="JPY", **fields):
        record = make.order_record(store=cast.shop_a)
        said = {"state": "done", "created_at": NOW - timedelta(hours=1), "requester": staff} | fields
        return make.cancellation(record=record, limit_minor=minor, limit_currency=currency, **said)

    return made


def why(person, shop, amount, currency="JPY"):
    return refund_limits.why(person, shop, make.money(amount, currency), now=NOW)


@pytest.mark.parametrize(
    ("yen", "answer"), [("20000", None), ("20001", Above.PER_CANCELLATION)], ids=["at the limit", "a yen above"]
)
def test_a_small_order_in_yen_does_not_need_the_owner(cast, staff, known, yen, answer):
    assert why(staff, cast.shop_a, yen) is answer


@pytest.mark.parametrize(("yen", "answer"), [("12000", None), ("12001", Above.PER_DAY)])
def test_the_day_of_that_currency_is_its_own(cast, staff, known, gave_back, yen, answer):
    gave_back(18_000)
    gave_back(9_000, currency="")  # in the shop's: not of this day

    assert why(staff, cast.shop_a, yen) is answer


def test_no_row_is_no_right(cast, staff, known):
    assert why(staff, cast.shop_a, "1.00", "EUR") is Above.CURRENCY
    assert why(cast.admin_a, cast.shop_a, "1.00", "EUR") is None


@pytest.mark.parametrize("role", [Role.AUDITOR])
def test_a_row_of_somebody_who_moves_nothing_is_none(cast, staff, known, role):
    Membership.objects.filter(person=staff).update(role=role)

    assert why(staff, cast.shop_a, "1") is Above.CURRENCY


def test_a_row_of_another_shop_is_none(cast, staff, known):
    make.membership(staff, cast.shop_b)

    assert why(staff, cast.shop_b, "1") is Above.CURRENCY


class TestAllCurrencies:
    @pytest.mark.parametrize(("minor", "answer"), [(400_00, None), (400_01, Above.ALL_PER_DAY)])
    def test_the_sum_of_the_day_has_a_limit_too(self, cast, staff, known, gave_back, minor, answer):
        gave_back(minor, currency="")

        assert why(staff, cast.shop_a, "10000") is answer

    def test_an_order_in_the_shops_currency_counts_the_others(self, cast, staff, known, gave_back):
        gave_back(30_000)

        assert why(staff, cast.shop_a, "200.00", "USD") is None
        assert why(staff, cast.shop_a, "200.01", "USD") is Above.ALL_PER_DAY

    def test_it_is_rounded_against_the_person(self, cast, staff, gave_back):
        ExchangeRate.objects.create(base="USD", currency="JPY", rate="99.9", on=NOW.date(), source="typed")
        gave_back(400_00, currency="")

        assert why(staff, cast.shop_a, "9990") is None
        assert why(staff, cast.shop_a, "9991") is Above.ALL_PER_DAY

    def test_a_day_in_the_shops_currency_alone_needs_no_rate(self, cast, staff, gave_back):
        gave_back(400_00, currency="")

        assert why(staff, cast.shop_a, "600.00", "USD") is None

    @pytest.mark.parametrize("days", [None, 8])
    def test_without_a_rate_of_the_last_7_days_somebody_without_limits_is_asked(self, cast, staff, days):
        if days:
            on = NOW.date() - timedelta(days=days)
            ExchangeRate.objects.create(base="USD", currency="JPY", rate="100", on=on, source="typed")

        assert why(staff, cast.shop_a, "1") is Above.NO_RATE
        assert why(cast.admin_a, cast.shop_a, "1") is None

    def test_before_money_moves_the_rates_of_the_word_count(self, staff, known, gave_back):
        """Admitted at 100 yen a dollar: the yen's rise on the next day stops nothing."""
        held = gave_back(30_000, state="held", counts_from=NOW)
        Membership.objects.filter(person=staff).update(limit_all_per_day=300_00)
        CurrencyLimit.objects.update(per_cancellation=30_000)
        ExchangeRate.objects.create(
            base="USD", currency="JPY", rate="50", on=NOW.date() + timedelta(days=1), source="typed"
        )

        assert refund_limits.trouble(held) == ""

    def test_a_limit_that_was_taken_away_stops_it(self, known, gave_back):
        held = gave_back(100, state="held", counts_from=NOW)
        CurrencyLimit.objects.all().delete()

        assert "in JPY, your limits are in USD" in refund_limits.trouble(held)


class TestWhoApproves:
    @pytest.fixture
    def waiting(self, cast, known, gave_back):
        return gave_back(15_000, state="awaiting_approval", requester=make.person())

    def names(self, cancellation):
        return {person.email for person in refund_limits.approvers(cancellation, now=NOW)}

    def test_whoever_has_a_limit_in_its_currency_may(self, cast, staff, waiting):
        assert self.names(waiting) == {staff.email, cast.admin_a.email, cast.owner.email}
        assert looks.count(staff) == 1
        assert {row.pk for row in Cancellation.objects.filter(pk__in=looks.approvals(staff))} == {waiting.pk}

    @pytest.mark.parametrize("field", ["per_cancellation", "per_day"])
    def test_not_above_it(self, cast, staff, waiting, field):
        CurrencyLimit.objects.update(**{field: 14_999})

        assert staff.email not in self.names(waiting)
        assert looks.count(staff) == 0

    def test_a_limit_in_another_currency_is_none(self, cast, staff, waiting):
        CurrencyLimit.objects.update(currency="KRW")

        assert staff.email not in self.names(waiting)
        assert looks.count(staff) == 0

    def test_what_waits_for_my_approval_is_nothing_else_that_waits(self, cast, waiting):
        make.cancellation(record=make.order_record(store=cast.shop_a), state="needs_operator")

        assert looks.count(cast.owner) == 2
        assert {row.pk for row in Cancellation.objects.filter(pk__in=looks.approvals(cast.owner))} == {waiting.pk}
        for nobody in (cast.stranger, cast.auditor_a):
            assert not Cancellation.objects.filter(pk__in=looks.approvals(nobody)).exists()
