"""The pages of the emergency stop: pressing asks nothing, lifting asks who you are, and for a second person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from cancellations.models import EmergencyStop
from cancellations.services import emergency
from stores.kernel import clock
from stores.models import AuditEvent, Role
from tests import make

PAGE = reverse("stop:page")
PRESS = reverse("stop:press")
REAUTHENTICATE = "/account/reauthenticate/"


def open_stops():
    return {stop.store for stop in EmergencyStop.objects.filter(ended_at=None)}


def resume_url(stop):
    return reverse("stop:resume", args=[stop.uuid])


@pytest.fixture
def admin_two(cast):
    person = make.person("admin.two@example.com", name="Second Admin")
    make.membership(person, cast.shop_a, Role.ADMIN)
    return person


# --- pressing ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "shop", "stopped"),
    [
        ("owner", "", {"everything"}),
        ("owner", "shop_b", {"shop_b"}),
        ("admin_a", "", {"shop_a"}),
        ("admin_a", "shop_a", {"shop_a"}),
        ("admin_a", "shop_b", set()),
        ("staff_a", "", set()),
        ("auditor_a", "shop_a", set()),
        ("stranger", "", set()),
    ],
)
def test_who_stops_what_without_proving_who_they_are(cast, browser_of, who, shop, stopped):
    given = {"shop": str(getattr(cast, shop).uuid)} if shop else {}

    answer = browser_of(getattr(cast, who), proved=False).post(PRESS, given)

    assert answer.status_code == (302 if stopped else 404)
    names = {None: "everything", cast.shop_a: "shop_a", cast.shop_b: "shop_b"}
    assert {names[store] for store in open_stops()} == stopped


def test_pressed_twice_it_is_one_stop_and_one_event(cast, browser_of):
    for _ in range(2):
        browser_of(cast.admin_a).post(PRESS)

    assert EmergencyStop.objects.count() == 1
    assert AuditEvent.objects.filter(kind="effects.stopped", chain__store=cast.shop_a).count() == 1


def test_a_shop_that_is_none_stops_nothing(cast, browser_of):
    assert browser_of(cast.owner).post(PRESS, {"shop": "zzz"}).status_code == 404
    assert open_stops() == set()


def test_every_admin_is_told_and_every_chain_says_so(cast, browser_of, committing):
    with committing():
        browser_of(cast.owner).post(PRESS)

    assert {to for message in mail.outbox for to in message.to} == {"owner@example.com", "admin_a@example.com"}
    assert "Stopped by" in mail.outbox[0].body
    chains = AuditEvent.objects.filter(kind="effects.stopped").values_list("chain__name", flat=True)
    assert set(chains) == {"system", str(cast.shop_a.uuid), str(cast.shop_b.uuid)}


# --- the banner ----------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["owner", "admin_a", "staff_a", "auditor_a"])
def test_the_banner_stands_on_every_page_of_those_concerned(cast, browser_of, who):
    emergency.press(actor=cast.owner, store=cast.shop_a)
    record = make.order_record(store=cast.shop_a)

    browser = browser_of(getattr(cast, who))
    for url in (reverse("orders:list"), reverse("orders:detail", args=[record.uuid]), reverse("audit:list"),
                reverse("shops:list"), reverse("people:list"), reverse("mfa_index")):  # fmt: skip
        page = browser.get(url).content.decode()
        assert "Emergency stop of Acrylic Studio." in page, url
        assert "Stopped by Owner on" in page, url


def test_a_foreign_shops_stop_is_not_told_and_the_installations_is(cast, browser_of):
    emergency.press(actor=cast.owner, store=cast.shop_a)
    assert "Emergency stop of" not in browser_of(cast.staff_b).get(reverse("orders:list")).content.decode()

    emergency.press(actor=cast.owner)

    assert "Emergency stop of all shops." in browser_of(cast.staff_b).get(reverse("orders:list")).content.decode()


# --- lifting -------------------------------------------------------------------------------------------
def test_lifting_asks_for_the_password_again(cast, browser_of):
    stop = emergency.press(actor=cast.owner)

    answer = browser_of(cast.owner, proved=False).post(resume_url(stop))

    assert answer["Location"].startswith(REAUTHENTICATE)
    assert open_stops() == {None}


def test_the_only_one_who_may_lifts_it_alone(cast, browser_of):
    stop = emergency.press(actor=cast.owner)

    browser_of(cast.owner).post(resume_url(stop))

    assert open_stops() == set()


def test_where_two_may_one_asks_and_the_other_confirms(cast, browser_of, admin_two, committing):
    stop = emergency.press(actor=cast.admin_a, store=cast.shop_a)
    first, second = browser_of(cast.admin_a), browser_of(admin_two)

    with committing():
        first.post(resume_url(stop))
    first.post(resume_url(stop))  # again: still one person
    assert open_stops() == {cast.shop_a}
    assert any("asks that the emergency stop is lifted" in message.body for message in mail.outbox)
    assert "asks that it is lifted" in second.get(PAGE).content.decode()

    second.post(resume_url(stop))

    assert open_stops() == set()
    assert EmergencyStop.objects.get().ended_by == admin_two


def test_no_keeps_it_stopped_and_needs_no_password(cast, browser_of, admin_two):
    stop = emergency.press(actor=cast.admin_a, store=cast.shop_a)
    browser_of(cast.admin_a).post(resume_url(stop))

    browser_of(admin_two, proved=False).post(reverse("stop:keep", args=[stop.uuid]))
    browser_of(admin_two).post(resume_url(stop))

    assert open_stops() == {cast.shop_a}
    assert EmergencyStop.objects.get().asked_by == admin_two


def test_a_question_of_somebody_who_may_no_longer_counts_for_nothing(cast, browser_of, admin_two):
    stop = emergency.press(actor=cast.admin_a, store=cast.shop_a)
    browser_of(cast.admin_a).post(resume_url(stop))
    cast.admin_a.memberships.update(role=Role.STAFF)

    page = browser_of(admin_two).get(PAGE).content.decode()
    assert "asks that it is lifted" not in page  # nor does the button promise to lift it
    assert "Ask that it is lifted" in page
    browser_of(admin_two).post(resume_url(stop))

    assert open_stops() == {cast.shop_a}


def test_a_question_of_yesterday_is_not_told_and_lifts_nothing(cast, browser_of, admin_two):
    stop = emergency.press(actor=cast.admin_a, store=cast.shop_a)
    browser_of(cast.admin_a).post(resume_url(stop))
    EmergencyStop.objects.update(asked_at=clock.now() - timedelta(hours=24))

    page = browser_of(admin_two).get(PAGE).content.decode()
    browser_of(admin_two).post(resume_url(stop))

    assert "asks that it is lifted" not in page
    assert "Lift the stop" not in page
    assert open_stops() == {cast.shop_a}


def test_an_admin_of_a_shop_does_not_lift_the_installations_stop(cast, browser_of):
    stop = emergency.press(actor=cast.owner)

    assert browser_of(cast.admin_a).post(resume_url(stop)).status_code == 404
    assert "Only an owner" in browser_of(cast.admin_a).get(PAGE).content.decode()


# --- what the pages say --------------------------------------------------------------------------------
def test_a_preview_behind_a_stop_works_and_offers_no_confirmation(desk, browser_of):
    record = desk.order()
    line = desk.live(record).lines[0]
    emergency.press(actor=make.person("o@example.com", name="Olive Owner", is_owner=True))

    page = browser_of(desk.staff).post(
        reverse("orders:preview", args=[record.uuid]), {f"units.{line.id}": "1", "refund": "full"}
    )

    body = page.content.decode()
    assert page.status_code == 200
    assert "Refund" in body
    assert "Stopped by Olive Owner" in body
    assert "formaction" not in body


def test_a_cancellation_behind_a_stop_says_so_and_can_be_taken_back(cast, browser_of):
    held = make.cancellation(record=make.order_record(store=cast.shop_a), requester=cast.staff_a)
    emergency.press(actor=cast.admin_a, store=cast.shop_a)

    page = browser_of(cast.staff_a).get(reverse("cancellations:detail", args=[held.uuid])).content.decode()

    assert "It does not start while the stop stands." in page
    assert "Take it back" in page
    assert "End the hold now" not in page
