"""What an order of theirs becomes: every field they describe, both envelopes, and words nobody knows."""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from stores.canonical import codec
from stores.canonical.order import Cancellable, Fulfilment, LineItem, Order, PaymentState
from stores.canonical.request import CancelRequest
from stores.kernel.errors import CredentialsRejected, RemoteRefused, RemoteUnavailable
from stores.kernel.money import Money
from stores.platforms.shoplazza import capabilities
from tests.make import NOW
from tests.stores.platforms.rig import TAG
from tests.stores.platforms.shoplazza import place, recorded, shown
from tests.stores.platforms.shoplazza.place import MUG, TEA

ROWS = [
    (path, said, kind, body)
    for table, kind, body in (
        (shown.ORDER, Order, recorded.bare_order()),
        (shown.LINES, LineItem, recorded.bare_order()["line_items"][0]),
    )
    for path, said in table.items()
]


@pytest.mark.parametrize(("path", "said", "kind", "body"), ROWS, ids=[f"{r[2].__name__} {r[0]}" for r in ROWS])
def test_a_field_is_shown_or_dropped_with_a_reason(path, said, kind, body):
    assert path in body
    if said.startswith("-"):
        assert len(said) > 15
        return
    for name in said.split("."):
        assert name in {field.name for field in dataclasses.fields(kind)}, said
        kind = inside(typing.get_type_hints(kind)[name])


def inside(kind: typing.Any) -> typing.Any:
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) in (tuple, typing.Union):
        return inside(next(part for part in typing.get_args(kind) if part not in (type(None), Ellipsis)))
    return kind


def test_no_field_of_an_order_is_forgotten():
    extra = {"buyer_accepts_marketing", "discount_applications"}  # beside the described ones
    assert set(recorded.bare_order()) - extra == set(shown.ORDER)


def read(network, **changes):
    network.get(f"{place.BASE}/orders/1", json=recorded.order(**({"id": "1"} | changes)))
    network.get(f"{place.BASE}/orders/1/refund", json=recorded.refunds())
    network.get(f"{place.BASE}/orders/1/transactions", json=recorded.transactions())
    return place.on_network().read_order("1")


def test_a_recorded_order_in_our_words(network):
    order = read(network)

    assert (order.number, order.note, order.tags) == ("00001001", "fragile", ("vip", "gift"))
    assert [(l.title, l.ordered, l.current, l.shipped, l.cancellable) for l in order.lines] == [  # noqa: E741
        ("Enamel mug", 3, 2, 0, 2),
        ("Mountain tea", 2, 2, 1, 1),
    ]
    assert {p.label: p.refundable.amount for p in order.payments if p.refundable} == {
        "Gift card": Decimal("5.50"),
        "PayPal": Decimal("42.00"),
    }
    assert order.totals.received.shop == Money(Decimal("62.00"), "USD")
    assert order.totals.tips.shop.amount == 2
    assert order.totals.fees.shop.amount == 3
    assert order.totals.duties.shop.amount == Decimal("1.20")
    said = " ".join(remark.text for remark in order.remarks)
    for part in ("gift card", "Recovered from an abandoned checkout", "Please ring twice", "Gift wrapping"):
        assert part in said
    assert order.cancellable is Cancellable.PART
    assert str(capabilities.SHIPPED) in order.whole_cancel_blockers
    assert order.lines[0].placements[0].location.name == "Main Street"
    assert codec.loads(Order, codec.dumps(order)) == order


@pytest.mark.parametrize("status", [*capabilities.PAYMENT, "refunding", "refund_failed", "brand_new"])
def test_every_payment_word(status, network):
    order = read(network, financial_status=status)
    expected = capabilities.PAYMENT.get(status)
    if expected is None:
        expected = PaymentState.UNKNOWN if status == "brand_new" else PaymentState.PARTLY_REFUNDED
    assert order.payment is expected


