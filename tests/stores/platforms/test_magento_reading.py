"""What an order of theirs becomes: every field they describe, composite products, states, times, and odd answers."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from stores.canonical import codec
from stores.canonical.order import Cancellable, Fulfilment, LineItem, Order, PaymentKind, PaymentState
from stores.kernel.errors import CredentialsRejected, RemoteUnavailable
from stores.kernel.money import Money
from stores.platforms.magento import money, reading
from stores.platforms.magento.capabilities import LABELS_UNREAD
from tests.stores.platforms.contract import outcome_of
from tests.stores.platforms.magento import place, recorded, shown
from tests.stores.platforms.magento.place import MUG, TEA, world

__all__ = ["world"]


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_every_field_is_shown_or_dropped_with_a_reason():
    for table, kind, body in (
        (shown.ORDER, Order, recorded.order()),
        (shown.LINES, LineItem, recorded.order()["items"][0]),
    ):
        for path, said in table.items():
            assert path in body, path
            if said.startswith("-"):
                assert len(said) > 15
                continue
            inner = kind
            for name in said.split("."):
                assert name in {field.name for field in dataclasses.fields(inner)}, said
                inner = inside(typing.get_type_hints(inner)[name])


def inside(kind: typing.Any) -> typing.Any:
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) in (tuple, typing.Union):
        return inside(next(part for part in typing.get_args(kind) if part not in (type(None), Ellipsis)))
    return kind


def read(network, *, memos=(), **changes):
    network.get(f"{place.BASE}/orders/17", json=recorded.order(**changes))
    network.get(f"{place.BASE}/invoices", json=recorded.found(recorded.invoice()))
    if memos:
        network.get(f"{place.BASE}/creditmemos", json=recorded.found(*memos))
    return place.on_network().read_order("17")


def test_a_recorded_order_is_read_whole(network):
    order = read(network)

    assert (order.external_id, order.currency) == ("17", "USD")
    assert [(line.title, line.ordered, line.cancellable) for line in order.lines] == [
        ("Enamel mug", 3, 3),
        ("Linen shirt", 1, 1),
    ]
    assert order.lines[0].unit_price.shop == usd("13.50")
    assert order.lines[0].tax == ("Tax: 7.70 USD",)
    assert order.placed_at == datetime(2026, 11, 19, 12, 0, tzinfo=UTC)  # their text says no zone, and it is UTC
    assert (order.customer.name, order.customer.email) == ("Ada Novak", "ada.novak@example.com")
    assert order.customer.shipping_address == ("Ada Novak", "12 Harbour Lane", "03801", "Portsmouth", "US")
    assert order.shipping_refundable == usd("5.95")
    (payment,) = order.payments
    assert payment.label.startswith("Invoice ")
    assert payment.label.endswith("Sandbox card •••• 4242")
    assert (payment.kind, payment.refundable, payment.is_manual) == (
        PaymentKind.CAPTURE,
        order.totals.received.shop,
        False,
    )
    assert codec.loads(Order, codec.dumps(order)) == order


def test_a_credit_memo_becomes_a_refund_whose_stock_nobody_tells(network):
    memo = recorded.memo(invoice_id=recorded.invoice()["entity_id"])
    order = recorded.order()
    items = order["items"]
    items[0] |= {"qty_refunded": 1}
    found = read(network, memos=[memo], items=items, base_total_refunded=memo["base_grand_total"])

    (refund,) = found.refunds
    assert refund.note == "Sent one too many"
    assert [(line.units, line.restock) for line in refund.lines] == [(1, "unknown")]
    assert refund.transactions[0].parent_id == found.payments[0].id
    assert found.payments[0].refundable == found.totals.received.shop - refund.amount.shop
    assert found.payment is PaymentState.PARTLY_REFUNDED


@pytest.mark.parametrize(
    ("seed", "payment", "fulfilment", "cancellable", "by_refund"),
    [
        ("new + unpaid", "pending", "unfulfilled", "all", False),
        ("authorised", "authorised", "unfulfilled", "all", False),
        ("invoiced, tax and discount", "paid", "unfulfilled", "all", True),
        ("two invoices", "paid", "unfulfilled", "all", True),
        ("partly invoiced", "partly_paid", "unfulfilled", "all", False),
        ("holded", "paid", "on_hold", "none", False),
        ("payment_review", "pending", "unfulfilled", "none", False),
        ("partly shipped", "paid", "partial", "part", False),
        ("shipped", "paid", "fulfilled", "none", False),
        ("foreign display currency", "paid", "unfulfilled", "all", True),
        ("open invoice", "partly_paid", "unfulfilled", "part", False),
        ("cancelled", "voided", "unfulfilled", "none", False),
        ("virtual", "paid", "not_needed", "all", True),
        ("partly refunded", "partly_refunded", "unfulfilled", "all", True),
    ],
)
def test_where_an_order_stands(world, seed, payment, fulfilment, cancellable, by_refund):
    shop = place.on_world(world)
    order = shop.read_order(MagentoSimulator(world).seed(seed)[seed].id)

    assert (order.payment, order.fulfilment) == (PaymentState(payment), Fulfilment(fulfilment))
    assert order.cancellable is Cancellable(cancellable)
    assert order.ends_by_refund is by_refund
    assert bool(order.whole_cancel_blockers) == (cancellable != "all")
    if cancellable == "none":
        assert all(line.why_not for line in order.lines)
    assert shop.look_again(order) == order
    (row,) = shop.list_orders(since=None).orders  # the list knows no invoices, and so no open one
    assert (row.cancellable, row.payment, row.payments) == (
        Cancellable.ALL if seed == "open invoice" else order.cancellable,
        order.payment,
        (),
    )


def test_every_seed_is_read_and_kept(world):
    shop = place.on_world(world)
    for name, made in MagentoSimulator(world).seed().items():
        order = shop.read_order(made.id)
        assert codec.loads(Order, codec.dumps(order)) == order, name
        assert tuple(line.id for line in order.lines) == made.lines, name


def test_lines_tell_why_only_part_of_them_can_go(world):
    shop = place.on_world(world)
    shipped = place.made(world, shop, lines=[Line(quantity=4, shipped=1), TEA], invoices=[(2, 2)])
    assert [(line.cancellable, bool(line.why_not)) for line in shipped.lines] == [(2, True), (2, False)]
    assert "never invoiced" in shipped.lines[0].why_not
    waiting = place.made(world, shop, lines=[MUG], invoices=[(1,), (2,)], open_invoice=True)
    assert waiting.lines[0].cancellable == 1
    assert "not paid yet" in waiting.lines[0].why_not
    assert "not paid yet" in waiting.whole_cancel_blockers[0]


def test_without_money_nothing_billed_can_go(world):
    """An order whose money staff gave back as goodwill."""
    shop = place.on_world(world)
    kind = place.made(world, shop, lines=[MUG])
    MagentoSimulator(world).staff(kind.external_id).refund(amount="48.50")
    order = shop.look_again(kind)
    assert order.cancellable is Cancellable.NONE
    assert "only together with money" in order.lines[0].why_not
    assert "only together with money" in order.whole_cancel_blockers[0]


def test_an_order_of_another_websites_currency(world):
    """Each website of a shop may have a base currency of its own: the order's counts, not the connection's."""
    shop = place.on_world(world)
    MagentoSimulator(world).add_shop("demo", currency="EUR")
    order = place.made(world, shop, lines=[MUG])
    MagentoSimulator(world).add_shop("demo", currency="USD")
    command = place.part(shop, order)
    shop.carry_out(command, key="k", tag="[op 1]")

    assert (order.currency, command.payments[0].amount.currency) == ("EUR", "EUR")
    (effect,) = world.effects(order.external_id, kind="refund")
    assert (str(effect.amount), effect.currency) == ("14.50", "EUR")


def test_parts_and_parents(world):
    shop = place.on_world(world)
    bundle = Line(
        title="Set", sku="SET", kind="bundle", quantity=2, parts=(("CUP", "6.00"), ("POT", "14.00")), shipped=1
    )
    fixed = Line(title="Box", sku="BOX", kind="fixed_bundle", price="40.00", parts=(("CUP", "0"),))
    order = place.made(world, shop, lines=[bundle, fixed, Line(kind="configurable", sku="SHIRT")])

    assert [(line.sku, line.variant, line.ordered, line.shipped) for line in order.lines] == [
        ("CUP", "Set", 2, 1),
        ("POT", "Set", 2, 1),
        ("BOX", "", 1, 0),
        ("SHIRT-M", "", 1, 0),
    ]


def test_an_order_that_ended_by_a_refund_says_so(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    for command in place.everything(shop, order):
        shop.carry_out(command, key="k", tag="[op 1]")
    after = shop.look_again(order)

    assert (after.cancel_reason, after.cancel_note) == ("Cancelled by refund", "bye [op 1]")
    assert after.cancelled_at == after.refunds[0].created_at
    assert after.cancellable is Cancellable.NONE
    assert after == shop.read_order(order.external_id)


def test_what_needs_a_look_is_said(world):
    shop = place.on_world(world)

    def said(seed: str) -> str:
        return " ".join(r.text for r in shop.read_order(MagentoSimulator(world).seed(seed)[seed].id).remarks)

    assert "Gift cards or reward points" in said("gift card and points")
    assert "estimates" in said("store credit")
    assert "by hand" in said("paid by cheque")
    assert "reviewed" in said("payment_review")
    assert "134.86 EUR" in said("foreign display currency")
    assert "adjustment" in said("invoiced, tax and discount")


def test_a_state_nobody_knows_is_a_remark_and_numbers_may_be_text(network):
    order = read(network, state="frozen", base_grand_total="144.3500")
    assert any("frozen" in remark.text for remark in order.remarks)
    assert order.totals.original.shop == usd("144.35")


@pytest.mark.parametrize(
    "changes",
    [{"entity_id": None}, {"created_at": "yesterday"}, {"updated_at": ""}, {"base_grand_total": "many"}, {"items": "x"},
     {"base_currency_code": None}, {"items": [{"item_id": 1, "qty_ordered": -1}]}, {"customer_email": ["x"]}],
)  # fmt: skip
def test_an_order_of_another_shape_is_a_failed_read(network, changes):
    network.assert_all_requests_are_fired = False  # some are misread before their invoices are asked for
    network.get(f"{place.BASE}/orders/17", json=recorded.order(**changes))
    network.get(f"{place.BASE}/invoices", json=recorded.found(recorded.invoice()))

    heard = outcome_of(lambda: place.on_network().read_order("17"))

    assert isinstance(heard, RemoteUnavailable)
    assert heard.user_message


def test_an_unpaid_order_is_one_call_and_a_paid_one_two(world):
    shop = place.on_world(world)
    home, counted = MagentoSimulator(world), []
    for words in ({"pay": "unpaid"}, {}, {"refunded": 1}, {"lines": [Line(quantity=2, shipped=1)]}):
        made = home.make_order(**({"lines": [MUG]} | words)).id
        before = sum(world.counters()["requests"].values())
        order = shop.read_order(made)
        middle = sum(world.counters()["requests"].values())
        assert shop.look_again(order) == order
        counted.append((middle - before, sum(world.counters()["requests"].values()) - middle))
    assert counted == [(1, 1), (2, 1), (3, 2), (3, 1)]


# --- may we enter -------------------------------------------------------------------------------------
def test_the_connection_tells_currency_zone_and_what_lacks(world):
    shop = place.on_world(world)
    access = shop.check_access()
    assert (access.shop_name, access.account) == ("demo.magento.example", "demo.magento.example")
    assert (access.currency, access.time_zone, access.missing) == ("USD", "America/New_York", ())

    rights = [one for one in MagentoSimulator(world).fresh("demo")["resources"] if not one.endswith("sales_creditmemo")]
    MagentoSimulator(world).add_shop("demo", resources=rights)
    (missing,) = place.on_world(world).check_access().missing
    assert missing.name == "Magento_Sales::sales_creditmemo"
    assert "RefundOrder" in missing.needed_for


def test_wrong_values_are_told_apart(world):
    shop = place.on_world(world)
    MagentoSimulator(world).add_shop("demo", token_secret="another")
    with pytest.raises(CredentialsRejected) as caught:
        shop.check_access()
    assert "signature" in caught.value.user_message


def test_a_link_leads_to_the_shops_own_desk():
    assert place.on_network().order_url("17", "") == "https://demo.magento.example/admin/sales/order/view/order_id/17/"
    url = place.on_network(admin_path="admin_x1").order_url("17", "")
    assert url == "https://demo.magento.example/admin_x1/sales/order/view/order_id/17/"


def test_what_changes_the_money_is_said_before_the_click(world):
    """The customer's other currency, gift cards and store credit stand in the preview, not in the history alone."""
    shop = place.on_world(world)
    foreign = place.made(world, shop, lines=[MUG], currency="EUR", rate="0.9")
    cards = place.made(world, shop, lines=[MUG], extras={"gift_cards_amount": "5.00"})

    assert any("EUR" in remark.text for remark in foreign.remarks if remark.kind == "payment")
    assert any("Gift cards" in remark.text for remark in cards.remarks if remark.kind == "payment")


