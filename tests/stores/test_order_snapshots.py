"""Snapshots in a table of their own: moved there and back without a loss, gone with their order, read by no list."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from stores.canonical import codec
from stores.canonical.order import Order
from stores.models import OrderRecord, OrderSnapshot
from stores.selectors import orders as found
from stores.services import orders
from tests import make

move = import_module("stores.migrations.0015_move_order_snapshots")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_they_are_moved_there_and_back_in_batches(monkeypatch):
    monkeypatch.setattr(move, "BATCH", 2)
    shop = make.store()
    orders.save_many(shop, [make.canonical_order() for _ in range(5)], make.NOW)
    kept = dict(OrderSnapshot.objects.values_list("order_id", "text"))
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()

    MigrationExecutor(connection).migrate([("stores", "0013_limiter_shares")])
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, snapshot FROM stores_orderrecord")
            before = dict(cursor.fetchall())
    finally:
        MigrationExecutor(connection).migrate(latest)

    assert before == kept
    assert dict(OrderSnapshot.objects.values_list("order_id", "text")) == kept
    assert len(kept) == 5
    if connection.vendor == "sqlite":  # the table was made anew on the way: its words are still looked up
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'stores_order_w%'")
            assert cursor.fetchone() == (3,)


@pytest.mark.django_db
@pytest.mark.postgres
class TestWithItsRecord:
    def test_each_has_its_own_of_a_page(self):
        page = [make.canonical_order(note=f"order {n}") for n in range(3)]

        orders.save_many(make.store(), page, make.NOW)

        assert [orders.order_of(row) for row in OrderRecord.objects.order_by("pk")] == page

    def test_what_is_older_changes_neither(self):
        shop, new = make.store(), make.canonical_order(note="new", updated_at=make.NOW)
        old = replace(new, note="old", updated_at=make.NOW - timedelta(minutes=1))
        orders.save(shop, new, make.NOW)

        other = make.canonical_order(note="other")
        orders.save_many(shop, [old, other], make.NOW)

        texts = OrderSnapshot.objects.order_by("pk").values_list("text", flat=True)
        assert [codec.loads(Order, text).note for text in texts] == ["new", "other"]

    def test_it_goes_with_the_order(self):
        shop, order = make.store(), make.canonical_order()
        orders.save(shop, order, make.NOW)

        assert orders.forget(shop, order.external_id)
        assert not OrderSnapshot.objects.exists()

    def test_a_list_reads_none(self, cast, django_assert_num_queries):
        orders.save(cast.shop_a, make.canonical_order(), make.NOW)

        page = found.search(cast.owner, found.OrderQuery())

        assert page.rows
        with django_assert_num_queries(1):  # it was not there: only now it is read
            orders.order_of(page.rows[0])
