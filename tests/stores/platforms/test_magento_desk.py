"""From preview to receipt on a simulated Magento shop: what was promised is what is seen, once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cancellations.services import preview
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from stores.canonical.request import RefundChoice
from stores.kernel.money import Money
from tests.rigs.desk import Desk, desk_on, lines_of
from tests.sandbox import magento_spec

MUG = Line(title="Enamel mug", price="14.50", sku="MUG-BLU", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA-100", quantity=2)


@pytest.fixture
def desk(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on("magento", tmp_path, monkeypatch) as made:
        made.world.watchers.append(magento_spec.checker())
        yield made


def calls(desk: Desk) -> dict[str, int]:
    return {name: int(count) for name, count in desk.world.counters()["requests"].items()}


def carried(desk: Desk, order: Any, request: Any) -> tuple[Any, dict[str, int]]:
    """Preview, confirm, work; the cancellation, and the calls from confirming on."""
    cancellation = desk.confirm(order, request)
    before = calls(desk)
    done = desk.work(cancellation)
    spent = {name: count - before.get(name, 0) for name, count in calls(desk).items()}
    return done, {name: count for name, count in spent.items() if count}


def is_as_promised(cancellation: Any) -> None:
    assert (cancellation.state, cancellation.differs) == ("done", False), [
        row for row in lines_of(cancellation.receipt) if row["verdict"] == "differs"
    ] or cancellation.trouble


def test_a_paid_order_ends_by_a_refund(desk):
    order = desk.order(lines=[MUG, TEA])
    done, spent = carried(desk, order, desk.everything(order))

    is_as_promised(done)
    assert [str(e.amount) for e in desk.world.effects(kind="refund")] == ["66.30"]
    assert desk.count("cancel") == 0
    live = desk.live(order)
    assert (live.cancelled_at is not None, live.cancel_reason) == (True, "Cancelled by refund")
    assert MagentoSimulator(desk.world).order(live.external_id)["state"] == "closed"
    assert MagentoSimulator(desk.world).stock("MUG-BLU")["salable"] == 1000
    assert sum(spent.values()) <= 7, spent


@pytest.mark.parametrize("pay", ["unpaid", "authorised"])
def test_an_order_nobody_paid_is_cancelled(desk, pay):
    order = desk.order(lines=[MUG, TEA], pay=pay)
    done, spent = carried(desk, order, desk.everything(order))

    is_as_promised(done)
    assert (desk.count("cancel"), desk.count("refund"), desk.count("void")) == (1, 0, int(pay == "authorised"))
    assert MagentoSimulator(desk.world).stock("MUG-BLU")["salable"] == 1000
    assert sum(spent.values()) <= 5, spent


def test_two_invoices_make_two_credit_memos(desk):
    order = desk.order(lines=[MUG, TEA], invoices=[(2, 2), (1, 0)])
    done, _ = carried(desk, order, desk.everything(order))

    is_as_promised(done)
    assert [str(e.amount) for e in desk.world.effects(kind="refund")] == ["51.80", "14.50"]
    assert desk.live(order).cancelled_at


def test_a_partly_invoiced_order_is_refunded_and_then_cancelled(desk):
    order = desk.order(lines=[MUG, TEA], invoices=[(1, 0)])
    done, _ = carried(desk, order, desk.everything(order))

    assert done.state == "done"
    differing = {row["kind"] for row in lines_of(done.receipt) if row["verdict"] == "differs"}
    assert differing <= {"stock"}  # no record of what a cancel puts back
    assert [(e.kind, e.units) for e in desk.world.effects() if e.kind != "stock"] == [("refund", 1), ("cancel", 4)]
    assert MagentoSimulator(desk.world).stock("TEA-100")["salable"] == 1000


def test_part_of_a_paid_order(desk):
    order = desk.order(lines=[MUG, TEA], tax_rate="0.19")
    done, spent = carried(desk, order, desk.some(order, 1))

    is_as_promised(done)
    assert [str(e.amount) for e in desk.world.effects(kind="refund")] == ["17.26"]
    assert desk.live(order).cancelled_at is None
    assert sum(spent.values()) <= 7, spent


def test_part_with_an_amount_of_ones_own(desk):
    order = desk.order(lines=[MUG])
    payment = desk.live(order).payments[0].id
    wish = {"refund": RefundChoice.PART, "part": {payment: Money(Decimal("10.00"), "USD")}}
    done, _ = carried(desk, order, desk.some(order, 1, **wish))

    is_as_promised(done)
    assert [(str(e.amount), e.units) for e in desk.world.effects(kind="refund")] == [("10.00", 1)]


def test_all_units_with_some_of_the_money_kept(desk):
    """The order is then complete in Magento, not closed: neither promised nor told as cancelled."""
    whole = {"refund": RefundChoice.PART, "part": {}}
    for wish, amount in (({"shipping": Money(Decimal(0), "USD")}, "43.50"), (whole, "5.00")):
        order = desk.order(lines=[MUG])
        if "part" in wish:
            wish = whole | {"part": {desk.live(order).payments[0].id: Money(Decimal(amount), "USD")}}
        done, _ = carried(desk, order, desk.everything(order, **wish))

        is_as_promised(done)
        live = desk.live(order)
        assert (live.cancelled_at, live.lines[0].current) == (None, 0)
        assert MagentoSimulator(desk.world).order(live.external_id)["state"] == "complete"
        assert [str(e.amount) for e in desk.world.effects(live.external_id, kind="refund")] == [amount]


def test_units_kept_out_of_stock_are_written_off(desk):
    order = desk.order(lines=[MUG, TEA])
    line = desk.live(order).lines[0].id
    done, _ = carried(desk, order, desk.some(order, 1, 1, keep_stock=frozenset({line})))

    is_as_promised(done)
    mug, tea = MagentoSimulator(desk.world).stock("MUG-BLU"), MagentoSimulator(desk.world).stock("TEA-100")
    assert (mug["salable"], mug["qty"]) == (997, 999)
    assert (tea["salable"], tea["qty"]) == (999, 1000)


def test_part_of_an_unpaid_order_is_blocked_in_words(desk):
    order = desk.order(lines=[MUG, TEA], pay="unpaid")
    plan = desk.plan(order, desk.some(order, 1))

    assert any("never invoiced" in blocker.text for blocker in plan.blockers), plan.blockers


def test_an_order_on_hold_is_blocked_in_words(desk):
    order = desk.order(lines=[MUG], held=True)
    plan = preview.plan_of(desk.preview(order, desk.everything(order)))

    assert plan.blockers


def test_a_credit_memo_that_is_refused_leaves_everything(desk):
    order = desk.order(lines=[MUG])
    desk.world.fault(
        "user_error", on="refund", body={"message": "The order does not allow a creditmemo to be created."}
    )
    done, _ = carried(desk, order, desk.some(order, 1))

    assert done.state == "refused"
    assert desk.count("refund") == 0


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "error_after"])
def test_a_lost_answer_never_pays_twice(desk, fault):
    order = desk.order(lines=[MUG])
    desk.world.fault(fault, on="refund")
    done, _ = carried(desk, order, desk.some(order, 1))

    if fault == "drop_before":
        assert (done.state, desk.count("refund")) == ("needs_operator", 0)
    else:
        is_as_promised(done)
        assert desk.count("refund") == 1


def test_a_lost_cancel_is_sent_again_only_when_it_did_not_happen(desk):
    for fault in ("drop_before", "drop_after"):
        order = desk.order(lines=[MUG], pay="unpaid")
        desk.world.fault(fault, on="cancel")
        done, _ = carried(desk, order, desk.everything(order))
        is_as_promised(done)
        assert len(desk.world.effects(desk.live(order).external_id, kind="cancel")) == 1


def test_money_that_left_without_a_credit_memo_is_never_sent_again(desk):
    """The provider paid, and the shop's database took everything back: one text, and nothing to be read."""
    order = desk.order(lines=[MUG])
    desk.world.fault("user_error", on="refund", flavour="paid")
    done, _ = carried(desk, order, desk.some(order, 1))

    assert done.state == "needs_operator"
    assert desk.count("refund") == 1


