"""Plans and receipts move there and back: a plan was kept on the cancellation too, a receipt was text."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from cancellations.models import Preview, Step
from stores.canonical import stored_receipts
from stores.canonical.receipts import Outcome, Receipt, Reported
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


def test_receipts_go_back_to_text_and_are_read_again():
    step = make.cancellation().steps.first()
    receipt = Receipt(outcome=Outcome.ACCEPTED, ids={"refund": "1"}, reported=Reported(refunded=make.money("10.00")))
    Step.objects.filter(pk=step.pk).update(result=stored_receipts.to_json(receipt))
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()

    MigrationExecutor(connection).migrate([("cancellations", "0021_index_previews_with_facts")])
    try:
        (before,) = Step.objects.filter(pk=step.pk).values_list("result", flat=True)
    finally:
        MigrationExecutor(connection).migrate(latest)

    assert before["facts"] == {"refunded": "10.00 USD"}
    assert "version" not in before
    assert stored_receipts.load(before) == receipt
