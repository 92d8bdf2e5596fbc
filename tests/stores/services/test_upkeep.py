from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from cancellations.scheduler import sweep
from stores.models import OrderRecord
from stores.services import upkeep
from tests import make

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_last", [])
    monkeypatch.setattr(upkeep, "_all_described", [])


def keep_session(name: str, *, ends: datetime) -> None:
    Session.objects.create(session_key=name, session_data="", expire_date=ends)


def names() -> set[str]:
    return set(Session.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_the_sweep_clears_ended_sessions_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    for n in range(5):
        keep_session(f"ended-{n}", ends=NOW - timedelta(seconds=1 + n))
    keep_session("open", ends=NOW + timedelta(seconds=1))

    sweep.run(NOW)
    assert names() == {"open"}

    sweep.run(NOW + timedelta(hours=23))
    assert names() == {"open"}
    sweep.run(NOW + timedelta(hours=24))
    assert names() == set()


@pytest.mark.django_db
def test_the_sweep_describes_a_few_orders_of_an_older_version_until_none_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upkeep, "DESCRIBED", 2)
    shop = make.store(state="paused")
    for _ in range(3):
        make.order_record(store=shop, described_as=0)

    left = []
    for minute in range(3):
        sweep.run(NOW + timedelta(minutes=minute))
        left.append(OrderRecord.objects.filter(described_as=0).count())

    assert left == [1, 0, 0]
    assert upkeep._all_described
