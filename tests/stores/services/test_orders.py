from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import cast
from unittest.mock import Mock, patch

import pytest

from stores.canonical.order import Order, Person, Remark
from stores.connectors.roles import OrderSource
from stores.models import OrderRecord
from stores.services import orders
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
LATER = make.NOW + timedelta(minutes=5)


def test_an_order_is_kept_with_what_lists_need() -> None:
    shop = make.store()
    order = make.canonical_order(number="#1047", lines=[make.line(units=6, shipped=2, sku="RED-42")])

    record = orders.save(shop, order, make.NOW)

    assert (record.number_folded, record.units_open, record.units_ordered) == ("1047", Decimal(4), Decimal(6))
    assert " red-42 " in record.search
    assert orders.order_of(record) == order


def test_an_older_version_never_overwrites_a_newer_one() -> None:
    shop = make.store()
    new = make.canonical_order(note="new", updated_at=make.NOW)
    orders.save(shop, new, make.NOW)

    record = orders.save(shop, replace(new, note="old", updated_at=make.NOW - timedelta(minutes=1)), LATER)

    assert orders.order_of(record).note == "new"


def test_an_older_read_of_the_same_version_never_overwrites_a_newer_one() -> None:
    shop = make.store()
    order = make.canonical_order(note="read later")
    orders.save(shop, order, LATER)

    record = orders.save(shop, replace(order, note="read earlier"), make.NOW)

    assert orders.order_of(record).note == "read later"
    assert record.read_at == LATER


def test_a_summary_of_the_same_version_leaves_the_full_copy() -> None:
    shop = make.store()
    order = make.canonical_order(note="full")
    orders.save(shop, order, make.NOW)

    record = orders.save(shop, replace(order, note="", is_summary=True), LATER)

    assert not record.is_summary
    assert orders.order_of(record).note == "full"


def test_a_newer_summary_replaces_an_outdated_full_copy() -> None:
    shop = make.store()
    order = make.canonical_order()
    orders.save(shop, order, make.NOW)

    record = orders.save(shop, replace(order, updated_at=LATER, is_summary=True), LATER)

    assert record.is_summary


@pytest.mark.parametrize("stands", [True, False])
def test_a_dispute_that_moves_no_version_comes_and_goes_with_a_read(stands: bool) -> None:
    bare = make.canonical_order()
    disputed = replace(bare, remarks=(Remark(kind="dispute", text="Inquiry", is_open=True, stops_refund=True),))
    before, now = (bare, disputed) if stands else (disputed, bare)
    record = orders.save(make.store(), before, make.NOW)

    read = orders.refresh(record, platform=cast(OrderSource, Mock(read_order=Mock(return_value=now))))
    record.refresh_from_db()

    assert (record.is_disputed, orders.order_of(record)) == (stands, now) == (stands, read)


def test_a_read_that_tells_nothing_new_moves_only_its_time() -> None:
    order = make.canonical_order()
    record = orders.save(make.store(), order, make.NOW)

    with patch.object(orders, "_upsert") as written:
        orders.refresh(record, platform=cast(OrderSource, Mock(read_order=Mock(return_value=order))))
    record.refresh_from_db()

    assert record.read_at > make.NOW
    assert not written.called


def test_the_address_of_a_copy_survives_an_overwrite() -> None:
    shop = make.store()
    order = make.canonical_order()
    first = orders.save(shop, order, make.NOW)

    again = orders.save(shop, replace(order, note="more", updated_at=LATER), LATER)

    assert (again.pk, again.uuid) == (first.pk, first.uuid)


def test_a_page_tells_how_many_orders_were_new() -> None:
    shop = make.store()
    page = [make.canonical_order() for _ in range(450)]

    assert orders.save_many(shop, page[:20], make.NOW) == 20
    assert orders.save_many(shop, [*page, page[0]], LATER) == 430
    assert OrderRecord.objects.filter(store=shop).count() == 450


def test_two_shops_may_have_the_same_external_id() -> None:
    order = make.canonical_order()

    one, other = orders.save(make.store(), order, make.NOW), orders.save(make.store(), order, make.NOW)

    assert one.pk != other.pk


@pytest.mark.parametrize("currency", ["JPY", "USD", "KWD"])
def test_amounts_are_kept_in_minor_units(currency: str) -> None:
    order = make.canonical_order(currency=currency, lines=[make.line(price="12", currency=currency)])

    record = orders.save(make.store(currency=currency), order, make.NOW)

    assert record.total_minor == order.totals.current.shop.minor


def test_an_order_without_lines_or_customer_is_kept() -> None:
    record = orders.save(make.store(), make.canonical_order(lines=[], customer=Person()), make.NOW)

    assert record.units_open == 0
    assert record.customer_name == ""


def test_a_dispute_marks_the_copy_although_the_order_did_not_change() -> None:
    """A bank's word changes no order: neither its version nor its figures."""
    order = make.canonical_order()
    record = orders.save(make.store(), order, make.NOW)
    remark = Remark(kind="dispute", text="Disputed", is_open=True, stops_refund=True)
    disputed = replace(order, remarks=(remark,))

    orders.refresh(record, platform=Reads(disputed))  # type: ignore[arg-type]

    record.refresh_from_db()
    assert record.is_disputed
    assert orders.order_of(record).remarks == (remark,)


class Reads:
    """A platform that reads this order."""

    def __init__(self, order: Order) -> None:
        self.order = order

    def read_order(self, external_id: str) -> Order:
        return self.order
