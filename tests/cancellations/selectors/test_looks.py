"""*Needs a look* and its badge: every kind of item, in front of who can act, by its own index."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from cancellations.models import Cancellation, MirrorWatch
from cancellations.selectors import cancellations, looks
from cancellations.services import decide
from notifications.models import Delivery
from stores.models import Membership, Role
from stores.selectors import access
from tests import make

OURS = ("cancellations_cancellation", "cancellations_mirrorwatch", "notifications_delivery")


def given_up(row, number=0, **fields):
    told = {"channel": "mail", "kind": "x", "state": "given_up", "created_at": make.NOW, "about": row.uuid}
    subject = f"cancellation:{row.uuid}"
    return Delivery(**{"key": f"{row.uuid}{number}", "store": row.store, "subject": subject} | told | fields)


def waiting(viewer):
    """By the badge and by the list, which must agree for whoever can act."""
    found = {row.pk for row in cancellations.first_looks(viewer, most=1000)}
    can_act = found if access.can(viewer, "cancellations.settle") else set()
    assert looks.count(viewer, most=1000) == len(can_act)
    return found


@pytest.fixture
def mine(cast):
    return lambda **fields: make.cancellation(
        record=make.order_record(store=cast.shop_a), requester=cast.staff_a, **fields
    )


def stopped(mine):
    return mine(state="needs_operator")


def refused(mine):
    return mine(state="refused")


def different(mine):
    return mine(state="done", differs=True)


def done_after_all(mine):
    return mine(state="refused", differs=True)


def untold(mine):
    row = mine(state="done")
    given_up(row).save()
    return row


def open_elsewhere(mine):
    row = mine(state="done")
    other = make.order_record(store=row.store)
    MirrorWatch.objects.create(cancellation=row, order=other, store=row.store, state="open", until=make.NOW)
    return row


KINDS = (refused, different, done_after_all, untold, open_elsewhere)


@pytest.mark.parametrize("kind", [stopped, *KINDS], ids=lambda kind: kind.__name__)
def test_it_waits_for_the_people_of_its_shop(cast, mine, kind):
    row = kind(mine)

    for viewer in (cast.staff_a, cast.admin_a, cast.auditor_a, cast.owner):
        assert waiting(viewer) == {row.pk}
    for stranger in (cast.staff_b, cast.stranger):
        assert waiting(stranger) == set()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_was_let_stand_waits_no_longer(cast, mine, kind):
    decide.let_stand(actor=cast.staff_a, cancellation=kind(mine), reason="Seen.")

    assert waiting(cast.admin_a) == set()


def test_a_message_can_be_let_stand_before_the_end_and_a_later_one_is_another_item(cast, mine):
    row = mine(state="held")
    given_up(row).save()
    decide.let_stand(actor=cast.staff_a, cancellation=row, reason="Called them.")
    assert waiting(cast.admin_a) == set()

    given_up(row, 1).save()

    assert waiting(cast.admin_a) == {row.pk}


@pytest.mark.parametrize("state", ["held", "running", "verifying", "done", "withdrawn", "expired"])
def test_what_goes_its_way_waits_for_nobody(cast, mine, state):
    mine(state=state)

    assert waiting(cast.owner) == set()


def test_no_number_of_failed_mails_elsewhere_hides_a_shops_own(cast, mine):
    row = untold(mine)
    foreign = make.cancellation(record=make.order_record(store=cast.shop_b), state="done")
    Delivery.objects.bulk_create(given_up(foreign, number, about=uuid.uuid4()) for number in range(300))

    assert waiting(cast.staff_a) == {row.pk}


def test_counting_stops_where_the_badge_does(cast, mine):
    rows = [stopped(mine) for _ in range(4)]

    assert looks.count(cast.staff_a, most=2) == 3
    assert looks.count(cast.staff_a, most=4) == len(rows)


class TestApprovals:
    @pytest.fixture
    def row(self, mine):
        return mine(state="awaiting_approval", limit_minor=10_000)

    @pytest.mark.parametrize(
        ("who", "waits"),
        [("staff_a", False), ("admin_a", True), ("owner", True), ("auditor_a", False), ("staff_b", False)],
    )
    def test_it_waits_for_whoever_may_approve_it_and_never_for_who_asked(self, cast, row, who, waits):
        assert bool(waiting(getattr(cast, who))) is waits

    @pytest.mark.parametrize(
        ("limits", "waits"),
        [({"limit_per_cancellation": 10_000}, True), ({"limit_per_cancellation": 9_999}, False),
         ({"limit_per_day": 9_999}, False), ({}, True)],
    )  # fmt: skip
    def test_only_for_those_whose_limits_cover_it(self, cast, row, limits, waits):
        other = make.person()
        make.membership(other, cast.shop_a, Role.STAFF, **limits)
        make.membership(other, cast.shop_b, Role.ADMIN)

        assert bool(waiting(other)) is waits

    def test_in_another_currency_only_for_those_without_limits(self, cast, row):
        other = make.person()
        make.membership(other, cast.shop_a, Role.STAFF)
        Cancellation.objects.update(limit_currency="JPY")

        assert waiting(other) == set()
        assert waiting(cast.admin_a) == {row.pk}

    def test_who_left_sees_nothing(self, cast, row):
        Membership.objects.all().delete()

        assert waiting(cast.admin_a) == set()


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("who", ["staff_a", "owner"])
def test_no_kind_reads_more_than_what_waits(cast, mine, who):
    """Each by the partial index that holds what waits and nothing else, whatever the table has grown to."""
    untold(mine)
    asked = looks.asked(getattr(cast, who))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # a table of three rows is always scanned
        cursor.execute(f"EXPLAIN {'' if connection.vendor == 'postgresql' else 'QUERY PLAN '}{asked.sql}", asked.values)
        plan = [str(line[-1]) for line in cursor.fetchall()]

    used = {name for name in looks.INDEXES for line in plan if name in line}
    assert used == set(looks.INDEXES)
    plan = [line for line in plan if "Seq Scan on stores_store " not in line]  # of which there are hundreds at most
    assert [line for line in plan if "Seq Scan" in line or _is_whole(line)] == []


def _is_whole(line):
    return line.strip().startswith("SCAN") and any(table in line for table in OURS) and "USING" not in line
