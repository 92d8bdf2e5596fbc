"""What makes a plan stale, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cancellations.planning.planner import fingerprint
from stores.canonical.order import Location, PaymentState, PaymentStatus, Readiness, Remark
from tests import make

ORDER = make.canonical_order(lines=[make.line(units=3), make.line(units=2)])


def line(**fields):
    return replace(ORDER, lines=(replace(ORDER.lines[0], **fields), ORDER.lines[1]))


def place(**fields):
    return line(placements=(replace(ORDER.lines[0].placements[0], **fields),))


def payment(**fields):
    return replace(ORDER, payments=(replace(ORDER.payments[0], **fields),))


@pytest.mark.parametrize(
    "moved",
    [
        line(cancellable=Decimal(2)),
        line(shipped=Decimal(1)),
        line(current=Decimal(2), cancelled=Decimal(1)),
        line(refundable=Decimal(1)),
        line(unit_price=make.pair("9.00")),
        place(location=Location(id="other", name="Other")),
        place(location=replace(make.WAREHOUSE, is_active=False)),
        place(units=Decimal(2)),
        place(readiness=Readiness.BEING_PACKED),
        place(readiness=Readiness.WITH_SERVICE),
        payment(refundable=make.money("1.00")),
        payment(capturable=make.money("1.00")),
        payment(status=PaymentStatus.PENDING),
        replace(ORDER, payments=()),
        replace(ORDER, payment=PaymentState.PARTLY_REFUNDED),
        replace(ORDER, cancelled_at=make.NOW),
        replace(ORDER, remarks=(Remark(kind="dispute", text="Chargeback", is_open=True),)),
        replace(ORDER, is_editable=False),
        replace(ORDER, shipping_refundable=make.money("1.00")),
        replace(ORDER, lines=ORDER.lines[:1]),
        replace(ORDER, whole_cancel_blockers=("A payment is pending.",)),
    ],
)
def test_what_changes_a_plan_changes_the_fingerprint(moved):
    assert fingerprint(moved, "1") != fingerprint(ORDER, "1")


@pytest.mark.parametrize(
    "moved",
    [
        replace(ORDER, updated_at=ORDER.updated_at + timedelta(hours=1)),
        replace(ORDER, tags=("vip",)),
        replace(ORDER, note="Please hurry"),
        replace(ORDER, customer=replace(ORDER.customer, name="Somebody Else")),
        place(readiness=Readiness.ON_HOLD, detail="Held"),
        place(id="moved", group_id="moved"),
        line(cancellable=Decimal("3.000")),
        replace(ORDER, remarks=(Remark(kind="return", text="Closed", is_open=False),)),
    ],
)
def test_what_does_not_leaves_it(moved):
    assert fingerprint(moved, "1") == fingerprint(ORDER, "1")


def test_another_reading_of_ours_changes_it():
    assert fingerprint(ORDER, "2") != fingerprint(ORDER, "1")
