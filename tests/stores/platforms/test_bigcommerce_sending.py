"""What really leaves: the bytes of each effect, and each dangerous default of the platform with what catches it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cancellations.planning import counts
from sandbox.platforms.bigcommerce.spec import Line
from stores.canonical.commands import CancelOrder, PaymentBack
from stores.canonical.receipts import Outcome
from stores.canonical.request import CancelRequest, Reason
from stores.kernel.errors import CredentialsRejected, OutcomeUnknown, RemoteRefused, Unsupported
from stores.kernel.money import Money
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place, recorded
from tests.stores.platforms.bigcommerce.place import MUG, TEA
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.rig import KEY, TAG, Sent


def sent(journal: Sent) -> list[tuple[str, str, Any]]:
    """(method, end of the path, body) of every effect."""
    base = f"{place.BASE}/"
    return [
        (one.method, one.path.removeprefix(base), json.loads(one.body) if one.body else None)
        for one in journal.requests
    ]


def through(world, shop, command):
    receipt = shop.carry_out(command, key=KEY, tag=TAG)
    while receipt.outcome is not Outcome.APPLIED:
        world.advance(61)
        receipt = shop.poll(command, receipt)
    return receipt


# --- the status --------------------------------------------------------------------------------------
def test_the_number_is_sent_and_notes_that_stand_there_stay(world):
    """The text `status` is read-only: whoever sends it changes nothing and hears 200."""
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop, staff_notes="Called on Monday.\n")
    shop.carry_out(place.cancel(order), key=KEY, tag=TAG)

    assert sent(journal) == [
        (
            "PUT",
            f"v2/orders/{order.external_id}",
            {"status_id": 5, "staff_notes": f"Called on Monday.\nCustomer changed their mind: bye {TAG}"},
        )
    ]


def test_an_answer_that_shows_another_status_proves_nothing(network):
    plain = recorded.order(id=1, status_id=11, consignments={"shipping": []}, items_total=0)
    network.get(place.ANY, json=plain)
    network.put(place.ANY, json=plain)
    command = CancelOrder(order_id="1", reason=Reason.OTHER, refund=False, restock=False, notify=False)

    heard = outcome_of(lambda: place.on_network().carry_out(command, key=KEY, tag=TAG))

    assert isinstance(heard, OutcomeUnknown)


# --- refunds -------------------------------------------------------------------------------------------
def test_exactly_the_quoted_amounts_leave_with_our_mark_in_every_item(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    lines = [replace(MUG, wrapping="3.00"), TEA]
    order = place.made(world, shop, lines=lines, tax_rate="0.0825", handling="1.50", fees={"Insurance": "4.00"},
                       addresses=2)  # fmt: skip
    raw = place.home(world).order(order.external_id)
    first, second = (address["id"] for address in raw["addresses"])
    shop.carry_out(place.everything(shop, order), key=KEY, tag=TAG)

    ((_, _, body),) = sent(journal)

    mug, tea = (int(line.id) for line in order.lines)
    assert [{name: value for name, value in item.items() if name != "reason"} for item in body["items"]] == [
        {"item_type": "PRODUCT", "item_id": mug, "quantity": 3},
        {"item_type": "GIFT_WRAPPING", "item_id": mug, "quantity": 3},
        {"item_type": "PRODUCT", "item_id": tea, "quantity": 2},
        {"item_type": "SHIPPING", "item_id": first, "amount": 5},
        {"item_type": "SHIPPING", "item_id": second, "amount": 5},
        {"item_type": "HANDLING", "item_id": first, "amount": 1.5},
        {"item_type": "HANDLING", "item_id": second, "amount": 1.5},
        {"item_type": "FEE", "item_id": raw["fees"][0]["id"], "amount": 4},
    ]
    assert {item["reason"] for item in body["items"]} == {f"bye {TAG}"}
    whole = order.totals.original.customer.amount
    assert body["payments"] == [{"provider_id": "testgateway", "amount": float(whole), "offline": False}]
    assert "merchant_calculated_override" not in body


def test_each_address_has_the_number_of_the_address(world):
    """Where consignments number themselves, the addresses are asked for."""
    world.switch("bigcommerce_address_ids", "own")
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop)
    shop.carry_out(place.everything(shop, order), key=KEY, tag=TAG)

    address = place.home(world).order(order.external_id)["addresses"][0]["id"]
    assert [item["item_id"] for item in sent(journal)[0][2]["items"] if item["item_type"] == "SHIPPING"] == [address]


def test_an_amount_of_ones_own_replaces_the_computation(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop, tax_rate="0.10")
    command = place.part(shop, order, 2)  # 31.90, of which 2.90 is tax
    own = tuple(replace(p, amount=Money(Decimal("11.00"), "USD")) for p in command.payments)
    through(world, shop, replace(command, payments=own))

    body = sent(journal)[0][2]
    assert body["payments"][0]["amount"] == 11
    assert body["merchant_calculated_override"] == {"total_amount": 11, "total_tax": 1}
    assert [effect.amount for effect in world.effects(order.external_id, kind="refund")] == [11]


def test_a_quote_that_rose_gives_back_what_was_confirmed(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    place.home(world).staff(order.external_id).reprice("60.00")

    through(world, shop, command)

    assert [effect.amount for effect in world.effects(order.external_id, kind="refund")] == [Decimal("14.50")]


def test_more_than_is_left_is_never_sent(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop)
    command = place.part(shop, order, 3)
    place.home(world).staff(order.external_id).refund(1)
    for wrong in (command, replace(command, shipping=Money(Decimal("5.01"), "USD"), lines=()),
                  replace(command, fees=Money(Decimal("0.01"), "USD"))):  # fmt: skip
        heard = outcome_of(lambda wrong=wrong: shop.carry_out(wrong, key=KEY, tag=TAG))
        assert getattr(heard, "code", "") == "less_refundable"
    other = replace(command, currency="EUR", payments=tuple(
        replace(p, amount=Money(p.amount.amount, "EUR")) for p in command.payments))  # fmt: skip
    assert getattr(outcome_of(lambda: shop.carry_out(other, key=KEY, tag=TAG)), "code", "") == "currency_changed"
    with pytest.raises(Unsupported):
        shop.carry_out(replace(command, payments=()), key=KEY, tag=TAG)
    assert journal.requests == []


def test_201_is_not_success(world):
    """Declined at once, inside 201; and declined later, when the provider answers."""
    shop = place.on_world(world)
    for when in ("at_once", "later"):
        order = place.made(world, shop, declines=when)
        heard = outcome_of(lambda order=order: through(world, shop, place.part(shop, order)))
        assert isinstance(heard, RemoteRefused), when
        assert heard.code == "refund_declined"
        assert "declined the refund" in heard.user_message
        found = shop.find(place.part(shop, order), tag=TAG, before=order)
        assert getattr(found, "is_failed", False), when
        assert world.effects(order.external_id, kind="refund") == []


def test_recorded_by_hand_is_said_so(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop, can_refund="offline")
    command = place.part(shop, order)
    assert [p.is_manual for p in command.payments] == [True]
    through(world, shop, command)
    assert sent(journal)[0][2]["payments"][0]["offline"] is True
    assert [effect.amount for effect in world.effects(order.external_id, kind="refund")] == [0]


def test_a_provider_with_another_name_than_its_gateway(world):
    shop = place.on_world(world)
    order = place.made(world, shop, gateway="paypalexpress")
    command = place.part(shop, order)
    assert [(p.payment_id, p.gateway) for p in command.payments] == [("paypalexpress", "checkout_paypalexpress")]
    through(world, shop, command)
    after = shop.look_again(order)
    assert after.refunds[0].transactions[0].parent_id == "paypalexpress"
    assert after.payments[0].refundable == Money(Decimal("51.80"), "USD")


def test_two_payments_are_named_with_their_own_parts(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop, tender=[("giftcertificate", "20.00"), ("testgateway", "46.30")])
    through(world, shop, place.everything(shop, order))
    assert [(p["provider_id"], p["amount"]) for p in sent(journal)[0][2]["payments"]] == [
        ("testgateway", 46.3), ("giftcertificate", 20),
    ]  # fmt: skip


def test_a_payment_of_another_way_is_not_taken(world):
    shop = place.on_world(world)
    order = place.made(world, shop, is_guest=True)
    command = place.part(shop, order)
    credit = PaymentBack(payment_id="storecredit", gateway="storecredit", amount=command.payments[0].amount)
    heard = outcome_of(lambda: shop.carry_out(replace(command, payments=(credit,)), key=KEY, tag=TAG))
    assert getattr(heard, "code", "") == "way_changed"


# --- stock and authorisations ----------------------------------------------------------------------------
def test_an_adjustment_is_relative_and_names_variant_and_place(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop)
    receipt = through(world, shop, place.stock(order, delta=2))
    ((method, path, body),) = sent(journal)
    assert (method, path) == ("POST", "v3/inventory/adjustments/relative")
    variant = int(order.lines[0].stock_item_id)
    assert body == {
        "reason": f"Rescind, order {order.external_id} {TAG}",
        "items": [{"location_id": 1, "variant_id": variant, "quantity": 2}],
    }
    assert counts.words(receipt.reported) == "97 → 99"


@pytest.mark.parametrize("kind", ["product", "none"])
def test_what_is_not_counted_is_not_adjusted(world, kind):
    """Nothing is promised of it; where it comes to a call all the same, the refusal is told."""
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[Line(sku="X", stock=kind)])
    assert order.lines[0].is_tracked is (kind == "product")
    heard = outcome_of(lambda: shop.carry_out(place.stock(order), key=KEY, tag=TAG))
    assert isinstance(heard, RemoteRefused)


def test_an_adjustment_that_moved_twice_is_told_by_its_counts(world):
    """Others sell and cancel the same goods at the same moment, so the counts accuse nobody: they are shown."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.stock(order)
    world.fault("doubled", on="adjust")

    receipt = through(world, shop, command)

    moved, wanted = make.moved(receipt), make.asked(receipt)
    assert (receipt.outcome, moved) == (Outcome.APPLIED, 2 * wanted)