@pytest.mark.parametrize("status", [*capabilities.FULFILMENT, "brand_new", "unfulfilled"])
def test_every_shipping_word(status, network):
    order = read(network, fulfillment_status=status)
    assert order.fulfilment is capabilities.FULFILMENT.get(status, Fulfilment.UNKNOWN)
    assert bool(order.return_state) == (status in capabilities.RETURNS)


@pytest.mark.parametrize("field", ["status", "financial_status", "fulfillment_status"])
def test_an_unknown_word_is_said_and_nothing_breaks(field, network):
    order = read(network, **{field: "quantum"})
    assert any("quantum" in remark.text for remark in order.remarks)
    assert order.whole_cancel_blockers


@pytest.mark.parametrize("status", capabilities.RECOVERY)
def test_every_recovery_word_is_said(status, network):
    order = read(network, recovery_status=status)
    assert str(capabilities.RECOVERY[status]) in [remark.text for remark in order.remarks]


def test_either_spelling_of_the_time_of_cancelling(network):
    order = read(network, status="cancelled", cancelled_at=None, canceled_at="2026-11-19T10:00:00Z")
    assert order.cancelled_at == datetime(2026, 11, 19, 10, tzinfo=UTC)
    assert order.cancellable is Cancellable.NONE
    assert all(line.why_not for line in order.lines)


@pytest.mark.parametrize("mood", ["absent", "told", "zero"])
def test_shipped_units_by_either_name(world, mood):
    world.switch("shoplazza_ship_quantity", mood)
    order = place.made(world, place.on_world(world), lines=[replace(MUG, shipped=2), TEA])
    assert [(line.shipped, line.cancellable) for line in order.lines] == [(2, 1), (0, 2)]


def test_a_cancelled_shipment_counts_for_nothing(network):
    shipments = recorded.bare_order()["fulfillments"]
    order = read(network, fulfillments=[shipments[0] | {"status": "cancelled"}])
    assert [line.shipped for line in order.lines] == [0, 0]
    assert not order.shipments[0].is_effective


@pytest.mark.parametrize("order_id", ["633130-00000004", "7182105848352794601", "9223372036854775999"])
def test_ids_are_opaque(world, order_id):
    order = place.made(world, place.on_world(world), id=order_id)
    assert order.external_id == order_id


def test_two_currencies_are_kept_apart(world):
    order = place.made(world, place.on_world(world), currency="EUR", primary=("USD", "1.10"))
    assert (order.currency, order.customer_currency) == ("USD", "EUR")
    assert order.totals.received.customer == Money(Decimal("66.30"), "EUR")
    assert order.totals.received.shop == Money(Decimal("72.93"), "USD")
    assert {p.refundable.currency for p in order.payments if p.refundable} == {"EUR"}


def test_what_was_only_authorised_cannot_go_back(world):
    order = place.made(world, place.on_world(world), pay="authorised", channel="card")
    (payment,) = order.payments
    assert payment.refundable is None
    assert order.totals.capturable.customer == payment.capturable == order.totals.original.customer
    assert str(capabilities.AUTHORISED) in [remark.text for remark in order.remarks]
    assert order.cancellable is Cancellable.ALL


def test_a_pending_refund_holds_its_money_and_the_whole_cancel(world):
    order = place.made(world, place.on_world(world), channel="custom", refunded=1, pending=True)
    assert order.whole_cancel_blockers == (str(capabilities.PENDING_REFUND),)
    assert order.payments[0].refundable == order.totals.received.customer - Money(Decimal("14.50"), "USD")


@pytest.mark.parametrize(
    ("change", "blocker"),
    [
        ({"status": "finished"}, capabilities.NOT_OPEN),
        ({"status": "cancelled"}, capabilities.NOT_OPEN),
        ({"deleted_at": "2026-11-19T10:00:00Z"}, capabilities.DELETED),
        ({"fulfillment_status": "shipped"}, capabilities.SHIPPED),
    ],
)
def test_what_stops_a_whole_cancel_is_said(network, change, blocker):
    assert str(blocker) in read(network, **change).whole_cancel_blockers


