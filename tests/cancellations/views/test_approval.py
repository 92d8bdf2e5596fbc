"""What an approver sees: why it needs them, the customer, every line, the money, and who else may approve."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cancellations.models import Cancellation
from stores.models import Membership
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(cast):
    return make.cancellation(
        record=make.order_record(store=cast.shop_a), requester=cast.staff_a, state="awaiting_approval"
    )


@pytest.fixture
def shown(cast, browser_of, row):
    def page(person=cast.admin_a):
        text = browser_of(person).get(reverse("cancellations:detail", args=[row.uuid])).content.decode()
        return " ".join(text.split())

    return page


def test_every_line_the_customer_and_the_money_are_there(row, shown):
    page = shown()
    part = page[page.index('id="approval"') :]

    assert row.order.customer_name in part
    assert row.order.customer_email in part
    assert "US$" in part
    assert part.count("<tr>") > 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("per_cancellation", "It is above the limit of Staff_A for one cancellation."),
        ("per_day", "With it Staff_A would pass their limit for 24 hours."),
        ("all_per_day", "in all currencies together."),
        ("currency", "in which Staff_A has no limit."),
        ("no_rate", "no exchange rate of the last 7 days"),
        ("", "It is above the limit of Staff_A."),
    ],
)
def test_why_it_needs_approval_is_said(shown, row, code, words):
    Cancellation.objects.update(asked_why=code)

    assert words in shown()


def test_whoever_asked_reads_for_whom_it_waits(cast, shown, row):
    page = shown(cast.staff_a)

    assert "Admin_A, Owner" in page
    assert "cannot approve it" in page


def test_nobody_who_could_is_said(cast, shown, row):
    Membership.objects.filter(person=cast.admin_a).update(limit_per_cancellation=0)
    Cancellation.objects.update(limit_minor=1)
    cast.owner.is_active = False
    cast.owner.save()

    assert "Nobody has limits that cover it now" in shown(cast.staff_a)


def test_what_no_longer_waits_has_no_such_card(cast, shown, row):
    Cancellation.objects.update(state="held")

    assert 'id="approval"' not in shown()
