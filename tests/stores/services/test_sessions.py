"""Where somebody is signed in: listed, ended one by one, all others, or by an admin."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from stores.models import AuditEvent, Role
from stores.services import sessions
from tests import make

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"
PAGE = reverse("account_sessions")


def signed_in(person, agent=FIREFOX, address="203.0.113.7"):
    cache.clear()
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    client.post(reverse("account_login"), {"login": person.email, "password": make.PASSWORD})
    return client


def is_in(client):
    return client.get(PAGE).status_code == 200


def test_each_sign_in_is_listed_with_device_time_and_masked_address(cast):
    here, _there = signed_in(cast.staff_a), signed_in(cast.staff_a, PHONE, "2001:db8:1:2::9")

    page = here.get(PAGE).content.decode()

    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert "203.0.113.…" in page
    assert "2001:db8:1:…" in page
    assert "203.0.113.7" not in page
    assert page.count("this one") == 1


def test_one_session_is_ended_and_the_others_stay(cast):
    here, lost = signed_in(cast.staff_a), signed_in(cast.staff_a, PHONE)
    pk = UserSession.objects.get(user_agent=PHONE).pk

    here.post(PAGE, {"end": str(pk)})

    assert (is_in(here), is_in(lost)) == (True, False)
    assert AuditEvent.objects.filter(kind="people.session_ended").count() == 1


def test_all_others_are_ended_known_or_not_and_this_one_goes_on(cast, browser_of):
    unknown, here, there = browser_of(cast.staff_a), signed_in(cast.staff_a), signed_in(cast.staff_a, EDGE)

    here.post(PAGE, {"end": "others"})

    assert (is_in(unknown), is_in(here), is_in(there)) == (False, True, False)
    assert here.get(PAGE).content.decode().count("<tr>") == 2  # the head and this one


@pytest.mark.parametrize("wanted", ["", "zzz", "1' or 1", "９", "1" * 30])
def test_an_unknown_choice_ends_nothing(cast, wanted):
    here, there = signed_in(cast.staff_a), signed_in(cast.staff_a)

    assert here.post(PAGE, {"end": wanted}).status_code == 422
    assert is_in(there)


def test_nobody_ends_another_persons_session_by_its_number(cast):
    here, theirs = signed_in(cast.staff_a), signed_in(cast.admin_a)

    here.post(PAGE, {"end": str(UserSession.objects.get(user=cast.admin_a).pk)})

    assert is_in(theirs)


@pytest.mark.parametrize(
    ("who", "whose", "ends"),
    [("admin_a", "staff_a", True), ("owner", "staff_b", True), ("owner", "admin_a", True),
     ("admin_a", "staff_b", False), ("staff_a", "auditor_a", False), ("admin_a", "owner", False),
     ("admin_a", "admin_a", False)],
)  # fmt: skip
def test_who_ends_whose_sessions(cast, browser_of, who, whose, ends):
    make.membership(cast.owner, cast.shop_a, Role.STAFF)  # an owner stays an owner
    person = getattr(cast, whose)
    theirs = signed_in(person)

    answer = browser_of(getattr(cast, who), proved=False).post(reverse("people:end_sessions", args=[person.uuid]))

    assert answer.status_code == (302 if ends else 404)
    assert is_in(theirs) is not ends
    assert AuditEvent.objects.filter(kind="people.signed_out_everywhere").count() == int(ends)


def test_an_admin_sees_where_somebody_is_signed_in(cast, browser_of):
    signed_in(cast.staff_a, EDGE)

    page = browser_of(cast.admin_a).get(reverse("people:end_sessions", args=[cast.staff_a.uuid])).content.decode()

    assert "Edge on Windows" in page
    assert "203.0.113.…" in page


@pytest.mark.parametrize(
    ("agent", "words"), [("curl/8.0", "Unknown device"), ("", "Unknown device"), (EDGE, "Edge on Windows")]
)
def test_a_device_is_told_in_two_words(agent, words):
    assert sessions.device(agent) == words
