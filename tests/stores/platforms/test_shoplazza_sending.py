"""What really leaves: exact addresses and bodies, and the guards before a refund that cannot be taken back."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from sandbox import in_process
from sandbox.platforms.shoplazza.spec import Line
from stores.canonical.commands import CancelOrder, PaymentBack, RefundOrder, UnitsBack, VoidPayment
from stores.canonical.receipts import Outcome, Receipt
from stores.canonical.request import CancelRequest, Reason, RefundChoice
from stores.kernel.errors import (
    InputRejected,
    JobFailed,
    OutcomeUnknown,
    RemoteRefused,
    RemoteUnavailable,
    Unsupported,
)
from stores.kernel.money import Money
from tests import make
from tests.stores.platforms.rig import KEY, TAG, Sent
from tests.stores.platforms.shoplazza import place, recorded

LINE = "7182105848352794601"


def usd(amount):
    return Money(Decimal(amount), "USD")


def back(payments=(("9", "19.90"),), shipping=None, units="1", restock=True, currency="USD"):
    paid = [(pid, Money(Decimal(amount), currency)) for pid, amount in payments]
    return RefundOrder(
        order_id="1",
        currency=currency,
        lines=(UnitsBack(line_id=LINE, units=Decimal(units), restock=restock),),
        payments=tuple(PaymentBack(payment_id=pid, gateway="card", amount=money) for pid, money in paid),
        shipping=shipping,
        note="Out of stock",
    )


NO_REFUNDS = recorded.SUCCESS | {
    "data": {"order_status": "placed", "order_financial_status": "paid", "records": []},
}


def plain_order(**changes):
    words = {"total_paid": "59.90", "total_refund_price": "0.00", "total_tip_received": "0.00", "additional_total": "0"}
    one = [{"id": "9", "payment_channel": "card"}]
    return recorded.order(**({"id": "1", "payment_lines": one, "payment_line": one[0]} | words | changes))


def answer_reads(network, order=None, refunds=None):
    network.get(f"{place.BASE}/orders/1", json=order or plain_order())
    network.get(f"{place.BASE}/orders/1/refund", json=refunds or NO_REFUNDS)


def send(network, command, order=None, refunds=None, **settings):
    answer_reads(network, order, refunds)
    network.post(place.ANY, json=recorded.SUCCESS | {"data": {"refund_record_id": "r1", "post_sale_id": "p1"}})
    receipt = place.on_network(**settings).carry_out(command, key=KEY, tag=TAG)
    return receipt, network.calls[-1].request


def test_the_refund_of_the_sheet_word_for_word(network):
    receipt, request = send(network, back())

    assert request.url == "https://demo.myshoplaza.com/openapi/2026-01/orders/1/refund"
    assert json.loads(request.body) == {
        "refund": {
            "refund_total": "19.90",
            "refund_product_total": "19.90",
            "refund_shipping_total": "0.00",
            "refund_tip": "0.00",
            "refund_additional_total": "0.00",
            "refund_line_items": [
                {"line_item_id": LINE, "refund_item_type": "waiting_ship", "quantity": 1, "return_inventory": True}
            ],
            "note": f"Out of stock {TAG}",
        }
    }
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.ids == {"refund": "r1", "post_sale": "p1"}
    assert receipt.look_after == 2


def test_shipping_is_named_beside_the_goods(network):
    _, request = send(network, back(shipping=usd("5.00")))

    wanted = json.loads(request.body)["refund"]
    assert (wanted["refund_total"], wanted["refund_product_total"], wanted["refund_shipping_total"]) == (
        "19.90", "14.90", "5.00",
    )  # fmt: skip


def test_payments_are_named_when_there_are_several(network):
    two = [{"id": "8", "payment_channel": "gift_card"}, {"id": "9", "payment_channel": "card"}]
    _, request = send(network, back((("9", "10.00"), ("8", "9.90"))), plain_order(payment_lines=two))

    assert json.loads(request.body)["refund"]["refund_payments"] == [
        {"payment_line_id": "9", "refund_price": "10.00"},
        {"payment_line_id": "8", "refund_price": "9.90"},
    ]


TIPPED = {"total_paid": "59.90", "total_shipping": "5.00", "total_tip_received": "2.00", "additional_total": "3.00"}


@pytest.mark.parametrize(
    ("amount", "shipping", "fees", "told"),
    [
        ("19.90", None, None, ("19.90", "0.00", "0.00", "0.00")),
        ("19.90", "5.00", None, ("14.90", "5.00", "0.00", "0.00")),
        ("59.90", "5.00", "5.00", ("49.90", "5.00", "2.00", "3.00")),
        ("59.90", None, None, ("49.90", "5.00", "2.00", "3.00")),  # all that is left, named by a person
        ("56.90", "5.00", "2.00", ("49.90", "5.00", "2.00", "0.00")),
        ("56.00", "5.00", None, ("49.90", "5.00", "1.10", "0.00")),
        ("53.00", None, None, None),  # more than the goods, and nobody said of what
        ("59.90", "5.00", "9.00", None),
    ],
)
def test_the_parts_of_a_refund_add_up_or_none_is_told(network, amount, shipping, fees, told):
    command = replace(back((("9", amount),), shipping and usd(shipping)), fees=fees and usd(fees))
    _, request = send(network, command, plain_order(**TIPPED))

    wanted = json.loads(request.body)["refund"]
    names = ("refund_product_total", "refund_shipping_total", "refund_tip", "refund_additional_total")
    assert wanted["refund_total"] == amount
    assert tuple(wanted.get(name) for name in names) == (told or (None,) * 4)
    assert not told or sum(map(Decimal, told)) == Decimal(amount)


def test_what_went_back_of_each_part_is_not_told_again(network):
    earlier = recorded.refunds(refund_price="6.00", refund_shipping="1.00", refund_tip="2.00", additional_total="3.00")
    order = plain_order(**TIPPED, total_refund_price="6.00")
    _, request = send(network, back((("9", "53.90"),)), order, earlier)

    wanted = json.loads(request.body)["refund"]
    assert (wanted["refund_product_total"], wanted["refund_shipping_total"]) == ("49.90", "4.00")
    assert (wanted["refund_tip"], wanted["refund_additional_total"]) == ("0.00", "0.00")


def test_units_that_stay_out_of_stock_say_so(network):
    _, request = send(network, back(restock=False))

    assert json.loads(request.body)["refund"]["refund_line_items"][0]["return_inventory"] is False


@pytest.mark.parametrize("version", ["2025-06", "2026-01", "2026-07"])
def test_a_refund_goes_to_the_version_that_itemises(version, network):
    url = f"https://demo.myshoplaza.com/openapi/{version}/orders/1"
    network.get(url, json=plain_order())
    network.get(f"{url}/refund", json=NO_REFUNDS)
    network.post(f"{url}/refund", json=recorded.SUCCESS | {"data": {"refund_record_id": "r1", "post_sale_id": "p"}})

    place.on_network(api_version=version).carry_out(back(), key=KEY, tag=TAG)

    assert network.calls[-1].request.url == f"{url}/refund"


@pytest.mark.parametrize("version", ["2022-01", "2020-07", "2025-05", "2025-6", "latest", "9", "2026-13", "2o26-01"])
def test_below_2025_06_nothing_is_sent_since_the_same_path_refunds_everything(version, network):
    with pytest.raises(Unsupported) as caught:
        place.on_network(api_version=version).carry_out(back(), key=KEY, tag=TAG)

    assert caught.value.capability == "refund"
    assert "whole order" in caught.value.user_message
    assert not network.calls


def test_the_old_version_does_refund_everything_on_the_simulator(world):
    """Why the guard is there: the very body of a part, sent to the old path."""
    order = place.made(world, place.on_world(world))
    body = {"refund": {"refund_total": "1.00"}}
    http = in_process.session(world)
    http.headers["Access-Token"] = "shplza_demo_sandbox"
    url = f"https://demo.myshoplaza.com/openapi/2022-01/orders/{order.external_id}/refund"
    assert http.post(url, json=body, timeout=5).json()["all_refunded"]
    world.advance(5)

    (moved,) = world.effects(order.external_id, kind="refund")
    assert moved.amount == order.totals.received.shop.amount


def test_less_than_planned_stops_before_anything_is_sent(network):
    answer_reads(network, plain_order(total_refund_price="50.00"))

    with pytest.raises(RemoteRefused) as caught:
        place.on_network().carry_out(back(), key=KEY, tag=TAG)

    assert caught.value.code == "less_refundable"
    assert [call.request.method for call in network.calls] == ["GET", "GET"]


def test_a_colleagues_refund_that_is_on_its_way_counts(network):
    answer_reads(network, plain_order(), recorded.refunds(refund_price="45.00", refund_status="pending"))

    with pytest.raises(RemoteRefused) as caught:
        place.on_network().carry_out(back(), key=KEY, tag=TAG)

    assert caught.value.code == "less_refundable"


def test_shipping_that_went_back_meanwhile_does_not_go_back_twice(network):
    answer_reads(network, plain_order(), recorded.refunds(refund_price="5.00", refund_shipping="5.00"))

    with pytest.raises(RemoteRefused) as caught:
        place.on_network().carry_out(back(shipping=usd("5.00")), key=KEY, tag=TAG)

    assert caught.value.code == "less_refundable"
    assert "shipping" in caught.value.user_message


@pytest.mark.parametrize(
    "order",
    [
        {"total_paid": None}, {"status": None}, {"line_items": None}, {"id": "2"},
    ],
    ids=str,
)  # fmt: skip
def test_an_order_that_is_told_in_part_stops_nothing_for_good(network, order):
    """A read that lacks what it must hold is asked again: it is no refusal."""
    network.get(f"{place.BASE}/orders/1", json=plain_order(**order))

    with pytest.raises(RemoteUnavailable) as caught:
        place.on_network().carry_out(back(), key=KEY, tag=TAG)

    assert caught.value.code == "bad_shape"
    assert {call.request.method for call in network.calls} == {"GET"}


def test_another_currency_stops_before_anything_is_sent(network):
    answer_reads(network)

    with pytest.raises(RemoteRefused) as caught:
        place.on_network().carry_out(back(currency="EUR"), key=KEY, tag=TAG)

    assert caught.value.code == "currency_changed"


def test_part_of_a_unit_is_not_sent(network):
    answer_reads(network)
    with pytest.raises(InputRejected):
        place.on_network().carry_out(back(units="0.5"), key=KEY, tag=TAG)
    assert [call.request.method for call in network.calls] == ["GET", "GET"]


def cancelling(**changes):
    words = {"reason": Reason.CUSTOMER, "refund": False, "restock": False, "notify": False, "note": ""}
    return CancelOrder(order_id="1", **(words | changes))


def test_a_cancel_says_its_reason_and_our_mark(network):
    network.post(place.ANY, json=recorded.order(id="1", status="cancelled"))
    receipt = place.on_network().carry_out(cancelling(), key=KEY, tag="[op 7f3a9c21]")

    (call,) = network.calls
    assert call.request.url == "https://demo.myshoplaza.com/openapi/2026-01/orders/1/cancel"
    assert json.loads(call.request.body) == {"reason": "Customer changed their mind [op 7f3a9c21]"}
    assert receipt.outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("called us", "Customer changed their mind: called us"),
        ("Customer changed their mind", "Customer changed their mind"),
        (" Customer changed their mind, called ", "Customer changed their mind, called"),
    ],
)
def test_reason_and_note_share_one_text(note, said, network):
    network.post(place.ANY, json=recorded.order(id="1", status="cancelled"))
    place.on_network().carry_out(cancelling(note=note), key=KEY, tag=TAG)
    assert json.loads(network.calls[0].request.body)["reason"] == f"{said} {TAG}"


def test_other_commands_are_not_sent(network):
    with pytest.raises(Unsupported):
        place.on_network().carry_out(VoidPayment(order_id="1", payment_id="2"), key=KEY, tag=TAG)
    assert not network.calls


def test_an_answer_that_still_shows_the_old_state_proves_nothing(network):
    network.post(place.ANY, json=recorded.order(id="1", status="placed", financial_status="paid"))
    shop = place.on_network()
    receipt = shop.carry_out(cancelling(), key=KEY, tag=TAG)
    assert receipt.outcome is Outcome.ACCEPTED

    network.get(place.ANY, json=recorded.order(id="1", status="cancelled"))
    assert shop.poll(cancelling(), receipt).outcome is Outcome.APPLIED


def test_an_answer_about_another_order_proves_nothing(network):
    network.post(place.ANY, json=recorded.order(id="2", status="cancelled"))
    with pytest.raises(OutcomeUnknown):
        place.on_network().carry_out(cancelling(), key=KEY, tag=TAG)


def test_both_envelopes_are_understood(network):
    network.post(place.ANY, json=recorded.old_order(id="1", status="cancelled"))
    assert place.on_network().carry_out(cancelling(), key=KEY, tag=TAG).outcome is Outcome.APPLIED


@pytest.mark.parametrize(
    ("state", "outcome"), [("pending", Outcome.ACCEPTED), ("finished", Outcome.APPLIED), ("odd", Outcome.ACCEPTED)]
)
def test_a_refund_is_asked_after_until_it_is_finished(state, outcome, network):
    network.get(place.ANY, json=recorded.refunds(id="r1", refund_status=state))
    begun = Receipt(outcome=Outcome.ACCEPTED, ids={"refund": "r1"})

    found = place.on_network().poll(back(), begun)

    assert found.outcome is outcome
    assert (found.reported.refunded, found.reported.refund_state) == (
        (make.money("14.50"), "paid") if outcome is Outcome.APPLIED else (None, "pending")
    )


def test_a_refund_that_the_provider_refused_is_told(network):
    network.get(place.ANY, json=recorded.refunds(id="r1", refund_status="failed"))
    begun = Receipt(outcome=Outcome.ACCEPTED, ids={"refund": "r1"})

    with pytest.raises(JobFailed) as caught:
        place.on_network().poll(back(), begun)
    assert caught.value.code == "refund_failed"


@pytest.mark.parametrize("data", [{}, {"records": None}, {"records": "none"}], ids=str)
def test_a_question_that_is_not_answered_is_asked_again(data, network):
    network.get(place.ANY, json=recorded.SUCCESS | {"data": data})
    begun = Receipt(outcome=Outcome.ACCEPTED, ids={"refund": "r1"})

    with pytest.raises(RemoteUnavailable):
        place.on_network().poll(back(), begun)


def test_a_whole_cancellation_takes_few_calls(world):
    """Look, refund, look after it, look at the order between, cancel, look again: nine."""
    journal, shop = Sent(), place.on_world(world)
    order = place.made(world, shop)
    command = place.everything(shop, order)
    before = sum(world.counters()["requests"].values())
    shop = place.on_world(world, journal=journal)
    receipt = shop.carry_out(command, key=KEY, tag=TAG)
    world.advance(3)
    assert shop.poll(command, receipt).outcome is Outcome.APPLIED
    shop.look_again(order)
    shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
    after = shop.look_again(order)

    assert sum(world.counters()["requests"].values()) - before == 9
    assert after.totals.refunded == order.totals.received
    assert [request.path.rpartition("/")[2] for request in journal.requests] == ["refund", "cancel"]


def test_every_payment_gives_back_its_own_part(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[Line(price="59.00", quantity=2)],
                       tender=[("paypal", "60.00"), ("card", "63.00")])  # fmt: skip
    command = place.everything(shop, order)
    shop.carry_out(command, key=KEY, tag=TAG)
    world.advance(3)

    moved = {effect.detail["channel"]: effect.amount for effect in world.effects(order.external_id, kind="refund")}
    assert moved == {"paypal": Decimal("60.00"), "card": Decimal("63.00")}


def test_a_part_may_come_from_one_payment_alone(world):
    shop = place.on_world(world)
    order = place.made(world, shop, tender=[("paypal", "30.00"), ("card", "36.30")])
    command = place.part(shop, order)
    one = replace(command.payments[0], amount=usd("14.50"))
    shop.carry_out(replace(command, payments=(one,)), key=KEY, tag=TAG)
    world.advance(3)

    assert [e.detail["channel"] for e in world.effects(order.external_id, kind="refund")] == ["paypal"]


def test_two_payments_of_one_channel_are_divided_by_a_person(world):
    shop = place.on_world(world)
    order = place.made(world, shop, tender=[("card", "30.00"), ("card", "36.30")])
    with pytest.raises(RemoteRefused) as caught:
        shop.quote(order, CancelRequest(lines=place.some(order)))
    assert caught.value.code == "divide"
    parts = {payment.id: usd("10.00") for payment in order.payments}  # then it is a person's to say, and can be said
    named = shop.quote(order, CancelRequest(lines=place.some(order), refund=RefundChoice.PART, part=parts))
    assert (named.payments, named.maximum) == ((), usd("66.30"))
    assert any("same channel" in remark.text for remark in order.remarks)
    assert [payment.amount.shop.amount for payment in order.payments] == [Decimal("30.00"), Decimal("36.30")]
    assert [payment.refundable.amount for payment in order.payments if payment.refundable] == [Decimal("66.30")] * 2

    named = [PaymentBack(payment_id=p.id, gateway=p.gateway, amount=usd("7.25")) for p in order.payments]
    command = RefundOrder(order_id=order.external_id, currency="USD", lines=(), payments=tuple(named), shipping=None)
    shop.carry_out(command, key=KEY, tag=TAG)
    world.advance(3)
    after = shop.look_again(order)
    assert after == shop.read_order(order.external_id)
    assert [payment.refundable.amount for payment in after.payments if payment.refundable] == [Decimal("51.80")] * 2
