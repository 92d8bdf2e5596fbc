"""Theirs to ours: recorded answers of both versions, and the arithmetic of items and shipments."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.platforms.modern_dropship.seeds import SEEDS
from sandbox.world import World
from stores.canonical.order import Cancellable, Fulfilment
from stores.platforms.modern_dropship import cancellable, mapping
from tests.stores.platforms.modern_dropship import place


@pytest.fixture
def world(world: World) -> World:
    return place.watched(world)


def of(*items, shipments=(), **changes):
    """An order of items (id, code, quantity, cancelled) and shipments (item id, code, units)."""
    told = [
        {"_id": ident, "sellerVariantCode": code, "quantity": quantity, "cancelled": is_cancelled}
        for ident, code, quantity, is_cancelled in items
    ]
    parts = [{"orderItemId": ident, "sellerVariantCode": code, "quantity": count} for ident, code, count in shipments]
    return place.recorded("order_2022", items=told, fulfillments=[{"_id": "f", "items": parts}], **changes)


def test_a_recorded_order_of_2022():
    order = mapping.to_order(place.recorded("order_2022"))

    assert (order.number, order.source_id, order.source) == ("R-88120", "#1047", "fern-and-field")
    assert (order.currency, order.totals.current.customer.amount) == ("CAD", 0)
    assert order.customer.name == "Ada Lindqvist"
    assert order.customer.shipping_address == (
        "Ada Lindqvist", "12 Canal Street", "Flat 3", "Toronto ON M4B 1B3", "CA",
    )  # fmt: skip
    assert order.customer.billing_address[0] == "Fern & Field"
    assert order.placed_at == datetime(2026, 11, 18, 8, tzinfo=UTC)
    assert (order.cancelled_at, order.cancel_reason, order.cancel_note) == (
        None, "Cancelled by the retailer", "Fewer are needed",
    )  # fmt: skip
    assert (order.fulfilment, order.cancellable) == (Fulfilment.PARTIAL, Cancellable.PART)
    gone, tea, mugs = order.lines
    assert (gone.current, gone.cancellable, gone.why_not) == (0, 0, "Cancelled by the retailer: Fewer are needed")
    assert (tea.current, tea.cancellable, tea.title) == (3, 3, "TEA-100")
    assert (mugs.current, mugs.shipped, mugs.cancellable, mugs.title) == (4, 2, 2, "Enamel mug, blue")
    assert order.shipments[0].tracking == ("Canada Post CP0001",)
    assert any("cancel it there as well" in remark.text for remark in order.remarks)
    assert not order.is_summary


def test_a_recorded_order_of_2021():
    order = mapping.to_order(place.recorded("order_2021"), is_listed=True)

    assert (order.number, order.source_id, order.source) == ("R-88121", "#1048", "fern-and-field")
    assert (order.customer.name, order.customer.email) == ("Jonas Weber", "orders@fernandfield.example")
    assert order.customer.billing_address[0] == "Fern & Field"
    assert order.tags == ("gift",)
    assert any("invoice" in remark.text for remark in order.remarks)
    assert order.cancellable is Cancellable.ALL
    assert order.is_summary  # a list that says nothing of shipments


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (of(("1", "A", 5, False)), {"1": 5}),
        (of(("1", "A", 5, False), shipments=[("1", "A", 2)]), {"1": 3}),
        (of(("1", "A", 5, True), ("2", "A", 3, False), shipments=[("1", "A", 2)]), {"1": 0, "2": 1}),
        (of(("1", "A", 5, True), ("2", "A", 3, False), shipments=[("2", "A", 2)]), {"1": 0, "2": 1}),
        (of(("1", "A", 3, False), ("2", "A", 2, False), shipments=[("2", "A", 1)]), {"1": 3, "2": 1}),
        (of(("1", "A", 3, False), ("2", "B", 2, False), shipments=[("1", "A", 3)]), {"1": 0, "2": 2}),
        (of(("1", "A", 3, False), shipments=[("1", "A", 9)]), {"1": 0}),
        (of(("1", "A", 3, False), shipped=True), {"1": 0}),
        (of(("1", "A", 3, True)), {"1": 0}),
    ],
)
def test_what_of_each_item_can_be_cancelled(raw, expected):
    tally = cancellable.tally(raw)

    assert {item.id: tally.cancellable(item) for item in tally.items} == expected


def test_an_order_is_cancelled_when_its_last_item_is():
    items = [
        {"_id": "1", "quantity": 1, "cancelled": True, "cancelledDate": "2026-11-19T09:00:00Z"},
        {"_id": "2", "quantity": 1, "cancelled": True, "cancelledDate": "2026-11-20T09:00:00Z"},
    ]
    order = mapping.to_order(place.recorded("order_2022", items=items, fulfillments=[]))

    assert order.cancelled_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert order.whole_cancel_blockers == ("Every line of this order is cancelled already.",)


@pytest.mark.parametrize(("said", "currency"), [("eur", "EUR"), ("", "USD"), (None, "USD"), ("€", "USD")])
def test_a_currency_that_is_none_stops_nothing(said, currency):
    assert mapping.to_order(place.recorded("order_2022", currency=said)).currency == currency


def test_words_that_no_database_can_keep_are_mended():
    order = mapping.to_order(place.recorded("order_2022", note="a\0b\udc80", tags=["x", 3]))

    assert (order.note, order.tags) == ("ab?", ("x",))


@pytest.mark.parametrize(
    ("name", "fulfilment", "cancellable"),
    [
        ("new", "unfulfilled", "all"),
        ("not posted", "unfulfilled", "all"),
        ("one line of 5", "unfulfilled", "all"),
        ("three lines", "unfulfilled", "all"),
        ("partly shipped line", "partial", "part"),
        ("partly shipped order", "partial", "part"),
        ("shipped", "fulfilled", "none"),
        ("cancelled by the retailer", "unfulfilled", "none"),
        ("billed", "partial", "part"),
        ("two lines of the same variant", "partial", "part"),
        ("linked to a shop order", "unfulfilled", "all"),
        ("name in Chinese", "unfulfilled", "all"),
    ],
)
def test_each_seed_order(world, name, fulfilment, cancellable):
    made = world.modern_dropship.seed(name)[name]

    order = place.on_world(world).read_order(made.id)

    assert (order.fulfilment, order.cancellable) == (fulfilment, cancellable)
    assert bool(order.cancelled_at) == (name == "cancelled by the retailer")


def test_every_seed_is_looked_at():
    tested = {row[0] for mark in test_each_seed_order.pytestmark for row in mark.args[1]}

    assert tested == set(SEEDS)
