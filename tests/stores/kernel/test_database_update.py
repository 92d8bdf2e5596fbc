"""The plain UPDATE against Django's own: the same rows, the same values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db.models import F, Model

from cancellations.models import Step
from stores.kernel import database
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
AT = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)
FIELDS = {
    "detail": "50 % of it",
    "looks": 3,
    "absent_since": AT,
    "next_attempt_at": None,
    "result": {"ids": {"refund": "é"}},
    "must_look": True,
}


def row(model: type[Model], pk: int) -> dict[str, object]:
    found: dict[str, object] = model._default_manager.filter(pk=pk).values().get()
    return found


def test_it_writes_what_django_would():
    one, two = (make.cancellation().steps.order_by("position").first() for _ in range(2))
    assert one is not None
    assert two is not None

    assert database.update(Step, {"pk": one.pk, "state": one.state, "finished_at": None}, FIELDS) == 1
    Step.objects.filter(pk=two.pk).update(**FIELDS)

    written, wanted = row(Step, one.pk), row(Step, two.pk)
    assert {name: written[name] for name in FIELDS} == {name: wanted[name] for name in FIELDS} == FIELDS


@pytest.mark.parametrize("where", [{"state": "applied"}, {"fence": 99}, {"next_attempt_at": None, "pk": 0}])
def test_a_row_that_stands_elsewhere_is_not_written(where):
    step = make.cancellation().steps.first()
    assert step is not None

    assert database.update(Step, {"pk": step.pk} | where, {"detail": "no"}) == 0
    assert row(Step, step.pk)["detail"] == ""


def test_expressions_and_rows_go_djangos_way():
    step = make.cancellation().steps.first()
    assert step is not None

    assert database.update(Step, {"cancellation": step.cancellation}, {"fence": F("fence") + 1}) >= 1
    assert row(Step, step.pk)["fence"] == step.fence + 1
