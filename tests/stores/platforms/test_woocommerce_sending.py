"""What really leaves, and each dangerous default of WooCommerce with a test that would catch us."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from sandbox import in_process
from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from sandbox.platforms.woocommerce.spec import Line
from stores.canonical.commands import CorrectStock, PaymentBack, RefundOrder, UnitsBack
from stores.canonical.receipts import Outcome, RefundState, Reported
from stores.canonical.request import CancelRequest
from stores.kernel.errors import InputRejected, OutcomeUnknown, RemoteRefused, Unsupported
from stores.kernel.money import Money
from tests import make
from tests.stores.platforms.rig import KEY, TAG, Sent
from tests.stores.platforms.woocommerce import place, recorded
from tests.stores.platforms.woocommerce.place import MUG, TEA

REFUNDED = {"id": 801, "amount": "17.26", "refunded_payment": True, "reason": f"Items cancelled {TAG}"}


@pytest.fixture
def world(world):
    world.switch("woocommerce_limit", "none")
    return world


def eur(amount):
    return Money(Decimal(amount), "EUR")


def back(amount="17.26", units="1", restock=True, by_hand=False, **more):
    payment = PaymentBack(payment_id="payment-727", gateway="stripe", amount=eur(amount), is_manual=by_hand)
    lines = (UnitsBack(line_id="315", units=Decimal(units), restock=restock),)
    words = {"lines": lines, "payments": (payment,), "shipping": None, "note": "Out of stock"}
    return RefundOrder(order_id="727", currency="EUR", **(words | more))


def send(network, command, answer=REFUNDED, **changes):
    network.get(f"{place.BASE}/orders/727", json=recorded.order(**changes))
    network.get(f"{place.BASE}/orders/727/refunds", json=recorded.refunds())
    network.post(f"{place.BASE}/orders/727/refunds", json=answer, status=201)
    receipt = place.on_network().carry_out(command, key=KEY, tag=TAG)
    return receipt, json.loads(network.calls[-1].request.body)


def test_a_refund_word_for_word(network):
    """Both switches, the amount, and of the line its units, its net amount and its tax by rate: all said."""
    receipt, body = send(network, back())

    assert body == {
        "amount": "17.26",
        "reason": f"Items cancelled {TAG}",
        "api_refund": True,
        "api_restock": True,
        "line_items": [
            {"id": 315, "quantity": 1, "refund_total": "14.50", "refund_tax": [{"id": 75, "refund_total": "2.76"}]}
        ],
        "meta_data": [{"key": "_rescind_refund", "value": TAG}, {"key": "_rescind_reason", "value": "Out of stock"}],
    }
    assert "compute_totals" not in body  # an older store swallows it
    assert (receipt.outcome, receipt.ids) == (Outcome.APPLIED, {"refund": "801"})
    assert receipt.reported == Reported(refund_state=RefundState.PAID, refunded=make.money("17.26", "EUR"))


def test_shipping_goes_back_by_its_own_line_net_and_tax_apart(network):
    _, body = send(network, back("23.21", shipping=eur("5.95")), REFUNDED | {"amount": "23.21"})
    assert body["line_items"][1] == {
        "id": 317, "quantity": 0, "refund_total": "5.00", "refund_tax": [{"id": 75, "refund_total": "0.95"}],
    }  # fmt: skip


def test_a_cancel_word_for_word(network):
    network.get(f"{place.BASE}/orders/727", json=recorded.order(refunds=[]))
    network.put(f"{place.BASE}/orders/727", json=recorded.order(status="cancelled"))
    order = place.cancel(type("O", (), {"external_id": "727"}), note="bye")

    receipt = place.on_network().carry_out(order, key=KEY, tag=TAG)

    note = {"key": "_rescind_cancel", "value": f"Customer changed their mind: bye {TAG}"}
    assert json.loads(network.calls[-1].request.body) == {"status": "cancelled", "meta_data": [note]}
    assert receipt.reported.state == "cancelled"


# --- dangerous defaults -------------------------------------------------------------------------------
def raw(world, path, body, method="POST"):
    """A call as a careless client would make it."""
    http = in_process.session(world)
    found = http.request(
        method, f"{place.BASE}/{path}", json=body, auth=("ck_demo_sandbox", "cs_demo_sandbox"), timeout=5
    )
    return found.status_code, found.json()


def test_both_switches_are_true_by_default_so_both_are_always_said(world):
    shop, home = place.on_world(world), WooCommerceSimulator(world)
    order = place.made(world, shop)
    line = int(order.lines[0].id)
    raw(world, f"orders/{order.external_id}/refunds", {"amount": "1.00", "line_items": [{"id": line, "quantity": 1}]})
    assert [e.detail["by_hand"] for e in world.effects(order.external_id, kind="refund")] == [False]
    assert home.stock(order.external_id) == 98

    other = place.made(world, shop)
    journal = Sent()
    kept = tuple(replace(u, restock=False) for u in place.part(shop, other).lines)
    by_hand = tuple(replace(p, is_manual=True) for p in place.part(shop, other).payments)
    place.on_world(world, journal=journal).carry_out(
        place.part(shop, other, lines=kept, payments=by_hand), key=KEY, tag=TAG
    )
    body = json.loads(journal.requests[0].body)
    assert (body["api_refund"], body["api_restock"]) == (False, False)
    assert home.stock(other.external_id) == 97


def test_units_without_an_amount_would_restock_and_pay_nothing(world):
    """So an amount is always said, and nothing is sent without one."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    line = int(order.lines[0].id)
    world.switch("woocommerce_store", "older")
    careless = {"compute_totals": True, "line_items": [{"id": line, "quantity": 1}]}
    status, answer = raw(world, f"orders/{order.external_id}/refunds", careless)
    assert (status, answer["amount"]) == (201, "")
    assert WooCommerceSimulator(world).stock(order.external_id) == 98

    with pytest.raises(Unsupported):
        shop.carry_out(back(payments=()), key=KEY, tag=TAG)
    with pytest.raises(Unsupported):
        shop.carry_out(back("0"), key=KEY, tag=TAG)


