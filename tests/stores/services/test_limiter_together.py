"""Several workers at one row: together they take no more than one alone could."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from stores.models import ConnectionHealth
from stores.services.rate_limit import BACKGROUND_AHEAD, Ledger, RowLimiter
from tests import make
from tests.stores.services.clocks import FrozenClock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def test_workers_share_one_bucket(frozen: FrozenClock) -> None:
    connection_id = make.store().connection_id

    def take_all(_: int) -> int:
        try:
            limiter, taken = RowLimiter(connection_id, Ledger(), is_person=False), 0
            while limiter.reserve(20) <= 1.0:
                taken += 20
            return taken
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        taken = sum(workers.map(take_all, range(4)))

    health = ConnectionHealth.objects.get(connection_id=connection_id)
    most = health.bucket_size / 2 + BACKGROUND_AHEAD / health.seconds_per_point
    assert most - 25 <= taken <= most + 20