def test_shipments_whose_labels_are_too_long_are_read_without_them(world):
    shop = place.on_world(world)
    made = MagentoSimulator(world).make_order(lines=[MUG])
    staff = MagentoSimulator(world).staff(made.id)
    staff.ship(1)
    staff.make_label("A" * 10_000_000)

    order = shop.read_order(made.id)

    assert [shipment.units for shipment in order.shipments] == [1]
    assert [r.text for r in order.remarks if r.kind == "label"] == [LABELS_UNREAD]
    assert [r.text for r in shop.look_again(order).remarks if r.kind == "label"] == [LABELS_UNREAD]


def test_shipments_that_magento_answers_with_nothing_are_read_without_their_labels(network):
    """magento2 issue 6668: a label that is no text made the whole answer empty."""
    shipped = money.Facts({"entity_id": 7, "items": [{"item_id": 1, "sku": "a", "qty_ordered": 1, "qty_shipped": 1}]})
    for _ in range(3):
        network.get(f"{place.BASE}/shipments", body="", content_type="application/json")
    network.get(f"{place.BASE}/shipments", json={"items": [{"entity_id": 3}], "total_count": 1})

    found = reading.with_shipments(place.on_network().api, shipped)

    assert found.has_labels_unread
    assert "shipping_label" not in network.calls[-1].request.url
    assert "fields=items" in network.calls[-1].request.url


def test_a_total_that_floats_left_over_is_nothing(network):
    """`"grand_total":1.4210854715202e-14` of an order that a coupon paid: github.com/magento/magento2/issues/18027"""
    noise = json.loads("1.4210854715202e-14")
    paid, free = (read_free(network, total) for total in (noise, 0))

    assert (paid.totals, paid.cancellable, paid.payments) == (free.totals, free.cancellable, free.payments)


def read_free(network, total):
    network.reset()
    return read(network, base_grand_total=total, grand_total=total, base_total_paid=total, total_paid=total)
