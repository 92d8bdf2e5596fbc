"""Whoever is refused leaves a trace: who, what, on what, why and from where; noise fills no chain."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from stores.audit import refusals
from stores.kernel.errors import NotAllowed
from stores.kernel.security import vault
from stores.models import AuditEvent, Role, Store
from stores.selectors import access
from tests import make
from tests.rigs.people import Cast

pytestmark = pytest.mark.django_db


def events(kind: str = refusals.DENIED.name) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(chain, actor, object, facts) of each, in order."""
    rows = AuditEvent.objects.filter(kind=kind).select_related("chain").order_by("pk")
    return [(row.chain.name, row.actor, row.object, json.loads(row.body)) for row in rows]


def foreign(space: str, shop: Store) -> tuple[str, str]:
    """An address of something in `shop`, and what the audit calls it."""
    record = make.order_record(store=shop)
    match space:
        case "orders":
            return reverse("orders:detail", args=[record.uuid]), f"order:{record.uuid}"
        case "cancellations":
            made = make.cancellation(record=record)
            return reverse("cancellations:detail", args=[made.uuid]), f"cancellation:{made.uuid}"
        case "people":
            member = make.membership(make.person(), shop, Role.STAFF)
            return reverse("people:change", args=[member.uuid]), f"person:{member.person.uuid}"
        case "audit":
            return reverse("audit:detail", args=[shop.uuid, 1]), f"chain:{shop.uuid}"
    return reverse("shops:settings", args=[shop.uuid]), f"store:{shop.uuid}"


@pytest.mark.parametrize("space", ["orders", "cancellations", "people", "audit", "shops"])
def test_a_foreign_thing_is_noted_in_the_chain_of_its_shop(space: str, cast: Cast, browser_of: Any) -> None:
    two_hats = make.person("two.hats@example.com")
    make.membership(two_hats, cast.shop_b, Role.ADMIN)
    url, thing = foreign(space, cast.shop_a)

    answer = browser_of(two_hats).get(url, REMOTE_ADDR="192.0.2.7", HTTP_X_REQUEST_ID="abcdef0123456789")

    assert answer.status_code == 404
    ((chain, actor, told, facts),) = events()
    assert (chain, actor, told) == (str(cast.shop_a.uuid), f"person:{two_hats.uuid}", thing)
    assert facts["why"] == refusals.FOREIGN
    assert facts["from_where"] == {"digest": vault.digest("192.0.2.7")}
    assert facts["request_id"] == "abcdef0123456789"


def test_ending_the_sessions_of_somebody_elsewhere_is_noted(cast: Cast, browser_of: Any) -> None:
    answer = browser_of(cast.admin_a).post(reverse("people:end_sessions", args=[cast.owner.uuid]))

    assert answer.status_code == 404
    ((chain, actor, told, facts),) = events()
    assert (chain, actor, told) == ("system", f"person:{cast.admin_a.uuid}", f"person:{cast.owner.uuid}")
    assert facts["deed"] == "people.manage"


def test_a_role_that_does_not_cover_a_page_is_noted(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.staff_a)
    page.get(reverse("shops:connect"))
    page.post(reverse("shops:pause", args=[cast.shop_a.uuid]))

    (system, _, connect, first), (shop, _, pause, second) = events()
    assert (system, connect, first["deed"], first["why"]) == ("system", "page:shops.connect", "stores.connect", "role")
    assert (shop, pause) == (str(cast.shop_a.uuid), f"store:{cast.shop_a.uuid}")
    assert (second["deed"], second["why"]) == ("stores.manage", "role")


def test_what_a_service_refuses_is_noted_although_it_rolls_back(cast: Cast, browser_of: Any) -> None:
    asked = make.cancellation(
        record=make.order_record(store=cast.shop_a), requester=cast.staff_a, state="awaiting_approval"
    )

    browser_of(cast.staff_a).post(reverse("cancellations:approve", args=[asked.uuid]))

    ((chain, _, told, facts),) = events()
    assert (chain, told) == (str(cast.shop_a.uuid), f"cancellation:{asked.uuid}")
    assert (facts["deed"], facts["why"]) == ("cancellations.approve", refusals.RULE)
    asked.refresh_from_db()
    assert asked.state == "awaiting_approval"


