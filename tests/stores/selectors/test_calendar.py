"""What ends by itself, of each connection: soonest first, overdue said as overdue, None said in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import checks, mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cancellations.scheduler import sweep
from notifications import endings, sender
from notifications.models import Delivery
from stores.kernel import clock
from stores.models import ConnectionSecret, StoreRole
from stores.platforms import registry
from stores.selectors import calendar
from stores.services import credentials, platform_client
from tests import make
from tests.rigs.desk import desk_on

pytestmark = pytest.mark.django_db

END = datetime(2027, 10, 1, tzinfo=UTC)  # of Shopify's 2026-10


def before(days: int) -> datetime:
    return END - timedelta(days=days)


def dated(now: datetime = make.NOW) -> list[tuple[str, str, str]]:
    return [(one.connection.name, one.title, one.said) for one in calendar.of_all(now) if one.on]


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_every_platform_declares_the_end_of_what_it_speaks_or_says_why_there_is_none(kind):
    ends = [*kind.version_ends.values(), kind.credentials_end]

    assert next(iter(kind.version_ends)) == kind.api_version
    assert all(end.on or len(end.words) > 20 for end in ends)


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_every_version_that_can_be_chosen_is_in_the_calendar(kind):
    chosen = [field.pattern for field in kind.credentials if field.name == "api_version"]

    assert {version for pattern in chosen for version in pattern.split("|")} <= set(kind.version_ends)


@pytest.mark.parametrize("stored", [[], "shop", {"api_version": ["2026-07"]}], ids=repr)
def test_a_row_that_cannot_be_read_takes_no_other_one_away(stored):
    make.store("New", platform="shopify")
    spoilt = make.store("Spoilt", platform="shopify")
    type(spoilt.connection).objects.filter(pk=spoilt.connection_id).update(settings=stored)

    assert {name for name, *_ in dated()} == {"New"}


def test_the_soonest_comes_first_and_what_has_no_day_last():
    make.store("New", platform="shopify")
    make.store("Old", platform="shopify", settings={"shop": "old", "api_version": "2026-07"})
    make.store("Wood", platform="woocommerce")

    found = calendar.of_all(make.NOW)

    assert dated()[0][:2] == ("Old", "Version 2026-07")
    assert dated()[1][:2] == ("New", "Version 2026-10")
    assert [one.on for one in found[2:]] == [None] * 4
    assert all(one.words for one in found[2:])
    assert found[0].newer == "2026-10"
    assert found[1].newer == ""


@pytest.mark.parametrize(
    ("days", "said", "tone"),
    [(61, "in 61 days", ""), (60, "in 60 days", "warn"), (1, "in 1 day", "warn"), (0, "overdue since today", "bad"),
     (-1, "overdue for 1 day", "bad"), (-30, "overdue for 30 days", "bad")],
)  # fmt: skip
def test_how_long_still_is_said_in_words(days, said, tone):
    make.store()

    (one,) = [one for one in calendar.of_all(before(days)) if one.on]

    assert (one.said, one.tone) == (said, tone)


def test_a_token_whose_platform_told_its_end_is_in_it_and_one_that_is_renewed_is_not():
    store = make.store("Corner", platform="square")
    credentials.keep(
        store.connection, {"token": "x", "signature_key": "y"}, ends={"token": make.NOW + timedelta(days=30)}
    )
    row = ConnectionSecret(connection=store.connection, name="access_token", sealed=b"", updated_at=make.NOW)
    row.expires_at = make.NOW + timedelta(hours=1)
    row.save()

    assert dated() == [("Corner", "Credentials", "in 30 days")]


@pytest.mark.parametrize(("setting", "ends"), [("never", {}), ("thirty_days", {"token": timedelta(days=30)})])
def test_square_tells_the_end_of_its_token(setting, ends, tmp_path, monkeypatch):
    with desk_on("square", tmp_path, monkeypatch) as desk:
        desk.world.switch("square_token_ends", setting)

        told = platform_client.open_platform(desk.store).check_access().ends

        assert {name: at - clock.now() for name, at in told.items()} == ends


def test_what_is_disconnected_or_unknown_needs_no_calendar():
    make.store(state="disconnected")
    make.store(platform="tradegecko")

    assert calendar.of_all(make.NOW) == []


def test_a_connection_beside_the_orders_counts_for_its_shops():
    store = make.store("Wood", platform="woocommerce")
    beside = make.connection("Till", connector="shopify")
    StoreRole.objects.create(store=store, connection=beside, role="payments")

    (one,) = [one for one in calendar.of_all(make.NOW) if one.on]

    assert (one.connection.name, one.stores) == ("Till", (store,))


# --- the page ------------------------------------------------------------------------------------------
@pytest.fixture
def page_of(browser_of):
    """`page_of(person, at)`: the words of the page, spaces folded."""

    def words(person, at: datetime = make.NOW) -> str:
        with time_machine.travel(at, tick=False):
            return " ".join(browser_of(person).get(reverse("shops:calendar")).content.decode().split())

    return words


def test_the_page_shows_ones_own_shops_alone(cast, page_of):
    page = page_of(cast.staff_a)

    assert "Acrylic Studio" in page
    assert "Version 2026-10" in page
    assert "Big Canvas" not in page


def test_the_page_says_overdue(cast, page_of):
    assert "overdue for 3 days" in page_of(cast.admin_a, before(-3))


def test_an_admin_is_led_to_the_form_and_staff_are_told_who_can(cast, page_of):
    cast.shop_a.connection.settings = {"shop": "a", "api_version": "2026-07"}
    cast.shop_a.connection.save()

    assert reverse("shops:rekey", args=[cast.shop_a.uuid]) in page_of(cast.admin_a)
    staff = page_of(cast.staff_a)
    assert reverse("shops:rekey", args=[cast.shop_a.uuid]) not in staff
    assert "An admin of the shop chooses version 2026-10." in staff


def test_an_empty_calendar_says_what_that_means(cast, page_of):
    type(cast.shop_a.connection).objects.update(connector="woocommerce")

    page = page_of(cast.staff_a)

    assert "Nothing is known to end" in page
    assert "That is no promise" in page
    assert "WooCommerce names no end of its REST API v3." in page


def test_the_page_takes_the_same_queries_for_one_shop_and_for_many(cast, browser_of, django_assert_num_queries):
    browser, url = browser_of(cast.owner), reverse("shops:calendar")
    browser.get(url)
    with CaptureQueriesContext(connection) as few:
        browser.get(url)
    for _ in range(12):
        make.store()

    with django_assert_num_queries(len(few)):
        assert browser.get(url).content.decode().count("<tr data-row") == 14


# --- mail ----------------------------------------------------------------------------------------------
def told() -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(kind=endings.ENDING).select_related("person").order_by("pk")
    return [(row.person.email, row.key.rsplit(":", 2)[1]) for row in rows]


@pytest.mark.parametrize(("days", "marks"), [(61, []), (60, ["60"]), (15, ["60"]), (14, ["14"]), (-5, ["14"])])
def test_admins_are_told_at_the_nearest_mark_and_nobody_else(cast, days, marks):
    for _ in range(3):
        endings.tell(before(days))

    assert [mark for email, mark in told() if email == "admin_a@example.com"] == marks
    assert {email for email, _ in told()} <= {"admin_a@example.com", "owner@example.com"}


def test_each_mark_is_told_once(cast):
    for days in range(62, -3, -1):
        endings.tell(before(days))

    assert [mark for email, mark in told() if email == "admin_a@example.com"] == ["60", "14"]


def test_the_sweep_tells_it(cast):
    sweep._last_round.clear()

    sweep.run(before(60))

    assert told()


@pytest.mark.parametrize(("days", "said"), [(60, "ends on 2027-10-01, in 60 days"), (-2, "overdue since 2027-10-01")])
def test_the_mail_names_connection_version_and_day(cast, settings, days, said):
    settings.PUBLIC_URL = "https://desk.example.com"
    with time_machine.travel(before(days), tick=False):
        endings.tell(before(days))
        for row in Delivery.objects.filter(person=cast.admin_a):
            sender.deliver(str(row.uuid), worker="w")

    (letter,) = mail.outbox
    assert letter.subject == f"Acrylic Studio: version 2026-10, {said}"
    assert said in letter.body
    assert "https://desk.example.com/shops/calendar" in letter.body


def test_several_in_one_mail_lead_to_the_calendar(cast, settings):
    settings.PUBLIC_URL = "https://desk.example.com"
    beside = make.connection("Till", connector="shopify")
    StoreRole.objects.create(store=cast.shop_a, connection=beside, role="payments")
    with time_machine.travel(before(60), tick=False):
        endings.tell(before(60))
        sender.deliver(str(Delivery.objects.filter(person=cast.admin_a).first().uuid), worker="w")

    (letter,) = mail.outbox
    assert "Till: version 2026-10, ends on 2027-10-01" in letter.body
    assert "/shops/calendar" in letter.body


# --- the check -----------------------------------------------------------------------------------------
def warned(at: datetime) -> list[str]:
    with time_machine.travel(at, tick=False):
        found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    return [str(message.msg) for message in found if message.id == "rescind.W022"]


def test_the_check_warns_of_what_is_near_or_over():
    make.store("Corner")

    assert warned(before(61)) == []
    assert warned(before(60)) == ["Corner: Version 2026-10, 2027-10-01, in 60 days."]
    assert warned(before(-1)) == ["Corner: Version 2026-10, 2027-10-01, overdue for 1 day."]


def test_the_check_asks_nothing_of_a_database_that_is_not_migrated(monkeypatch):
    make.store("Corner")
    monkeypatch.setattr("django.db.migrations.recorder.MigrationRecorder.applied_migrations", lambda self: {})

    assert warned(before(1)) == []
