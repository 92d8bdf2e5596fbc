"""What an order tells us, from recorded answers and from every seed; junk anywhere is an order or a failed read."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from stores.canonical import codec
from stores.canonical.order import Cancellable, EndsWhenRepaid, Fulfilment, LineItem, Order, PaymentKind, PaymentState
from stores.canonical.request import CancelRequest
from stores.kernel.errors import RemoteRefused, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.money import Money
from stores.platforms.woocommerce import capabilities, mapping, reading
from stores.platforms.woocommerce.cancellable import Told
from stores.platforms.woocommerce.writing import figures
from tests.stores.platforms.woocommerce import place, recorded, shown


@pytest.fixture
def world(world):
    world.switch("woocommerce_limit", "none")
    return world


def read(**changes: Any) -> Order:
    return mapping.to_order(Told(recorded.order(**changes), recorded.refunds()))


def eur(amount):
    return Money(Decimal(amount), "EUR")


def test_a_recorded_order_is_told_whole(network):
    network.get(f"{place.BASE}/orders/727", json=recorded.order())
    network.get(f"{place.BASE}/orders/727/refunds", json=recorded.refunds())
    network.get(f"{place.BASE}/payment_gateways/stripe", json={"id": "stripe", "method_supports": ["refunds"]})

    order = place.on_network().read_order("727")

    assert (order.external_id, order.number, order.currency) == ("727", "W-727", "EUR")
    assert order.placed_at == datetime(2026, 11, 18, 14, 15, tzinfo=UTC)  # of `_gmt`, not of the site's own zone
    assert (order.customer.name, order.customer.email, order.customer.id) == (
        "Ada Novak",
        "ada.novak@example.com",
        "26",
    )
    (line,) = order.lines
    assert (line.title, line.variant, line.sku) == ("Enamel mug", "Blue", "MUG-BLU")
    assert (line.ordered, line.current, line.cancellable, line.is_tracked) == (3, 2, 2, True)
    assert line.tax == ("VAT 19 %: 8.27 EUR",)
    (payment,) = order.payments
    assert (payment.refundable, payment.label, payment.is_manual) == (eur("40.46"), "Credit card (Stripe)", False)
    (refund,) = order.refunds
    assert [(one.line_id, one.units, one.was_restocked) for one in refund.lines] == [("315", 1, True)]
    assert (order.totals.refunded.shop, order.totals.net.shop) == (eur("17.26"), eur("40.46"))
    assert order.shipping_refundable == eur("5.95")
    assert (order.payment, order.cancellable) == (PaymentState.PARTLY_REFUNDED, Cancellable.ALL)


@pytest.mark.parametrize(
    ("changes", "payment", "cancellable", "over"),
    [
        ({}, PaymentState.PARTLY_REFUNDED, Cancellable.ALL, False),
        ({"status": "completed"}, PaymentState.PARTLY_REFUNDED, Cancellable.NONE, False),
        ({"status": "cancelled"}, PaymentState.PARTLY_REFUNDED, Cancellable.NONE, True),
        ({"status": "refunded"}, PaymentState.PARTLY_REFUNDED, Cancellable.NONE, True),
        ({"status": "refunded", "date_completed_gmt": "2026-11-19T00:00:00"}, PaymentState.PARTLY_REFUNDED,
         Cancellable.NONE, False),
        ({"date_completed_gmt": "2026-11-19T00:00:00"}, PaymentState.PARTLY_REFUNDED, Cancellable.ALL, False),
        ({"status": "pending", "date_paid_gmt": None}, PaymentState.PENDING, Cancellable.ALL, False),
        ({"status": "failed", "date_paid_gmt": None}, PaymentState.PENDING, Cancellable.ALL, False),
        ({"status": "on-hold", "date_paid_gmt": None}, PaymentState.AUTHORISED, Cancellable.ALL, False),
        ({"status": "on-hold", "date_paid_gmt": None, "payment_method": "bacs"}, PaymentState.PENDING, Cancellable.ALL,
         False),
        ({"status": "cancelled", "date_paid_gmt": None}, PaymentState.VOIDED, Cancellable.NONE, True),
        ({"status": "trash"}, PaymentState.PARTLY_REFUNDED, Cancellable.NONE, False),
        ({"status": "awaiting-pickup"}, PaymentState.PARTLY_REFUNDED, Cancellable.NONE, False),
    ],
)  # fmt: skip
def test_states(changes, payment, cancellable, over):
    order = read(**changes)
    assert (order.payment, order.cancellable, order.cancelled_at is not None) == (payment, cancellable, over)
    if cancellable is Cancellable.NONE:
        assert order.lines[0].why_not


def test_a_status_of_a_plugins_is_told_with_what_to_do():
    order = read(status="awaiting-pickup")
    assert any("awaiting-pickup" in remark.text for remark in order.remarks)
    assert "Processing" in order.lines[0].why_not
    assert order.fulfilment is Fulfilment.UNKNOWN


def test_an_authorisation_is_something_a_person_must_look_at():
    order = read(status="on-hold", date_paid_gmt=None)
    (payment,) = order.payments
    assert (payment.kind, payment.refundable, payment.capturable) == (PaymentKind.AUTHORISATION, None, eur("57.72"))
    assert str(capabilities.MAYBE_AUTHORISED) in [remark.text for remark in order.remarks]


@pytest.mark.parametrize(
    ("said", "by_hand"),
    [
        ({"json": {"method_supports": ["products", "refunds"]}}, False),
        ({"json": {"method_supports": ["products"]}}, True),
        ({"json": {"code": "woocommerce_rest_payment_gateway_invalid"}, "status": 404}, True),
        ({"json": {"code": "woocommerce_rest_cannot_view"}, "status": 403}, False),
        ({"json": {}}, False),
    ],
)
def test_whether_money_moves_is_asked_of_the_payment_method(network, said, by_hand):
    network.get(f"{place.BASE}/orders/727", json=recorded.order())
    network.get(f"{place.BASE}/orders/727/refunds", json=recorded.refunds())
    network.get(f"{place.BASE}/payment_gateways/stripe", **said)
    order = place.on_network().read_order("727")
    assert order.payments[0].is_manual is by_hand


def test_a_refund_without_the_gateways_yes_is_pointed_out():
    refunds = [recorded.refunds()[0] | {"refunded_payment": False}]
    order = mapping.to_order(Told(recorded.order(), refunds))
    assert [remark.is_open for remark in order.remarks] == [True]


def test_every_seed_reads_and_looks_the_same_again(world):
    home, shop = WooCommerceSimulator(world), place.on_world(world)
    for name, made in home.seed().items():
        order = shop.read_order(made.id)
        assert codec.loads(Order, codec.dumps(order)) == order, name
        assert shop.look_again(order) == order, name
    variable = shop.read_order(home.seed("variable product")["variable product"].id)
    assert len({line.stock_item_id for line in variable.lines}) == 1  # the parent's stock


def test_more_refunds_than_a_page_are_all_counted(world):
    home, shop = WooCommerceSimulator(world), place.on_world(world)
    made = home.make_order(lines=[place.Line(price="500.00", sku="A")])
    for _ in range(105):
        home.staff(made.id).refund("1.00")
    order = shop.read_order(made.id)
    assert len(order.refunds) == 105
    assert order.payments[0].refundable == Money(Decimal(400), "USD")


# --- junk ---------------------------------------------------------------------------------------------
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**30), st.text(max_size=6), st.just([]), st.just({}), st.just([None]),
    st.just("9" * 14), st.just("-1.00"), st.just("0"), st.just("2026-13-01T00:00:00"), st.just(Decimal("1.5")),
    st.just("0001-01-01T00:00:00"), st.just("\ud800"), st.just("1e5"), st.just("NaN"), st.just("JPY"),
)  # fmt: skip


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in inside:
        yield (*path, name)
        yield from places(child, (*path, name))


def answers() -> dict[str, Any]:
    return {"order": recorded.order(), "refunds": recorded.refunds()}


PLACES = [path for path in places(answers()) if len(path) > 1 and path[:2] != ("refunds", 0)] + [
    path for path in places(answers()) if len(path) > 2
]


@settings(max_examples=250, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
def test_any_answer_is_an_order_or_a_failed_read(changes):
    found = deepcopy(answers())
    for path, junk in changes:
        put(found, path, junk)
    try:
        with json_readers.understood("unreadable"):
            told = Told(found["order"], found["refunds"])
            order = mapping.to_order(told)
            wish = CancelRequest(lines={line.id: line.cancellable for line in order.lines})
            reading.to_quote(told, order, figures(told.kept, reading.wanted(told, wish)), is_estimate=True)
    except (RemoteUnavailable, RemoteRefused):
        return
    assert codec.loads(Order, codec.dumps(order)) == order
    assert all(0 <= line.cancellable <= line.ordered for line in order.lines)


def put(told: Any, path: tuple[Any, ...], junk: Any) -> None:
    """Leaves alone what an earlier change took away."""
    for name in path[:-1]:
        try:
            told = told[name]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(told, dict) or (isinstance(told, list) and isinstance(path[-1], int) and path[-1] < len(told)):
        told[path[-1]] = junk


@pytest.mark.parametrize(("table", "raw", "kind"), [
    (shown.ORDER, recorded.order(), Order), (shown.LINES, recorded.order()["line_items"][0], LineItem),
])  # fmt: skip
def test_every_field_is_shown_or_dropped_for_a_reason(table, raw, kind):
    assert set(table) == set(raw)
    known = {field.name for field in fields(kind)}
    assert not [where for where in table.values() if where[0] != "-" and where.partition(".")[0] not in known]
    assert not [where for where in table.values() if where[0] == "-" and len(where) < 15]


# --- what belongs together, and what else was paid with ------------------------------------------------
def bundled(*lines: dict[str, Any], **changes: Any) -> Order:
    base = recorded.order()["line_items"][0]
    rows = [base | {"id": number, "name": f"Line {number}"} | line for number, line in enumerate(lines, start=1)]
    return mapping.to_order(Told(recorded.order(line_items=rows, **changes)))


@pytest.mark.parametrize(
    ("lines", "groups"),
    [
        ([{"bundled_items": [2], "bundled_by": ""}, {"bundled_by": 1, "bundled_items": []}, {}], ["1", "1", ""]),
        ([{"composite_children": [2, 3]}, {"composite_parent": 1}, {"composite_parent": 1}], ["1", "1", "1"]),
        ([{}, {"bundled_by": "1"}, {}], ["1", "1", ""]),  # said by the part alone
        ([{"bundled_items": ["2"]}, {}, {}], ["1", "1", ""]),  # or by the container
        ([{"composite_children": [2]}, {"composite_parent": 1, "bundled_items": [3]}, {"bundled_by": 2}],
         ["1", "1", "1"]),
        ([{"bundled_by": 9}, {"bundled_items": [9]}, {"bundled_by": ""}], ["", "", ""]),  # of no line of this order
        ([{"bundled_by": 2}, {"bundled_by": 1}, {}], ["1", "1", ""]),
        ([{"bundled_by": None, "bundled_items": None}, {"bundled_items": ""}, {}], ["", "", ""]),
    ],
)  # fmt: skip
def test_container_and_parts_are_one_bundle(lines, groups):
    order = bundled(*lines)
    assert [line.group_id for line in order.lines] == groups
    assert {line.group_title for line in order.lines if line.group_id} <= {"Line 1"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gift_cards": [{"id": 2, "code": "AAAA-9431", "amount": 20}, {"id": 4, "code": "B", "amount": "4.00"}]},
         "24.00 EUR of the price was paid by gift card"),
        ({"total": "33.72"}, "24.00 EUR of the price was not paid through this payment"),
        ({"total": "33.72", "fee_lines": [{"id": 9, "name": "Gift card AAAA", "total": "-24.00", "taxes": []}]},
         "24.00 EUR of the price was paid by gift card"),
        ({}, ""),
        ({"total": "57.71"}, ""),  # rounding
        ({"gift_cards": []}, ""),
        ({"fee_lines": [{"id": 9, "name": "Loyal customer", "total": "-24.00", "taxes": []}], "total": "33.72"}, ""),
    ],
)  # fmt: skip
def test_what_gift_cards_paid_is_said_and_their_codes_are_not(changes, words):
    order = read(**changes)
    told = [remark.text for remark in order.remarks if remark.kind == "payment"]
    assert [words in text for text in told] == ([True] if words else [])
    assert not any("AAAA" in text for text in told)


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({}, EndsWhenRepaid.ALWAYS),
        ({"date_paid_gmt": None}, EndsWhenRepaid.NEVER),
        ({"line_items": [recorded.order()["line_items"][0] | {"total": "0.00", "taxes": []}]},
         EndsWhenRepaid.WHEN_EMPTY),
    ],
)  # fmt: skip
def test_when_the_last_money_ends_an_order(changes, ends):
    assert read(**changes).ends_when_repaid is ends


def test_stock_that_was_kept_and_no_money_left_name_the_only_way_out():
    """Set to cancelled it would put back what was kept; and no refund can end it."""
    kept = recorded.order()["line_items"][0] | {"quantity": 1, "total": "14.50", "taxes": []}
    free = kept | {"id": 316, "total": "0.00", "product_id": 95, "sku": "GIFT"}
    order = recorded.order(line_items=[kept, free], shipping_lines=[], total="17.26")
    found = mapping.to_order(Told(order, recorded.refunds()))
    assert found.whole_cancel_blockers == (str(capabilities.KEPT_STOCK),)
    assert not found.ends_by_refund
    assert mapping.to_order(Told(order | {"total": "20.00"}, recorded.refunds())).whole_cancel_blockers == ()


@pytest.mark.parametrize("changes", [{"currency": ""}, {"currency": None}, {"date_created_gmt": None}, {"id": None}])
def test_an_order_that_lacks_what_it_needs_is_misread_by_its_field(changes):
    with pytest.raises(json_readers.Misread) as caught:
        mapping.to_order(Told(recorded.order(**changes), [], is_summary=True))
    assert str(caught.value) == next(iter(changes))
