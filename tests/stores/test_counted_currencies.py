"""Amounts in currencies whose parts were not counted get their digits at the upgrade, and lose them on the way back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cancellations.models import Cancellation
from stores.models import CurrencyLimit, HoldTier, Membership, OrderRecord, Store
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
BEFORE = [("stores", "0024_hold_by_amount"), ("cancellations", "0029_index_who_asked_and_why")]


def test_dinars_get_their_paras_and_euros_stay():
    stores = {currency: make.store(currency=currency) for currency in ("RSD", "IQD", "EUR")}
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    for store in stores.values():
        prepared(store)

    MigrationExecutor(connection).migrate(BEFORE)
    try:
        smaller = {currency: told(store) for currency, store in stores.items()}
    finally:
        MigrationExecutor(connection).migrate(latest)

    whole = (30_000, [20_000, 2_000_000], 50_000, None, 40_000, 30_000, 30_000)
    assert smaller == {
        "RSD": (300, [200, 20_000], 500, None, 400, 300, 300),
        "IQD": (30, [20, 2_000], 50, None, 40, 30, 30),
        "EUR": whole,
    }
    assert {currency: told(store) for currency, store in stores.items()} == dict.fromkeys(stores, whole)


def prepared(store: Store) -> None:
    record = make.order_record(store=store, total_minor=30_000)
    for amount in (20_000, 2_000_000):  # the smaller one moves to where the larger one stood
        HoldTier.objects.create(store=store, from_minor=amount, seconds=60)
    membership = make.membership(make.person(), store, limit_per_cancellation=50_000)
    limits = {"per_cancellation": 40_000, "per_day": 40_000}
    CurrencyLimit.objects.create(membership=membership, currency=store.currency, **limits)
    make.cancellation(record=record, money_minor=30_000, limit_minor=30_000)


def told(store: Store) -> tuple[object, ...]:
    """Read past the models, whose digits are those of today."""
    limit = Membership.objects.get(store=store, limit_per_cancellation__isnull=False)
    return (
        OrderRecord.objects.get(store=store).total_minor,
        [*HoldTier.objects.filter(store=store).order_by("from_minor").values_list("from_minor", flat=True)],
        limit.limit_per_cancellation,
        limit.limit_per_day,
        CurrencyLimit.objects.get(membership=limit).per_day,
        *Cancellation.objects.filter(store=store).values_list("money_minor", "limit_minor")[0],
    )