def test_the_amount_wins_over_lines_so_the_lines_are_made_to_fit_it(world):
    shop = place.on_world(world)
    order = place.made(world, shop, tax_rate="0.19")
    command = place.part(shop, order, 2)
    five = (replace(command.payments[0], amount=Money(Decimal(5), "USD")),)
    journal = Sent()
    place.on_world(world, journal=journal).carry_out(replace(command, payments=five), key=KEY, tag=TAG)

    (item,) = json.loads(journal.requests[0].body)["line_items"]
    parts = [Decimal(item["refund_total"]), *(Decimal(tax["refund_total"]) for tax in item["refund_tax"])]
    assert sum(parts) == 5


def test_two_units_out_of_one_are_refused_by_us_since_the_store_believes_them(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[replace(MUG, quantity=1), TEA])
    line = order.lines[0].id
    two = (UnitsBack(line_id=line, units=Decimal(2), restock=True),)
    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.part(shop, order, lines=two), key=KEY, tag=TAG)
    assert caught.value.code == "fewer_units"

    body = {"amount": "1.00", "line_items": [{"id": int(line), "quantity": 2, "refund_total": "1.00"}]}
    assert raw(world, f"orders/{order.external_id}/refunds", body)[0] == 201


def test_refunded_is_never_set_by_hand_and_lines_are_never_edited(world):
    """The one records a refund that nobody pays, the other rewrites history and restocks without being asked."""
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    for words in ({}, {"pay": "waiting"}, {"gateway": "bacs"}):
        order = place.made(world, shop, **words)
        if order.payments:
            shop.carry_out(place.everything(shop, order), key=KEY, tag=TAG)
        shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
    puts = [json.loads(request.body) for request in journal.requests if request.method == "PUT"]
    assert {body["status"] for body in puts} == {"cancelled"}
    assert not any("line_items" in body for body in puts)

    order = place.made(world, shop)
    raw(world, f"orders/{order.external_id}", {"status": "refunded"}, "PUT")
    assert [e.detail["by_hand"] for e in world.effects(order.external_id, kind="refund")] == [True]
    raw(world, f"orders/{order.external_id}", {"line_items": [{"id": int(order.lines[0].id), "quantity": 0}]}, "PUT")
    assert world.effects(order.external_id, kind="edit")


