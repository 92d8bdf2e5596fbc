"""What opens something asks who it is, within five minutes; what closes, stops or lengthens never does."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cancellations.models import Cancellation
from stores.models import Store
from tests import make
from tests.house.test_access_matrix import ROUTES

ASKS = {
    "cancellations:approve",
    "cancellations:release",  # ends a hold early
    "people:change",  # roles and limits
    "people:invite",
    "people:rates",
    "people:remove",
    "shops:attach",  # an account of another shop may be sent through
    "shops:connect_to",
    "shops:detach",
    "shops:disconnect",
    "shops:rekey",
    "shops:resume",
    "stop:resume",
}
NEVER = {
    "cancellations:take_back",
    "people:end_sessions",
    "people:withdraw",
    "shops:pause",
    "practice_shop",  # nothing real is opened
    "shops:remove",
    "stop:keep",
    "stop:page",
    "stop:press",
}


def test_the_pages_that_ask_are_these():
    asking = {name for name, pattern in ROUTES.items() if pattern.callback.__dict__.get("steps_up")}

    assert asking == ASKS
    assert set(ROUTES) >= NEVER


def _settings(store: Store, **changed: str) -> dict[str, str]:
    return {"name": store.name, "hold_minutes": str(store.hold_seconds // 60), "time_zone": "UTC"} | changed


@pytest.mark.parametrize(
    ("changed", "asks"),
    [({"hold_minutes": "5"}, True), ({"hold_minutes": "0"}, True), ({"hold_minutes": "10"}, False),
     ({"hold_minutes": "60"}, False), ({"name": "Another"}, False)],
    ids=lambda value: str(value),
)  # fmt: skip
def test_a_hold_is_shortened_by_who_proves_who_they_are_and_lengthened_by_any_admin(cast, browser_of, changed, asks):
    url, wish = reverse("shops:settings", args=[cast.shop_a.uuid]), _settings(cast.shop_a, **changed)

    answer = browser_of(cast.admin_a, proved=False).post(url, wish)

    assert ("reauthenticate" in answer["Location"]) is asks
    cast.shop_a.refresh_from_db()
    assert (cast.shop_a.hold_seconds < 600) is False

    browser_of(cast.admin_a).post(url, wish)

    cast.shop_a.refresh_from_db()
    assert str(cast.shop_a.hold_seconds // 60) == changed.get("hold_minutes", "10")


@pytest.mark.parametrize(("proved", "is_over"), [(False, False), (True, True)])
def test_ending_a_hold_early_asks(cast, browser_of, proved, is_over):
    held = make.cancellation(record=make.order_record(store=cast.shop_a), requester=cast.staff_a)
    before = held.held_until

    browser_of(cast.staff_a, proved=proved).post(
        reverse("cancellations:release", args=[held.uuid]), {"reason": "parcel_leaves"}
    )

    assert (Cancellation.objects.get(pk=held.pk).held_until != before) is is_over


@pytest.mark.parametrize(("proved", "state"), [(False, "paused"), (True, "active")])
def test_letting_a_shop_go_on_asks_and_pausing_it_does_not(cast, browser_of, proved, state):
    browser_of(cast.admin_a, proved=False).post(reverse("shops:pause", args=[cast.shop_a.uuid]))
    cast.shop_a.refresh_from_db()
    assert cast.shop_a.state == "paused"

    browser_of(cast.admin_a, proved=proved).post(reverse("shops:resume", args=[cast.shop_a.uuid]))

    cast.shop_a.refresh_from_db()
    assert cast.shop_a.state == state