def test_a_message_is_asked_for_where_magento_sends_one(desk):
    paid = desk.order(lines=[MUG])
    done, _ = carried(desk, paid, desk.some(paid, 1, notify=True))
    is_as_promised(done)
    assert desk.count("notify") == 1

    unpaid = desk.order(lines=[MUG], pay="unpaid")
    assert desk.plan(unpaid, desk.everything(unpaid, notify=True)).blockers


def test_what_is_left_of_a_partly_shipped_order(desk):
    order = desk.order(lines=[Line(quantity=3, shipped=1), TEA])
    done, _ = carried(desk, order, desk.everything(order))

    is_as_promised(done)
    assert [line.current for line in desk.live(order).lines] == [1, 0]


def test_stock_of_unpaid_units_cannot_be_kept(desk):
    order = desk.order(lines=[MUG], pay="unpaid")
    line = desk.live(order).lines[0].id
    plan = desk.plan(order, desk.everything(order, keep_stock=frozenset({line})))
    assert any("always puts them back" in blocker.text for blocker in plan.blockers), plan.blockers


def test_a_paid_order_without_a_refund_is_blocked_in_words(desk):
    order = desk.order(lines=[MUG])
    plan = desk.plan(order, desk.everything(order, refund=RefundChoice.NONE))
    assert any("only with money" in blocker.text for blocker in plan.blockers), plan.blockers


def test_a_customer_of_another_currency(desk):
    order = desk.order(lines=[MUG], currency="EUR", rate="0.9137", tax_rate="0.20")
    done, _ = carried(desk, order, desk.some(order, 2))
    is_as_promised(done)
    assert [(str(e.amount), e.currency) for e in desk.world.effects(kind="refund")] == [("34.80", "USD")]


def test_what_was_paid_by_cheque_is_recorded_and_paid_by_a_person(desk):
    order = desk.order(lines=[MUG], pay="offline")
    request = desk.everything(order)
    assert all(payment.is_manual for payment in desk.live(order).payments)
    done, _ = carried(desk, order, request)

    is_as_promised(done)
    assert [(str(e.amount), e.detail["online"]) for e in desk.world.effects(kind="refund")] == [("48.50", False)]