def test_a_cancel_after_kept_stock_would_put_it_back_so_it_is_refused(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.everything(shop, order)
    shop.carry_out(replace(command, lines=tuple(replace(u, restock=False) for u in command.lines)), key=KEY, tag=TAG)

    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.cancel(order, restock=False), key=KEY, tag=TAG)
    assert caught.value.code == "would_restock"
    assert WooCommerceSimulator(world).stock(order.external_id) == 97

    raw(world, f"orders/{order.external_id}", {"status": "cancelled"}, "PUT")  # what it would have done
    assert WooCommerceSimulator(world).stock(order.external_id) == 100


def test_a_cancel_that_would_put_back_what_was_kept_earlier_is_refused(world):
    shop = place.on_world(world)
    order = place.made(world, shop, refunded=1, kept=True)
    assert order.ends_by_refund
    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
    assert caught.value.code == "would_restock"


def test_a_refund_that_restocked_and_the_cancel_after_it_restock_once(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.everything(shop, order), key=KEY, tag=TAG)
    shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
    assert [WooCommerceSimulator(world).stock(order.external_id, at) for at in (0, 1)] == [100, 100]


def test_the_preview_names_its_lines_otherwise_and_counts_shipping_with_tax(world):
    shop = place.on_world(world)
    order = place.made(world, shop, tax_rate="0.19")
    asked = []
    world.watchers.append(lambda request, status, _: asked.append(request) if "preview" in request.path else None)
    quote = shop.quote(order, CancelRequest(lines=place.some(order), shipping=Money(Decimal("5.95"), "USD")))

    shipping = int(WooCommerceSimulator(world).order(order.external_id)["shipping_lines"][0]["id"])
    assert json.loads(asked[0].body) == {
        "line_items": [
            {"line_item_id": int(order.lines[0].id), "quantity": 1},
            {"line_item_id": shipping, "refund_total": "5.95"},
        ]
    }
    assert (quote.total, quote.shipping, quote.is_estimate) == (
        Money(Decimal("23.21"), "USD"), Money(Decimal("5.95"), "USD"), False,
    )  # fmt: skip


