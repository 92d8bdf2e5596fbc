"""Rows that wait are written together, and what is wrong with one is nobody else's trouble."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from cancellations.intake import group_commit, inbox_writer
from cancellations.intake.group_commit import Waiting
from cancellations.models import Inbox, InboxState
from stores.models import ConnectionHealth, Store
from stores.services import addressee
from tests import make


@pytest.fixture
def store(db: None) -> Store:
    return make.store()


@pytest.fixture(autouse=True)
def _nobody_waits() -> Iterator[None]:
    yield
    assert not group_commit._waiting


def row(store: Store, key: str, **more: Any) -> Inbox:
    return Inbox(store=store, endpoint="hook:x", event_key=key, body=b"x", received_at=make.NOW, **more)


def waiting(*rows: Inbox) -> list[Waiting]:
    """As threads leave them that came while another one wrote."""
    made = [Waiting(each) for each in rows]
    group_commit._waiting.extend(made)
    return made


@pytest.mark.django_db
@pytest.mark.postgres
def test_all_that_wait_are_written_by_one_statement(store: Store) -> None:
    known = group_commit.insert(row(store, "known"))
    others = waiting(row(store, "a"), row(store, "known"), row(store, "a"), row(store, "b"))
    with CaptureQueriesContext(connection) as asked:
        mine = group_commit.insert(row(store, "c"))

    keys = dict(Inbox.objects.values_list("event_key", "pk"))
    assert len(asked) == 1
    assert all(each.is_done for each in others)
    assert [each.pk for each in others] == [keys["a"], None, None, keys["b"]]
    assert (mine, known) == (keys["c"], keys["known"])


@pytest.mark.django_db
def test_more_than_one_statement_holds_are_written_all_the_same(store: Store) -> None:
    others = waiting(*(row(store, str(number)) for number in range(group_commit.MOST + 3)))

    group_commit.insert(row(store, "mine"))

    assert all(each.pk for each in others)
    assert Inbox.objects.count() == group_commit.MOST + 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_what_one_row_breaks_the_others_do_not_feel(store: Store) -> None:
    bad = row(store, "bad")
    vars(bad)["topic"] = None  # the column takes none
    first, _other = waiting(row(store, "a"), bad)

    assert group_commit.insert(row(store, "c"))
    waiting(row(store, "d"))
    with pytest.raises(IntegrityError):
        group_commit.insert(bad)

    assert first.pk
    assert set(Inbox.objects.values_list("event_key", flat=True)) == {"a", "c", "d"}


# --- what follows -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_burst_is_one_ring_and_one_note(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(inbox_writer.queue, "enqueue_on_commit", lambda task, pk: rung.append(pk))
    monkeypatch.setattr(inbox_writer, "_rung_at", [])
    to = addressee.find(store.connection.inbox_token)
    assert to is not None
    for number in range(5):
        inbox_writer.receive(to, {"X-Shopify-Topic": "orders/updated"}, b'{"id":%d}' % number)
    ConnectionHealth.objects.filter(connection=store.connection).update(hook_seen_at=None)
    inbox_writer.receive(to, {"X-Shopify-Topic": "orders/updated"}, b'{"id":9}')

    waiting_rows = Inbox.objects.filter(state=InboxState.WAITING, next_attempt_at__isnull=False)
    assert rung == [waiting_rows.earliest("pk").pk]
    assert waiting_rows.count() == 6  # the sweep finds those
    assert ConnectionHealth.objects.get(connection=store.connection).hook_seen_at is None