def test_an_authorisation_is_released_without_a_body(world):
    journal = Sent()
    shop = place.on_world(world, journal=journal)
    order = place.made(world, shop, pay="authorised")
    through(world, shop, rig.void(order))
    assert sent(journal) == [("POST", f"v3/orders/{order.external_id}/payment_actions/void", None)]


# --- a token that ends ---------------------------------------------------------------------------------
@pytest.mark.parametrize("operation", ["order", "quote", "refund"])
def test_a_token_that_is_taken_away_in_mid_step(world, operation):
    """401 is never an effect; the shop is disconnected and the step waits."""
    shop = place.on_world(world)
    order = place.made(world, shop)
    command = place.part(shop, order)
    world.fault("user_error", on=operation, status=401, body={"status": 401, "title": "Unauthorized"})
    with pytest.raises(CredentialsRejected):
        shop.carry_out(command, key=KEY, tag=TAG)
    assert world.effects(order.external_id) == []
    through(world, shop, command)


def test_rights_that_are_missing_are_named(world):
    place.home(world).add_shop("demo", scopes=["store_v2_orders", "store_v2_information_read_only"])
    access = place.on_world(world).check_access()
    assert [scope.name for scope in access.missing] == ["store_v2_transactions", "store_inventory"]
    assert (access.shop_name, access.currency, access.time_zone, access.account) == (
        "Demo", "USD", "America/New_York", "demo",
    )  # fmt: skip


def test_without_the_right_to_stock_nothing_is_promised_of_it(world):
    home = place.home(world)
    home.add_shop("demo", scopes=["store_v2_orders", "store_v2_transactions", "store_v2_information_read_only"])
    shop = place.on_world(world)
    order = place.made(world, shop)
    assert not order.is_restockable
    assert shop.look_again(order) == order
    assert any("Stock is not shown" in remark.text for remark in order.remarks)
    through(world, shop, place.cancel(order))


def test_only_units_that_were_asked_for_are_quoted(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    for lines in ({}, {"1": Decimal(1)}, {order.lines[0].id: Decimal(9)}, {order.lines[0].id: Decimal("0.5")}):
        assert not shop.quote(order, CancelRequest(lines=lines)).total
