"""One's own account: the zone that pages are written in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from stores.models import User
from tests import make
from tests.rigs.people import Cast

pytestmark = pytest.mark.django_db
ZONE = "/account/time-zone"


@pytest.fixture
def browser(cast: Cast, browser_of: Callable[..., Client]) -> Client:
    return browser_of(cast.staff_a)


def test_a_zone_is_kept_and_pages_follow_it(browser: Client, cast: Cast) -> None:
    answer = browser.post(ZONE, {"time_zone": "Asia/Tokyo"})
    with time_machine.travel(datetime(2026, 11, 19, 14, 2, tzinfo=UTC), tick=False):
        page = browser.get(ZONE).content.decode()

    assert answer["Location"] == ZONE
    assert User.objects.get(pk=cast.staff_a.pk).time_zone == "Asia/Tokyo"
    assert "19 Nov 2026, 23:02" in page
    assert "Tokyo time" in page


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "", "Europe/Berlin\x00", "x" * 70])
def test_a_zone_that_does_not_exist_is_refused_with_words(browser: Client, cast: Cast, name: str) -> None:
    answer = browser.post(ZONE, {"time_zone": name})

    assert answer.status_code == 422
    assert User.objects.get(pk=cast.staff_a.pk).time_zone == ""


def test_the_refusal_names_what_was_typed(browser: Client) -> None:
    page = browser.post(ZONE, {"time_zone": "Mars/Olympus"}).content.decode()

    assert "There is no time zone “Mars/Olympus”. Choose one of the list." in page


def test_the_offer_comes_until_a_zone_was_said_and_leads_back(browser: Client) -> None:
    assert "data-zone-offer" in browser.get("/orders?q=a").content.decode()

    answer = browser.post(ZONE, {"time_zone": "Europe/Berlin", "next": "/orders?q=a"})

    assert answer["Location"] == "/orders?q=a"
    assert "data-zone-offer" not in browser.get("/orders?q=a").content.decode()


def test_the_way_back_is_never_another_site(browser: Client) -> None:
    answer = browser.post(ZONE, {"time_zone": "Europe/Berlin", "next": "https://elsewhere.example/orders"})

    assert answer["Location"] == ZONE


def test_a_zone_that_vanished_from_the_system_is_utc(browser: Client, cast: Cast) -> None:
    make.order_record(store=cast.shop_a)
    User.objects.filter(pk=cast.staff_a.pk).update(time_zone="Mars/Olympus")

    assert ", UTC" in browser.get("/orders").content.decode()
