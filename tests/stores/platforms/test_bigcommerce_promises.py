"""What BigCommerce's preview may promise: no way of paying back that the work itself would refuse, and never more."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cancellations.planning.plan import Plan
from sandbox.platforms.bigcommerce import quotes
from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator
from sandbox.platforms.bigcommerce.spec import Line
from stores.canonical.commands import RefundOrder
from stores.canonical.receipts import Outcome
from stores.canonical.request import RefundChoice
from stores.kernel.errors import RemoteRefused
from stores.kernel.http.responses import Answer
from stores.kernel.money import Money
from stores.platforms.bigcommerce import finding
from stores.services import platform_client
from tests.stores.platforms.bigcommerce import place
from tests.stores.platforms.rig import KEY

PLATFORM = "bigcommerce"
TWO = (Line(sku="MUG", quantity=3, price="10.00"), Line(sku="TEA", title="Mountain tea", quantity=2, price="4.00"))


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


def test_an_amount_of_ones_own_is_promised_only_as_far_as_it_can_be_sent(desk):
    """BigCommerce pays back goods and named shipping, by its own way: what is above is told before the click."""
    record = desk.order(lines=TWO, handling="1.50", tender=[("giftcertificate", "20.00"), ("testgateway", "24.50")])
    wishes: list[tuple[tuple[int, int], str, dict[str, str], str]] = [
        ((3, 2), "0", {"testgateway": "24.50", "giftcertificate": "19.99"}, "At most US$38.00"),
        ((1, 0), "0", {"testgateway": "12.00"}, "At most US$10.00"),
        ((1, 0), "5.00", {"testgateway": "15.01"}, "At most US$15.00"),
        ((1, 0), "0", {"giftcertificate": "5.00"}, "At most US$0.00"),
        ((1, 0), "5.00", {"testgateway": "15.00"}, ""),
    ]
    for units, shipping, said, words in wishes:
        part = {payment: usd(amount) for payment, amount in said.items()}
        wish = desk.some(record, *units, refund=RefundChoice.PART, part=part, shipping=usd(shipping))
        plan = desk.plan(record, wish)
        assert words in plan.blockers[0].text if words else not plan.blockers, (said, plan.blockers)

    done = desk.work(desk.confirm(record, wish))
    assert (done.state, done.differs) == ("done", False), done.trouble
    assert [str(effect.amount) for effect in desk.world.effects(kind="refund")] == ["15.00"]


def test_an_amount_finer_than_our_minor_unit_is_never_rounded_up(desk, monkeypatch):
    """1234.50 of a currency that is counted in whole units here would leave as 1235."""
    record = desk.order(lines=TWO)
    plain = quotes.quote
    for amount, code in ((12.345, "no_quote"), (43.0, "")):

        def finer(*asked: Any, amount: float = amount) -> Any:
            said = plain(*asked)
            return said | {"refund_methods": [[said["refund_methods"][0][0] | {"amount": amount}]]}

        monkeypatch.setattr(quotes, "quote", finer)
        plan = desk.plan(record, desk.everything(record))
        assert [blocker.code for blocker in plan.blockers] == ([code] if code else []), amount


def test_a_refund_of_which_one_payment_was_declined_is_not_told_as_unpaid():
    """Somebody who reads that nothing was paid back pays the whole of it by hand."""
    command = RefundOrder(order_id="1", currency="USD", lines=(), payments=(), shipping=None)
    for declined, words in (((True, False), "only part of it"), ((True, True), "declined to pay back")):
        paid = [
            {"id": place, "provider_id": f"gateway{place}", "amount": Decimal(5), "offline": False, "is_declined": no,
             "declined_message": "Card expired." if no else ""}
            for place, no in enumerate(declined, start=1)
        ]  # fmt: skip
        data = {"id": 6, "order_id": 1, "items": [], "payments": paid}
        with pytest.raises(RemoteRefused) as caught:
            finding.refund_begun(command, Answer(201, {}, {"data": data}))
        assert words in caught.value.user_message
        assert "Card expired." in caught.value.user_message


def test_the_shop_itself_pays_no_more_through_a_payment_than_it_holds(desk):
    """Staff gave back some of the card between our look and our call: an own amount is refused there, and told."""
    record = desk.order(lines=TWO, tender=[("giftcertificate", "20.00"), ("testgateway", "23.00")])
    wish = desk.everything(record, refund=RefundChoice.PART, part={"testgateway": usd("22.00")})
    platform = platform_client.open_platform(desk.store)
    (command,) = (step.command for step in desk.plan(record, wish).steps if step.kind == "refund")
    BigCommerceSimulator(desk.world).staff(record.external_id).refund(1)

    left = replace(command, lines=tuple(replace(line, units=min(line.units, Decimal(2))) for line in command.lines))
    with pytest.raises(RemoteRefused):
        platform.carry_out(left, key="k", tag="[op 00000001]")
    assert [str(effect.amount) for effect in desk.world.effects(kind="refund")] == ["10.00"]


def test_adjustments_of_the_same_goods_at_the_same_moment_are_all_done(world):
    """400 orders of one article on a bad Monday: each sees the count move by all of them."""
    shop = place.on_world(world)
    commands = [place.stock(place.made(world, shop)) for _ in range(3)]
    begun = [shop.carry_out(command, key=f"{KEY}{n}", tag=f"[op {n}]") for n, command in enumerate(commands)]
    world.advance(61)

    told = [shop.poll(command, receipt) for command, receipt in zip(commands, begun, strict=True)]

    assert [receipt.outcome for receipt in told] == [Outcome.APPLIED] * 3
    assert len(world.effects(kind="stock")) == 3
