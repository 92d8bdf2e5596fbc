"""The plan of a cancellation stands on its preview; it was kept on both, and moves there and back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cancellations.models import Preview
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def plans() -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT preview_id, plan FROM cancellations_cancellation")
        return dict(cursor.fetchall())


def test_the_one_that_runs_is_kept():
    rows = [make.cancellation() for _ in range(3)]
    unconfirmed = make.preview()
    shown = dict(Preview.objects.values_list("pk", "plan"))
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()

    MigrationExecutor(connection).migrate([("cancellations", "0018_steps_that_wait_for_a_shop")])
    try:
        before = plans()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cancellations_cancellation SET plan = '{}' WHERE preview_id = %s", [rows[1].preview_id]
            )
    finally:
        MigrationExecutor(connection).migrate(latest)

    assert before == {row.preview_id: shown[row.preview_id] for row in rows}
    after = dict(Preview.objects.values_list("pk", "plan"))
    assert after == shown | {rows[1].preview_id: "{}"}
    assert unconfirmed.pk in after