def test_giving_more_than_one_has_is_noted(cast: Cast, browser_of: Any) -> None:
    cast.admin_a.memberships.update(limit_per_day=100)
    wish = {"store": str(cast.shop_a.uuid), "email": "new@example.com", "role": "admin"}

    answer = browser_of(cast.admin_a).post(reverse("people:invite"), wish)

    assert answer.status_code == 422
    assert [facts["why"] for *_, facts in events()] == [refusals.LIMIT]


def test_a_right_taken_away_meanwhile_is_a_403_and_noted(
    cast: Cast, browser_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(**wish: object) -> None:
        raise NotAllowed

    monkeypatch.setattr("stores.services.shop_settings.change", gone)
    wish = {"name": "x", "hold_minutes": 10, "time_zone": "Europe/Paris"}

    answer = browser_of(cast.admin_a).post(reverse("shops:settings", args=[cast.shop_a.uuid]), wish)

    assert answer.status_code == 403
    assert [facts["why"] for *_, facts in events()] == [refusals.RULE]


def test_a_form_of_another_site_is_noted_when_somebody_is_signed_in(cast: Cast, browser_of: Any) -> None:
    url = reverse("shops:pause", args=[cast.shop_a.uuid])

    for browser in (browser_of(cast.admin_a, enforce_csrf_checks=True), Client(enforce_csrf_checks=True)):
        assert browser.post(url, HTTP_ORIGIN="https://evil.example").status_code == 403

    assert [(actor, facts["why"]) for _, actor, _, facts in events()] == [
        (f"person:{cast.admin_a.uuid}", refusals.FORM)
    ]


def test_the_log_has_each_refusal_with_its_page(cast: Cast, browser_of: Any, caplog: pytest.LogCaptureFixture) -> None:
    nobody = reverse("orders:detail", args=["00000000-0000-4000-8000-000000000000"])
    caplog.set_level(logging.WARNING)

    browser_of(cast.staff_a).get(nobody)

    (line,) = [record for record in caplog.records if record.getMessage() == "Refused"]
    assert (line.__dict__["path"], line.__dict__["kind"]) == (nobody, "orders.view")
    assert events() == []  # it exists in no shop: no chain to note it in


def test_the_same_again_is_one_entry_and_many_of_one_person_end(
    cast: Cast, browser_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stores.services.refusals.MOST", 5)
    browser = browser_of(cast.staff_b)
    urls = [foreign("orders", cast.shop_a)[0] for _ in range(8)]

    for url in (urls[0], urls[0], urls[0]):
        browser.get(url)
    once = len(events())
    for url in urls:
        browser.get(url)
    browser_of(cast.stranger).get(urls[0])

    assert once == 1
    assert len(events()) == 6  # five of theirs, one of somebody else


def test_the_audit_page_says_it_in_words(cast: Cast, browser_of: Any) -> None:
    browser_of(cast.staff_b).get(foreign("orders", cast.shop_a)[0], REMOTE_ADDR="192.0.2.7")

    page = browser_of(cast.admin_a).get(reverse("audit:list"), {"failed": "on"}).content.decode()

    assert f"{cast.staff_b.name} was refused seeing orders: they have no business there" in page
    assert "192.0.2.7" not in page


def test_every_action_has_words() -> None:
    assert set(access.ACTIONS) < set(refusals.DEEDS)


def test_failed_and_locked_sign_ins_say_from_where_and_end(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stores.services.sign_in.MOST_FAILED", 3)
    for number in range(12):
        client.post(
            reverse("account_login"),
            {"login": cast.owner.email, "password": f"wrong {number}"},
            REMOTE_ADDR="192.0.2.9",
        )

    failed, locked = events("people.sign_in_failed"), events("people.locked_out")
    assert (len(failed), len(locked)) == (3, 3)
    assert failed[0][3]["from_where"] == locked[0][3]["from_where"] == {"digest": vault.digest("192.0.2.9")}
    assert "192.0.2.9" not in str(failed)