# --- guards ------------------------------------------------------------------------------------------
def test_shipping_that_somebody_gave_back_meanwhile_does_not_go_back_twice(world):
    """The order as a whole still holds enough, so that only the shipping itself shows it."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    wanted = CancelRequest(lines=place.some(order), shipping=order.shipping_refundable)
    command = place.refund(order, shop.quote(order, wanted), wanted.lines)
    alone = replace(command, lines=(), payments=(replace(command.payments[0], amount=command.shipping),))
    shop.carry_out(alone, key=KEY, tag="[op 00000000]")

    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(command, key=KEY, tag=TAG)

    assert caught.value.code == "less_refundable"
    assert [e.amount for e in world.effects(order.external_id, kind="refund")] == [command.shipping.amount]


def test_less_than_planned_another_currency_or_finer_steps_stop_before_anything_is_sent(network):
    for code, changes in (
        ("less_refundable", {"total": "20.00"}),
        ("currency_changed", {"currency": "USD"}),
        ("too_fine", {"total": "58"}),
    ):
        network.get(f"{place.BASE}/orders/727", json=recorded.order(**changes))
        network.get(f"{place.BASE}/orders/727/refunds", json=recorded.refunds())
        with pytest.raises(RemoteRefused) as caught:
            place.on_network().carry_out(back(), key=KEY, tag=TAG)
        assert caught.value.code == code
    assert {call.request.method for call in network.calls} == {"GET"}


def test_lines_that_want_both_settings_of_the_switch_are_refused(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.everything(shop, order)
    mixed = (command.lines[0], replace(command.lines[1], restock=False))
    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(replace(command, lines=mixed), key=KEY, tag=TAG)
    assert caught.value.code == "mixed_stock"

    digital = place.made(world, shop, lines=[MUG, Line(title="PDF", sku="PDF", tracked=False)])
    command = place.everything(shop, digital)
    shop.carry_out(
        replace(command, lines=(command.lines[0], replace(command.lines[1], restock=False))), key=KEY, tag=TAG
    )
    assert WooCommerceSimulator(world).stock(digital.external_id) == 100


def test_a_unit_that_was_shipped_meanwhile_is_not_refunded(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG, TEA])
    command = place.part(shop, order, 2)
    body = WooCommerceSimulator(world).order(order.external_id)
    body["lines"][0]["fulfilled"] = 2
    body["meta_data"] = [{"id": 1, "key": "_fulfillment_status", "value": "partially_fulfilled"}]
    WooCommerceSimulator(world).staff(order.external_id).write(**body)
    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(command, key=KEY, tag=TAG)
    assert caught.value.code == "fewer_units"
    shop.carry_out(place.part(shop, order, 1), key=KEY, tag=TAG)
    assert len(world.effects(order.external_id, kind="refund")) == 1


def test_what_a_status_cannot_tell_is_refused(network):
    with pytest.raises(Unsupported):
        place.on_network().carry_out(back(notify=True), key=KEY, tag=TAG)
    with pytest.raises(Unsupported):
        place.on_network().carry_out(CorrectStock(order_id="727", changes=()), key=KEY, tag=TAG)


def test_a_part_of_a_unit_is_refused(network):
    network.get(f"{place.BASE}/orders/727", json=recorded.order())
    network.get(f"{place.BASE}/orders/727/refunds", json=[])
    with pytest.raises(InputRejected):
        place.on_network().carry_out(back("1.00", units="0.5"), key=KEY, tag=TAG)


# --- answers -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (REFUNDED | {"refunded_payment": False}, "not_paid"),
        (REFUNDED | {"amount": ""}, "bad_shape"),
        (REFUNDED | {"amount": "17.25"}, "bad_shape"),
        (REFUNDED | {"id": None}, "bad_shape"),
        ([], "bad_shape"),
    ],
)
def test_an_answer_that_proves_no_refund_is_unknown(network, answer, code):
    with pytest.raises(OutcomeUnknown) as caught:
        send(network, back(), answer)
    assert caught.value.code == code


def test_a_refund_by_hand_needs_no_yes_of_a_gateway(network):
    receipt, body = send(network, back(by_hand=True), REFUNDED | {"refunded_payment": False})
    assert body["api_refund"] is False
    assert receipt.reported.refund_state == "recorded"


@pytest.mark.parametrize("changes", [{"status": "processing"}, {"status": "cancelled", "id": 1}, {"status": None}])
def test_an_answer_that_proves_no_cancel_is_unknown(network, changes):
    network.get(f"{place.BASE}/orders/727", json=recorded.order(refunds=[]))
    network.put(f"{place.BASE}/orders/727", json=recorded.order(**changes))
    with pytest.raises(OutcomeUnknown):
        place.on_network().carry_out(place.cancel(type("O", (), {"external_id": "727"})), key=KEY, tag=TAG)


def test_a_key_that_lost_its_right_in_mid_step_changes_nothing(world):
    """The refund went through, then the key was set to read only: refused, and the shop stays connected."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.everything(shop, order), key=KEY, tag=TAG)
    WooCommerceSimulator(world).add_shop("demo", permissions="read")
    with pytest.raises(RemoteRefused) as caught:
        shop.carry_out(place.cancel(order), key=KEY, tag=TAG)
    assert caught.value.code == "read_only"
    assert shop.read_order(order.external_id).cancel_reason == "Cancelled by refund"
