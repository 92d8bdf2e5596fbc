"""What BigCommerce's preview may promise: no way of paying back that the work itself would refuse, and never more."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cancellations.planning.plan import Plan
from stores.canonical.request import RefundChoice
from stores.kernel.money import Money
from stores.sandbox.bigcommerce import quotes
from stores.sandbox.bigcommerce.spec import Line
from tests.rigs.desk import Desk, desk_on

TWO = (Line(sku="MUG", quantity=3, price="10.00"), Line(sku="TEA", title="Mountain tea", quantity=2, price="4.00"))


@pytest.fixture
def desk(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on("bigcommerce", tmp_path, monkeypatch) as made:
        yield made


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


def back(plan: Plan) -> dict[str, tuple[str, bool]]:
    """payment → (amount, by hand) of the refund that is planned."""
    command: Any = plan.steps[0].command
    return {paid.payment_id: (str(paid.amount.amount), paid.is_manual) for paid in command.payments}


def test_store_credit_never_takes_what_a_card_paid(desk):
    """The card cannot be refunded by a call, and BigCommerce offers store credit for all of it: nobody asked for it."""
    tender = [("storecredit", "20.00"), ("testgateway", "23.00")]
    record = desk.order(lines=TWO, tender=tender, can_refund="offline")
    assert back(desk.plan(record, desk.everything(record))) == {
        "testgateway": ("23.00", True), "storecredit": ("20.00", False),
    }  # fmt: skip


def test_more_than_the_payments_hold_is_never_promised(desk, monkeypatch):
    record = desk.order(lines=TWO)
    plain = quotes.quote

    def more(*asked: Any) -> Any:
        said = plain(*asked)
        way = [said["refund_methods"][0][0] | {"amount": 60.0}]
        return said | {"total_refund_amount": 60.0, "refund_methods": [way]}

    monkeypatch.setattr(quotes, "quote", more)
    plan = desk.plan(record, desk.everything(record))
    assert [blocker.code for blocker in plan.blockers] == ["quote_too_high"]


def test_a_paid_order_that_cannot_be_paid_back_is_not_cancelled_for_nothing(desk, monkeypatch):
    """Without any way, or with store credit alone that nobody paid by, a full refund is no plan of zero."""
    record = desk.order(lines=TWO)
    credit = [[{"provider_id": "storecredit", "provider_description": "Store credit", "amount": 43.0}]]
    for ways in ([], credit):
        monkeypatch.setattr(quotes, "ways", lambda *_asked, ways=ways: ways)
        plan = desk.plan(record, desk.everything(record))
        assert [blocker.code for blocker in plan.blockers] == ["no_quote"], ways
        assert "offers no way" in plan.blockers[0].text
        assert not desk.plan(record, desk.everything(record, refund=RefundChoice.NONE)).blockers
