"""An order as it is told: recorded answers, odd shapes, and every state that decides what may be cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.platforms.bigcommerce.seeds import SEEDS
from sandbox.platforms.bigcommerce.spec import Line
from stores.canonical import codec
from stores.canonical.order import (
    Cancellable,
    EndsWhenRepaid,
    Fulfilment,
    Order,
    PaymentKind,
    PaymentState,
    PaymentStatus,
)
from stores.kernel.errors import RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.money import Money
from stores.platforms.bigcommerce import cancellable, mapping, money
from stores.platforms.bigcommerce.cancellable import Read, Stocks
from stores.platforms.bigcommerce.money import Rates
from tests.stores.platforms.bigcommerce import place, recorded
from tests.stores.platforms.bigcommerce.place import BASE, MUG, TEA


def answer_all(network):
    order = recorded.order()
    url = f"{BASE}/v2/orders/{order['id']}"
    network.get(url, json=order)
    network.get(f"{url}/shipments", json=recorded.read("shipments"))
    network.get(f"{BASE}/v3/orders/{order['id']}/payment_actions/refunds", json=recorded.refunds())
    network.get(f"{BASE}/v3/orders/{order['id']}/transactions", json=recorded.transactions())
    for _ in range(2):
        network.get(f"{BASE}/v3/settings/inventory", json=recorded.settings(refund_order_stock_adjustment=True))
    network.get(f"{BASE}/v3/inventory/items", json=recorded.items())
    network.assert_all_requests_are_fired = False
    return str(order["id"])


def test_a_recorded_order_is_told_whole(network):
    order = place.on_network().read_order(answer_all(network))

    mug, tea = order.lines
    assert (mug.ordered, mug.current, mug.cancelled, mug.shipped, mug.cancellable) == (3, 2, 1, 0, 2)
    assert (tea.ordered, tea.shipped, tea.cancellable) == (2, 1, 1)
    assert (mug.sku, mug.variant, mug.vendor) == ("MUG-BLU", "Blue", "Northwind Goods")
    assert mug.placements[0].location
    assert mug.placements[0].location.name == "Default location"
    assert (order.payment, order.fulfilment) == (PaymentState.PARTLY_REFUNDED, Fulfilment.PARTIAL)
    (paid,) = order.payments
    assert (paid.label, paid.kind, paid.status) == ("Visa •••• 4242", PaymentKind.SALE, PaymentStatus.SUCCESS)
    assert paid.refundable == order.totals.received.customer - order.totals.refunded.customer
    (refund,) = order.refunds
    assert (refund.note, refund.lines[0].units, refund.transactions[0].status) == (
        "Sent one too many", 1, PaymentStatus.SUCCESS,
    )  # fmt: skip
    assert (order.customer.name, order.customer.email) == ("Ada Novak", "ada.novak@example.com")
    assert order.note == "Called on Monday."
    assert any("ring twice" in remark.text for remark in order.remarks)
    assert order.shipments[0].lines == ((tea.id, Decimal(1)),)
    assert order.totals.fees
    assert order.totals.fees.customer == Money(Decimal("5.50"), "USD")
    assert (order.cancellable, order.ends_by_refund, order.cancel_restocks) == (Cancellable.PART, True, False)


def test_every_seed_is_read_twice_alike(world):
    shop = place.on_world(world)
    for name, made in place.home(world).seed().items():
        order = shop.read_order(made.id)
        assert codec.loads(Order, codec.dumps(order)) == order, name
        assert shop.look_again(order) == order, name
    assert len(SEEDS) >= 18


def test_the_currency_that_moves_is_the_one_that_was_paid(world):
    """The sheet calls `currency_code` the transaction's; the vendor's description says it is the one on display."""
    shop = place.on_world(world)
    order = shop.read_order(place.home(world).seed("two currencies")["two currencies"].id)
    assert (order.currency, order.customer_currency) == ("USD", "EUR")
    assert order.totals.original.customer.amount == Decimal("66.30")
    assert order.lines[0].cancellable == 3


def test_two_currencies_that_do_not_agree_are_left_to_a_person(world):
    world.switch("bigcommerce_currency_fields", "display")
    shop = place.on_world(world)
    order = place.made(world, shop, currency="EUR", rate="0.90", display=("CAD", "1.47"))
    assert order.cancellable is Cancellable.NONE
    assert all("two currencies" in line.why_not for line in order.lines)


STATES: tuple[tuple[dict[str, Any], Cancellable, str], ...] = (
    ({"status": 2}, Cancellable.NONE, "shipped"),
    ({"status": 10}, Cancellable.NONE, "completed"),
    ({"archived": True}, Cancellable.NONE, "archived"),
    ({"cancelled": True}, Cancellable.NONE, "cancelled"),
    ({"status": 4}, Cancellable.NONE, "refunded"),
    ({"pay": "capturing"}, Cancellable.PART, "captured right now"),
    ({"pay": "review"}, Cancellable.PART, "held for review"),
    ({"status": 12}, Cancellable.ALL, ""),
    ({"status": 13}, Cancellable.ALL, ""),
    ({"status": 7, "pay": "waiting"}, Cancellable.ALL, ""),
    ({"status": 6, "pay": "waiting"}, Cancellable.ALL, ""),
)


def test_each_state_says_what_may_be_cancelled(world):
    shop = place.on_world(world)
    for words, expected, said in STATES:
        order = place.made(world, shop, **words)
        assert order.cancellable is expected, words
        assert said in " ".join(order.whole_cancel_blockers), words
    assert [r.kind for r in place.made(world, shop, status=13).remarks] == ["dispute"]


def test_a_running_refund_blocks_a_whole_cancel(world):
    world.switch("bigcommerce_refund_seconds", "60")
    shop = place.on_world(world)
    order = place.made(world, shop)
    shop.carry_out(place.part(shop, order), key="k", tag="[op 1]")
    assert any("still on its way" in said for said in shop.look_again(order).whole_cancel_blockers)


def test_payments_of_every_kind(world):
    shop = place.on_world(world)
    held = place.made(world, shop, pay="authorised").payments[0]
    assert (held.kind, held.capturable, held.refundable) == (
        PaymentKind.AUTHORISATION, Money(Decimal("66.30"), "USD"), None,
    )  # fmt: skip
    waiting = place.made(world, shop, pay="waiting", gateway="bankdeposit").payments[0]
    assert (waiting.status, waiting.refundable, waiting.is_manual) == (PaymentStatus.PENDING, None, True)
    outside = place.made(world, shop, pay="waiting", gateway="bankdeposit", status=11)
    assert outside.payments[0].refundable == Money(Decimal("66.30"), "USD")
    assert outside.payment is PaymentState.PAID
    credit = place.made(world, shop, tender=[("storecredit", "6.30"), ("testgateway", "60.00")])
    assert [p.label for p in credit.payments] == ["Store credit", "Visa •••• 4242"]


def test_a_paid_order_without_a_payment_is_left_to_a_person(world):
    shop = place.on_world(world)
    made = place.home(world).make_order(lines=[MUG])
    place.home(world).staff(made.id).write(transactions=[])
    assert "shows no payment" in " ".join(shop.read_order(made.id).whole_cancel_blockers)


def test_what_stock_does_is_the_channels_word_before_the_stores(world):
    home = place.home(world)
    home.settings(refund_order_stock_adjustment=True)
    home.settings(channel=2, refund_order_stock_adjustment=False)
    home.settings(channel=3, update_stock_behavior="order_completed_or_shipped")
    shop = place.on_world(world)
    found = [place.made(world, shop, channel=number) for number in (1, 2, 3)]
    assert [(o.cancel_restocks, o.is_restockable) for o in found] == [(True, True), (False, True), (False, False)]
    asked = world.counters()["requests"]["settings"]
    place.made(world, shop, channel=2)
    assert world.counters()["requests"]["settings"] == asked  # once for each channel and the store


def test_goods_that_are_not_sent_are_not_counted(world):
    shop = place.on_world(world)
    lines = [Line(kind="digital", sku="D"), Line(kind="giftcertificate", sku="G"), Line(sku="N", stock="none")]
    order = place.made(world, shop, lines=lines)
    assert [(line.is_tracked, line.needs_shipping) for line in order.lines] == [
        (False, False), (False, False), (False, True),
    ]  # fmt: skip
    assert order.lines[1].is_gift_card


def test_a_pick_list_goes_with_its_parent(world):
    shop = place.on_world(world)
    order = shop.read_order(place.home(world).seed("pick list")["pick list"].id)
    parent, child = order.lines
    assert parent.group_id == child.group_id == parent.id


def test_shipped_units_that_were_refunded_do_not_free_waiting_ones(world):
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[Line(sku="A", quantity=3, shipped=1), TEA], refunded=2)
    assert (order.lines[0].cancellable, order.lines[0].current) == (0, 1)


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ({}, EndsWhenRepaid.ALWAYS),
        ({"refunded": 1}, EndsWhenRepaid.ALWAYS),
        ({"pay": "waiting"}, EndsWhenRepaid.NEVER),
        ({"pay": "authorised"}, EndsWhenRepaid.NEVER),
        ({"cancelled": True}, EndsWhenRepaid.NEVER),
        ({"lines": [Line(sku="A", quantity=3, shipped=1), TEA]}, EndsWhenRepaid.NEVER),
    ],
)
def test_an_order_says_whether_its_last_money_ends_it(world, words, ends):
    assert place.made(world, place.on_world(world), **words).ends_when_repaid is ends


def test_a_refund_of_all_the_money_ends_an_order_that_still_holds_a_free_unit(world):
    """BigCommerce sets it to Refunded: nothing of it can be cancelled any more, so it is over."""
    world.switch("bigcommerce_refund_seconds", "0")
    shop = place.on_world(world)
    order = place.made(world, shop, lines=[MUG, Line(sku="GIFT", price="0.00", quantity=1)], shipping="0")
    shop.carry_out(place.part(shop, order, 2), key="k", tag="[op 00000001]")
    assert shop.look_again(order).cancelled_at is None
    shop.carry_out(place.part(shop, shop.look_again(order), 1), key="k", tag="[op 00000002]")

    for after in (shop.look_again(order), shop.read_order(order.external_id)):
        assert after.cancelled_at
        assert (after.cancel_reason, after.cancellable) == ("Cancelled by refund", Cancellable.NONE)
        assert [line.current for line in after.lines] == [0, 1]
        assert (after.totals.current.customer.amount, after.totals.net.customer.amount) == (0, 0)


def test_a_status_that_somebody_set_to_refunded_without_money_is_not_taken_for_a_refund(world):
    shop = place.on_world(world)
    order = place.made(world, shop, status=4)
    assert (order.cancelled_at, order.cancellable) == (None, Cancellable.NONE)


# --- whatever stands in an answer -----------------------------------------------------------------------
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**30), st.text(max_size=6), st.just([]), st.just({}), st.just([None]),
    st.just("9" * 14), st.just("-1.00"), st.just("0"), st.just("Mon, 45 Foo 2026"), st.just(Decimal("1.5")),
    st.just("\ud800"), st.just("1e5"), st.just("KWD"), st.just("JPY"), st.just(Decimal("0.001")),
)  # fmt: skip


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in inside:
        yield (*path, name)
        yield from places(child, (*path, name))


WHOLE = {"order": recorded.order(), "refunds": recorded.refunds()["data"], "rows": recorded.transactions()["data"],
         "sent": recorded.read("shipments")}  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(places(WHOLE))), JUNK), min_size=1, max_size=3))
def test_any_answer_is_an_order_or_a_failed_read(changes):
    told = deepcopy(WHOLE)
    for path, junk in changes:
        put(told, path, junk)
    try:
        with json_readers.understood("unreadable"):
            order = to_order(told)
    except RemoteUnavailable:
        return
    assert codec.loads(Order, codec.dumps(order)) == order
    assert all(0 <= line.cancellable <= line.ordered for line in order.lines)


def to_order(told: dict[str, Any]) -> Order:
    raw = json_readers.node(told["order"], "order")
    records, rows, sent = (json_readers.nodes(told, name) for name in ("refunds", "rows", "sent"))
    rates = Rates.of(raw)
    read = Read(
        raw, records, money.to_payments(raw, rows, records, rates), money.states(records, rows),
        cancellable.costs_left(raw, cancellable.shipping_places(raw), records, rates), sent, Stocks(True, True, {}),
        mapping.is_clear(raw, rows, rates),
    )  # fmt: skip
    return mapping.to_order(read)


def put(told: Any, path: tuple[Any, ...], junk: Any) -> None:
    """Leaves alone what an earlier change took away."""
    for name in path[:-1]:
        try:
            told = told[name]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(told, dict) or (isinstance(told, list) and isinstance(path[-1], int) and path[-1] < len(told)):
        told[path[-1]] = junk


@pytest.mark.parametrize("body", [{"data": {}}, {"data": [1]}, [], {"errors": ["x"]}, {"data": None}])
def test_a_list_that_is_none_fails_the_read(network, body):
    order = answer_all(network)
    network.replace("GET", f"{BASE}/v3/orders/{order}/transactions", json=body)
    with pytest.raises(RemoteUnavailable):
        place.on_network().read_order(order)
