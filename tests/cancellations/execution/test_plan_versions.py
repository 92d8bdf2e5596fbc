"""A stored plan of another version of Rescind: nothing of it is sent, and every page says why."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from cancellations.forms import preview as forms
from cancellations.models import Cancellation, Preview
from cancellations.planning.plan import READABLE, VERSION, read_plan
from cancellations.services import decide, preview, submit
from stores.kernel.errors import PlanUnreadable
from stores.models import Connection, Role, Store
from tests import make
from tests.rigs.desk import Desk

WORDS = "Another version of Rescind wrote this plan"


def of_tomorrow(text: str) -> str:
    return json.dumps(json.loads(text) | {"version": 99})


def without_version(text: str) -> str:
    return json.dumps({name: value for name, value in json.loads(text).items() if name != "version"})


def of_another_shape(text: str) -> str:
    return json.dumps({"version": VERSION, "steps": [{"is": "Teleport"}]})


OTHERS = pytest.mark.parametrize("other", [of_tomorrow, without_version, of_another_shape, lambda text: "{"])
LATER = pytest.mark.parametrize("other", [of_tomorrow, without_version])


def spoil(desk: Desk, cancellation: Cancellation, other: Callable[[str], str]) -> None:
    rows = Preview.objects.filter(pk=cancellation.preview_id)
    rows.update(plan=other(cancellation.preview.plan))
    cancellation.refresh_from_db()


def test_this_version_reads_what_it_writes() -> None:
    assert VERSION in READABLE


@OTHERS
def test_no_other_plan_is_taken_for_one(desk: Desk, other: Callable[[str], str]) -> None:
    record = desk.order()
    seen = desk.preview(record, desk.some(record, 1))
    read_plan(seen.plan)

    with pytest.raises(PlanUnreadable, match=WORDS):
        read_plan(other(seen.plan))


@LATER
def test_nothing_of_it_is_sent_and_a_person_is_told(desk: Desk, other: Callable[[str], str]) -> None:
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    spoil(desk, cancellation, other)
    asked = sum(desk.world.counters()["requests"].values())

    desk.work(cancellation)

    assert cancellation.state == "needs_operator"
    assert cancellation.trouble.startswith(f"Nothing was sent. {WORDS}")
    assert desk.world.effects() == []
    assert sum(desk.world.counters()["requests"].values()) == asked
    decide.take_back(actor=desk.staff, cancellation=cancellation)
    assert cancellation.state == "withdrawn"


@LATER
def test_what_it_sent_before_is_not_called_unsent(desk: Desk, other: Callable[[str], str]) -> None:
    """And goes on where the version that can read it is back."""
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    desk.world.fault("drop_after", on="refundCreate")
    desk.work(cancellation, hours=0.0001)
    plan = cancellation.preview.plan
    spoil(desk, cancellation, other)

    desk.work(cancellation)

    assert cancellation.state == "needs_operator"
    assert "Nothing was sent" not in cancellation.trouble
    spoil(desk, cancellation, lambda text: plan)
    decide.retry(actor=desk.staff, step=cancellation.steps.get(kind="refund"), reason="The newer version is back")
    assert desk.work(cancellation).state == "done"
    assert desk.count("refund") == 1


@LATER
@pytest.mark.parametrize("state", ["held", "awaiting_approval", "running", "needs_operator", "done"])
def test_its_pages_say_so(desk: Desk, browser_of: Callable[..., Client], state: str, other: Callable) -> None:
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    Cancellation.objects.filter(pk=cancellation.pk).update(state=state)
    spoil(desk, cancellation, other)
    browser = browser_of(desk.staff)

    for part in ("", "/look"):
        assert WORDS in browser.get(f"/cancellations/{cancellation.uuid}{part}").content.decode()
    assert browser.get(f"/cancellations/{cancellation.uuid}/steps", headers={"HX-Request": "true"})["HX-Refresh"]
    assert browser.get("/cancellations").status_code == 200


@LATER
def test_nobody_can_approve_it(desk: Desk, other: Callable[[str], str]) -> None:
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    Cancellation.objects.filter(pk=cancellation.pk).update(state="awaiting_approval")
    spoil(desk, cancellation, other)
    admin = make.person("admin@example.com")
    make.membership(admin, desk.store, Role.ADMIN)

    with pytest.raises(PlanUnreadable):
        decide.approve(actor=admin, cancellation=cancellation, fingerprint=cancellation.fingerprint)


@LATER
def test_a_preview_of_it_is_not_confirmed(
    desk: Desk, browser_of: Callable[..., Client], other: Callable[[str], str]
) -> None:
    record = desk.order()
    seen = desk.preview(record, desk.some(record, 1))
    Preview.objects.filter(pk=seen.pk).update(plan=other(seen.plan))
    seen.refresh_from_db()
    with pytest.raises(PlanUnreadable):
        submit.confirm(actor=desk.staff, seen=seen)

    typed = forms.typed_of(preview.request_of(seen)) | {"preview": str(seen.uuid)}
    page = browser_of(desk.staff).post(f"/orders/{record.uuid}/confirm", typed)

    assert f"{WORDS}" in page.content.decode()
    assert Preview.objects.filter(order=record).count() == 2
    assert not Cancellation.objects.exists()


def test_a_shop_of_a_platform_that_is_not_known_is_sent_nothing_and_its_page_opens(
    desk: Desk, browser_of: Callable[..., Client]
) -> None:
    record = desk.order()
    cancellation = desk.confirm(record, desk.some(record, 1))
    Store.objects.filter(pk=desk.store.pk).update(platform="of_tomorrow")
    Connection.objects.filter(pk=desk.store.connection_id).update(connector="of_tomorrow")

    desk.work(cancellation)

    assert (cancellation.state, desk.world.effects()) == ("needs_operator", [])
    assert "Nothing was sent" in browser_of(desk.staff).get(f"/cancellations/{cancellation.uuid}").content.decode()
