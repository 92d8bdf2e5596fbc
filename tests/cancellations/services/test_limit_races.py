"""The limit of 24 hours is decided and counted under one lock: whoever presses when, it never passes."""

from __future__ import annotations

import threading

import pytest
from django.db.models import Sum

from cancellations.lifecycle import refund_limits
from cancellations.models import Cancellation, Preview
from cancellations.services import decide, submit
from stores.kernel.errors import NotAllowed
from stores.models import Membership, Role
from stores.services import people
from tests import make
from tests.cancellations.execution.test_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
ONE = 1_100  # a unit with its tax


@pytest.fixture
def limited(desk):
    """Staff whose day holds two units; the shop holds for ten minutes."""
    desk.store.hold_seconds = 600
    desk.store.save()
    Membership.objects.filter(person=desk.staff).update(limit_per_day=2 * ONE)
    return desk.staff


def previews(desk, many, **by):
    records = [desk.order() for _ in range(many)]
    return [desk.preview(record, desk.some(record, 1), **by) for record in records]


def counted(person):
    rows = Cancellation.objects.filter(counts_for=person, state__in=refund_limits.COUNTS)
    return rows.aggregate(sum=Sum("limit_minor"))["sum"] or 0


def test_of_three_confirmed_at_once_two_fit_into_the_day_and_none_is_stopped_later(desk, limited):
    seen = previews(desk, 3)

    ends = at_once(*[lambda pk=row.pk: submit.confirm(actor=limited, seen=Preview.objects.get(pk=pk)) for row in seen])

    assert [end for end in ends if isinstance(end, Exception)] == []
    assert sorted(row.state for row in Cancellation.objects.all()) == ["awaiting_approval", "held", "held"]
    assert counted(limited) == 2 * ONE
    held = Cancellation.objects.filter(state="held")
    assert [desk.work(row).state for row in held] == ["done", "done"]


def test_two_approvals_of_one_person_at_once_share_their_day(desk, limited):
    Membership.objects.filter(person=desk.staff).update(limit_per_day=1)
    other = make.person("second@example.com")
    make.membership(other, desk.store, Role.STAFF, limit_per_day=2 * ONE)
    waiting = [desk.patiently(lambda s=s: submit.confirm(actor=desk.staff, seen=s)) for s in previews(desk, 3)]

    def press(pk):
        row = Cancellation.objects.select_related("store").get(pk=pk)
        return lambda: decide.approve(actor=other, cancellation=row, fingerprint=row.fingerprint)

    ends = at_once(*[press(row.pk) for row in waiting])

    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "NoneType", "NotAllowed"]
    assert counted(other) == 2 * ONE


def test_a_confirm_and_an_approval_of_one_person_at_once_share_their_day(desk, limited):
    Membership.objects.filter(person=desk.staff).update(limit_per_day=1)
    other = make.person("second@example.com")
    make.membership(other, desk.store, Role.STAFF, limit_per_day=ONE)
    (theirs,), (own,) = previews(desk, 1), previews(desk, 1, by=other)
    row = desk.patiently(lambda: submit.confirm(actor=desk.staff, seen=theirs))

    ends = at_once(
        lambda: decide.approve(
            actor=other, cancellation=Cancellation.objects.get(pk=row.pk), fingerprint=row.fingerprint
        ),
        lambda: submit.confirm(actor=other, seen=Preview.objects.get(pk=own.pk)),
    )

    assert counted(other) == ONE
    was_refused = isinstance(ends[0], NotAllowed)
    assert ends[1].state == ("held" if was_refused else "awaiting_approval")


@pytest.mark.parametrize("deed", ["change", "remove"])
def test_a_membership_that_changes_while_its_person_confirms_stops_neither(desk, limited, monkeypatch, deed):
    """Each holds its first lock, and then wants what the other one needs: the shop's row, the membership's."""
    (seen,), admin = previews(desk, 1), make.person("admin@example.com")
    make.membership(admin, desk.store, Role.ADMIN)
    mine, counting, changing = Membership.objects.get(person=limited), threading.Event(), threading.Event()
    lock, facts = refund_limits.lock, people._facts

    def lock_and_wait(person, store):
        lock(person, store)
        counting.set()
        changing.wait(0.2)  # SQLite lets nobody else begin

    def told(pk, store):
        changing.set()
        return facts(pk, store)

    def change():
        counting.wait(5)
        if deed == "remove":
            people.remove(actor=admin, membership=mine)
        else:
            people.change(actor=admin, membership=mine, role=Role.STAFF, per_cancellation=1, per_day=1)

    monkeypatch.setattr(refund_limits, "lock", lock_and_wait)
    monkeypatch.setattr(people, "_facts", told)

    ends = at_once(lambda: submit.confirm(actor=limited, seen=Preview.objects.get(pk=seen.pk)), change)

    assert [end for end in ends if isinstance(end, Exception)] == []