@pytest.mark.parametrize(
    "change",
    [
        {"line_items": None}, {"status": None}, {"total_paid": None}, {"id": "2"},
        {"line_items": 3}, {"line_items": [1]}, {"currency": ""}, {"currency": "euro"}, {"total_paid": "1,00"},
        {"total_paid": "1e5"}, {"updated_at": "yesterday"}, {"updated_at": "2026-11-19T10:00:00"}, {"customer": []},
        {"total_price": True}, {"fulfillments": {}}, {"line_items": [{"id": "1", "quantity": -1}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_shape_that_was_not_promised_is_a_failed_read(change, network):
    network.assert_all_requests_are_fired = False  # some are seen at the first of the three answers
    with pytest.raises(RemoteUnavailable) as caught:
        read(network, **change)
    assert caught.value.code == "bad_shape"


def test_looking_again_spares_the_payments_and_tells_the_same(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    world.shoplazza.staff(order.external_id).refund("5.00", units=1)
    world.advance(5)
    seen = dict(world.counters()["requests"])

    after = shop.look_again(order)

    assert world.counters()["requests"].get("transactions") == seen.get("transactions")
    assert after == shop.read_order(order.external_id)
    assert after.payments[0].refundable == order.payments[0].refundable - Money(Decimal("5.00"), "USD")


# --- lists and access ----------------------------------------------------------------------------
@pytest.mark.parametrize("order", ["newest_first", "oldest_first"])
def test_a_list_is_walked_to_its_end_without_abandoned_checkouts(world, order, monkeypatch):
    world.switch("shoplazza_list_order", order)
    monkeypatch.setattr("stores.platforms.shoplazza.reading.PAGE", 4)
    made = world.shoplazza.seed()
    shop, found, cursor = place.on_world(world), [], ""
    while True:
        page = shop.list_orders(since=None, cursor=cursor)
        assert (page.total is None) == bool(cursor)
        found += [order.external_id for order in page.orders]
        if not (cursor := page.cursor):
            break

    assert sorted(found) == sorted(m.id for name, m in made.items() if name != "abandoned checkout")


def test_a_filter_that_is_ignored_there_is_applied_here(network):
    old = recorded.bare_order(updated_at="2020-01-01T00:00:00Z")
    network.get(f"{place.BASE}/orders/count", json=recorded.SUCCESS | {"data": {"count": 2}})
    told = {"orders": [old, recorded.bare_order()], "cursor": "x", "has_more": None}
    network.get(f"{place.BASE}/orders", json=recorded.SUCCESS | {"data": told})

    page = place.on_network().list_orders(since=datetime(2026, 1, 1, tzinfo=UTC))

    assert [order.updated_at.year for order in page.orders] == [2026]
    assert page.cursor == ""


def test_what_changed_since_is_asked_for_with_an_overlap(world):
    shop = place.on_world(world)
    order = place.made(world, shop)
    assert shop.list_orders(since=NOW - timedelta(days=2)).orders[0].is_summary
    assert not shop.list_orders(since=NOW).orders
    world.shoplazza.staff(order.external_id).write(note="x")
    assert [o.external_id for o in shop.list_orders(since=NOW + timedelta(minutes=4)).orders] == [order.external_id]


def test_access_names_the_shop_and_what_is_missing(world):
    shop = place.on_world(world)
    access = shop.check_access()
    assert (access.shop_name, access.currency, access.missing) == ("Demo", "USD", ())

    world.shoplazza.add_shop("demo", scopes=["read_shop"])
    assert [scope.name for scope in shop.check_access().missing] == ["read_order", "write_order"]
    world.shoplazza.add_shop("demo", token="another")
    with pytest.raises(CredentialsRejected):
        shop.check_access()
    world.shoplazza.add_shop("demo", token="shplza_demo_sandbox", state="inactive")
    with pytest.raises(RemoteRefused) as caught:
        shop.check_access()
    assert caught.value.code == "store_inactive"


# --- paid, and no transaction tells it ------------------------------------------------------------
def test_what_a_foreign_checkout_took_can_go_back_although_no_transaction_tells_it(world):
    shop = place.on_world(world)
    order = place.made(world, shop, channel="paypal", untold=True)
    (paid,) = order.payments
    assert (paid.gateway, paid.amount.customer, paid.refundable) == (
        "paypal",
        order.totals.received.customer,
        paid.amount.customer,
    )
    assert order.is_refundable

    shop.carry_out(place.part(shop, order), key="k", tag=TAG)
    world.advance(3)

    after = shop.look_again(order)
    assert after == shop.read_order(order.external_id)
    assert [p.refundable.amount for p in after.payments] == [order.totals.received.customer.amount - Decimal("14.50")]


def test_through_which_of_two_lines_is_for_a_person_where_no_transaction_tells(world):
    shop = place.on_world(world)
    order = place.made(world, shop, tender=[("paypal", "30.00"), ("gift_card", "36.30")], untold=True)

    with pytest.raises(RemoteRefused) as caught:
        shop.quote(order, CancelRequest(lines=place.some(order)))

    assert caught.value.code == "divide"
    assert [p.refundable.amount for p in order.payments] == [Decimal("66.30")] * 2


def test_what_was_paid_is_there_without_a_payment_line(network):
    """The vendor's own sample of a paid order has neither."""
    network.get(f"{place.BASE}/orders/1", json=recorded.order(id="1", payment_line=None, payment_lines=[]))
    network.get(f"{place.BASE}/orders/1/refund", json=recorded.refunds())
    network.get(f"{place.BASE}/orders/1/transactions", json=recorded.SUCCESS | {"data": {"transactions": []}})

    order = place.on_network().read_order("1")

    (paid,) = order.payments
    assert (str(paid.amount.customer.amount), str(paid.refundable.amount)) == ("62.00", "47.50")
    assert place.on_network().look_again(order).payments == order.payments


def test_a_failed_try_does_not_hide_what_was_paid(network):
    failed = [t | {"status": "error"} for t in recorded.transactions()["data"]["transactions"]][:1]
    one = {"id": "9", "payment_channel": "paypal"}
    order = recorded.order(id="1", payment_line=one, payment_lines=[one], total_refund_price="0.00")
    network.get(f"{place.BASE}/orders/1", json=order)
    network.get(f"{place.BASE}/orders/1/refund", json=recorded.refunds(refund_status="pending"))
    network.get(f"{place.BASE}/orders/1/transactions", json=recorded.SUCCESS | {"data": {"transactions": failed}})

    paid = [p for p in place.on_network().read_order("1").payments if p.refundable]

    assert [(p.id, str(p.refundable.amount)) for p in paid] == [("9", "47.50")]


@pytest.mark.parametrize(
    ("data", "is_read"), [({}, False), ({"records": None, "order_status": "placed"}, True)], ids=str
)
def test_an_answer_that_does_not_tell_of_refunds_is_a_failed_read(data, is_read, network):
    """No refund may be told as null; nothing at all may not be taken for none."""
    network.assert_all_requests_are_fired = False
    network.get(f"{place.BASE}/orders/1", json=recorded.order(id="1"))
    network.get(f"{place.BASE}/orders/1/refund", json=recorded.SUCCESS | {"data": data})
    network.get(f"{place.BASE}/orders/1/transactions", json=recorded.transactions())
    if is_read:
        assert place.on_network().read_order("1").refunds == ()
        return
    with pytest.raises(RemoteUnavailable) as caught:
        place.on_network().read_order("1")
    assert caught.value.code == "bad_shape"


@pytest.mark.parametrize("pay", ["waiting", "failed", "expired"])
def test_what_was_never_paid_is_not_made_up(world, pay):
    order = place.made(world, place.on_world(world), pay=pay)
    assert [payment for payment in order.payments if payment.refundable] == []
