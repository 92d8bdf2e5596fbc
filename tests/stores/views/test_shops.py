import html
import json
from dataclasses import fields
from decimal import Decimal
from typing import ClassVar

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from cancellations.pages.audit_entry import Entry
from stores.canonical.capabilities import Capabilities
from stores.connectors.roles import Access, Scope
from stores.kernel.errors import CredentialsRejected, InputRejected, RemoteUnavailable
from stores.models import AuditEvent, Store, StoreRole
from stores.platforms import registry
from stores.selectors import holds
from stores.services import connections, timekeeper
from tests import make

pytestmark = pytest.mark.django_db

GOOD = Access(
    shop_name="Acrylic Asia",
    currency="SGD",
    time_zone="Asia/Singapore",
    granted=("read_orders", "write_orders"),
    missing=(Scope("read_returns", "Open returns are not shown."),),
    api_version="2026-10",
)
FORM = {"shop": "acrylic-asia", "token": "shpat_secret", "name": ""}

CAPABILITIES = len(fields(Capabilities))


@pytest.fixture
def tried(monkeypatch):
    """`tried(result)`: what the outer world answers to a test of the connection; an exception is raised."""
    calls = []

    def answer_with(result):
        def test_access(key, settings, secrets):
            calls.append((key, dict(settings), dict(secrets)))
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(connections, "test_access", test_access)
        return calls

    return answer_with


def test_the_list_says_how_fresh_each_shop_is(cast, browser_of):
    page = browser_of(cast.staff_a).get(reverse("shops:list")).content.decode()

    assert "Acrylic Studio" in page
    assert "Big Canvas" not in page


def test_a_failing_shop_is_never_passed_off_as_fresh(cast, browser_of):
    cast.shop_a.connection.health.last_error_at = make.NOW.replace(hour=10)
    cast.shop_a.connection.health.last_error = "The shop's system could not be reached."
    cast.shop_a.connection.health.save()

    page = browser_of(cast.staff_a).get(reverse("shops:list")).content.decode()

    assert "does not answer since" in page


def test_the_list_takes_the_same_queries_for_one_shop_and_for_many(cast, browser_of, django_assert_num_queries):
    browser = browser_of(cast.owner)
    browser.get(reverse("shops:list"))
    with CaptureQueriesContext(connection) as few:
        browser.get(reverse("shops:list"))
    for _ in range(18):
        make.store()

    with django_assert_num_queries(len(few)):
        page = browser.get(reverse("shops:list")).content.decode()

    assert page.count("<tr data-row") == 20


def test_a_test_shows_what_each_missing_right_disables(cast, browser_of, tried):
    calls = tried(GOOD)

    answer = browser_of(cast.owner).post(reverse("shops:test_new", args=["shopify"]), FORM, HTTP_HX_REQUEST="true")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert calls == [("shopify", {"shop": "acrylic-asia"}, {"token": "shpat_secret"})]
    assert "Open returns are not shown." in page
    assert "shpat_secret" not in page
    assert not Store.objects.filter(name="Acrylic Asia").exists()


@pytest.mark.parametrize("route", ["connect_to", "test_new"])
def test_a_secret_is_never_rendered_again(cast, browser_of, tried, route):
    tried(CredentialsRejected())

    answer = browser_of(cast.owner).post(reverse(f"shops:{route}", args=["shopify"]), FORM)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "no longer accepts our credentials" in page
    assert "shpat_secret" not in page
    assert 'value="acrylic-asia"' in page


def test_an_error_stands_at_its_field(cast, browser_of, tried):
    tried(InputRejected("shop", "There is no such shop."))

    answer = browser_of(cast.owner).post(reverse("shops:connect_to", args=["shopify"]), FORM)

    assert answer.status_code == 422
    assert answer.context["form"].errors["shop"] == ["There is no such shop."]


def test_a_shop_that_cannot_be_reached_is_told_above_the_form(cast, browser_of, tried):
    tried(RemoteUnavailable())

    answer = browser_of(cast.owner).post(reverse("shops:connect_to", args=["shopify"]), FORM)

    assert "could not be reached" in str(answer.context["form"].non_field_errors())


def test_connecting_keeps_the_shop_and_begins_the_import(cast, browser_of, tried):
    tried(GOOD)

    answer = browser_of(cast.owner).post(reverse("shops:connect_to", args=["shopify"]), FORM)

    made = Store.objects.get(name="Acrylic Asia")
    assert answer["Location"] == reverse("shops:detail", args=[made.uuid])
    assert made.currency == "SGD"
    assert b"shpat_secret" not in bytes(made.connection.secrets.get().sealed)
    event = AuditEvent.objects.get(kind="shop.connected")
    assert "shpat_secret" not in event.body


def test_an_unknown_platform_is_not_found(cast, browser_of):
    assert browser_of(cast.owner).get(reverse("shops:connect_to", args=["acme"])).status_code == 404


def test_new_credentials_replace_the_old_ones(cast, browser_of, tried):
    tried(GOOD)
    url = reverse("shops:rekey", args=[cast.shop_a.uuid])
    form = {"shop": "acrylic-asia", "token": "shpat_new"}

    answer = browser_of(cast.admin_a).post(url, form)

    assert answer["Location"] == reverse("shops:detail", args=[cast.shop_a.uuid])
    cast.shop_a.refresh_from_db()
    assert cast.shop_a.connection.granted_scopes == ["read_orders", "write_orders"]


def test_settings_are_changed_and_recorded(cast, browser_of):
    url = reverse("shops:settings", args=[cast.shop_a.uuid])

    browser_of(cast.admin_a).post(url, {"name": "Studio", "hold_minutes": "0", "time_zone": "Europe/Lisbon"})

    cast.shop_a.refresh_from_db()
    assert (cast.shop_a.name, cast.shop_a.hold_seconds, cast.shop_a.time_zone) == ("Studio", 0, "Europe/Lisbon")
    body = json.loads(AuditEvent.objects.get(kind="shop.changed").body)
    assert (body["before"]["hold_seconds"], body["after"]["hold_seconds"]) == (600, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [("hold_minutes", "-1"), ("hold_minutes", "1e2"), ("hold_minutes", "１２"), ("hold_minutes", "1441"),
     ("time_zone", "Mars/Olympus"), ("name", "")],
)  # fmt: skip
def test_odd_settings_are_refused_at_their_field(cast, browser_of, field, value):
    good = {"name": "Studio", "hold_minutes": "10", "time_zone": "UTC"}

    answer = browser_of(cast.admin_a).post(reverse("shops:settings", args=[cast.shop_a.uuid]), good | {field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


class TestLongerHolds:
    GOOD: ClassVar = {"name": "Studio", "hold_minutes": "10", "time_zone": "UTC", "from_1": "500", "minutes_1": "60",
                      "from_2": "2000.50", "minutes_2": "240"}  # fmt: skip

    def send(self, cast, browser_of, **fields):
        url = reverse("shops:settings", args=[cast.shop_a.uuid])
        return browser_of(cast.admin_a).post(url, self.GOOD | fields)

    def kept(self, cast):
        return [(least.amount, hold) for least, hold in holds.tiers(cast.shop_a)]

    def test_they_are_kept_shown_and_recorded(self, cast, browser_of):
        self.send(cast, browser_of)

        assert self.kept(cast) == [(Decimal("500.00"), 3600), (Decimal("2000.50"), 14400)]
        page = browser_of(cast.admin_a).get(reverse("shops:settings", args=[cast.shop_a.uuid])).content.decode()
        assert 'name="from_2" value="2000.50"' in page
        event = AuditEvent.objects.get(kind="shop.changed")
        assert ("longer holds", "", "US$500.00 3600, US$2,000.50 14400") in Entry(event, {}).changes

    def test_both_left_empty_takes_one_away(self, cast, browser_of):
        self.send(cast, browser_of)
        self.send(cast, browser_of, from_1="", minutes_1="")

        assert self.kept(cast) == [(Decimal("2000.50"), 14400)]

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"from_1": ""}, "from_1"),
            ({"minutes_2": ""}, "minutes_2"),
            ({"from_1": "0"}, "from_1"),
            ({"from_1": "1.005"}, "from_1"),
            ({"from_2": "500"}, "from_2"),
            ({"minutes_1": "9"}, "minutes_1"),
            ({"minutes_2": "59"}, "minutes_2"),
            ({"minutes_2": "1441"}, "minutes_2"),
            ({"minutes_2": "1.5"}, "minutes_2"),
        ],
    )
    def test_what_is_wrong_is_told_at_its_field(self, cast, browser_of, fields, wrong):
        answer = self.send(cast, browser_of, **fields)

        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [wrong]
        assert self.kept(cast) == []

    @pytest.mark.parametrize(
        ("fields", "asks"),
        [({"minutes_2": "239"}, True), ({"from_1": "500.01"}, True), ({"from_1": "", "minutes_1": ""}, True),
         ({"from_1": "499.99"}, False), ({"minutes_2": "300"}, False), ({}, False)],
    )  # fmt: skip
    def test_whoever_leaves_less_time_proves_who_they_are(self, cast, browser_of, fields, asks):
        self.send(cast, browser_of)
        url = reverse("shops:settings", args=[cast.shop_a.uuid])

        answer = browser_of(cast.admin_a, proved=False).post(url, self.GOOD | fields)

        assert ("reauthenticate" in answer["Location"]) is asks


def test_pause_and_resume_ask_first_and_work_without_script(cast, browser_of):
    browser = browser_of(cast.admin_a)
    pause, resume = (reverse(f"shops:{deed}", args=[cast.shop_a.uuid]) for deed in ("pause", "resume"))
    assert browser.get(pause).status_code == 200

    browser.post(pause)
    cast.shop_a.refresh_from_db()
    assert cast.shop_a.state == "paused"
    browser.post(pause)
    browser.post(resume)

    cast.shop_a.refresh_from_db()
    assert cast.shop_a.state == "active"
    kinds = AuditEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["shop.paused", "shop.resumed"]


def test_the_page_of_a_shop_speaks_in_words(cast, browser_of):
    page = browser_of(cast.auditor_a).get(reverse("shops:detail", args=[cast.shop_a.uuid])).content.decode()

    assert "PUBLIC_URL is not set" in page
    assert "What Shopify can do" in page
    assert "Unknown outcomes" in page


def test_webhooks_that_are_set_up_by_hand_are_explained_to_who_may_do_it(cast, browser_of, settings):
    settings.PUBLIC_URL = "https://desk.example"
    Store.objects.filter(pk=cast.shop_a.pk).update(platform="modern_dropship")
    pages = {
        who: browser_of(getattr(cast, who)).get(reverse("shops:detail", args=[cast.shop_a.uuid])).content.decode()
        for who in ("owner", "auditor_a")
    }

    assert all("add a webhook for order.cancelled" in page for page in pages.values())
    assert f"https://desk.example/hooks/{cast.shop_a.connection.inbox_token}" in pages["owner"]
    assert cast.shop_a.connection.inbox_token not in pages["auditor_a"]


def test_the_import_is_polled_until_it_is_finished(cast, browser_of):
    browser, url = browser_of(cast.staff_a), reverse("shops:progress", args=[cast.shop_a.uuid])
    cast.shop_a.sync.phase, cast.shop_a.sync.copied, cast.shop_a.sync.expected = "import", 40, 100
    cast.shop_a.sync.save()

    moving = browser.get(url).content.decode()
    cast.shop_a.sync.phase = "follow"
    cast.shop_a.sync.save()
    finished = browser.get(url).content.decode()

    assert 'hx-trigger="every 2s"' in moving
    assert 'value="40"' in moving
    assert "hx-trigger" not in finished


@pytest.mark.parametrize(("ahead", "said"), [(75.4, "1 min 15 secs ahead of"), (-3.2, "3 secs behind")])
def test_a_wrong_clock_is_named_with_its_side(cast, browser_of, monkeypatch, ahead, said):
    monkeypatch.setattr(timekeeper, "wrong_clocks", lambda: {"worker-2": ahead})

    page = browser_of(cast.owner).get(reverse("shops:list")).content.decode()

    assert f"worker-2 is {said} the database" in page
    assert "worker-2" not in browser_of(cast.admin_a).get(reverse("shops:list")).content.decode()


def test_what_is_only_told_is_told_in_part_and_not_in_calls(cast, browser_of):
    browser, address = browser_of(cast.staff_a), reverse("shops:capabilities")
    page = browser.get(f"{address}?platform=square").content.decode()
    words = " ".join(strip_tags(page.replace("<", " <")).split())

    assert "Total and payment in the order list In part The list tells what was paid" in words
    assert "Tell of a disputed payment Yes A payment whose dispute" in words
    assert "Cancel some units Yes, in several calls" in words


def test_the_capability_page_names_every_platform_and_every_capability(cast, browser_of):
    page = browser_of(cast.staff_a).get(reverse("shops:capabilities")).content.decode()

    kinds = registry.all_platforms()
    assert all(kind.label in page for kind in kinds)
    assert page.count("<td") == CAPABILITIES * len(kinds)
    assert page.count("<tr") == 1 + CAPABILITIES


def test_a_chosen_platform_is_told_in_sentences_and_chosen_ones_are_compared(cast, browser_of):
    browser, address = browser_of(cast.staff_a), reverse("shops:capabilities")

    for kind in registry.all_platforms():
        page = html.unescape(browser.get(address, {"platform": kind.key}).content.decode())
        assert all(said["why"] in page for said in kind.capabilities.as_dict().values()), kind.key
    both = browser.get(address, {"platform": ["shopify", "shoplazza"]}).content.decode()
    assert both.count("<td") == 2 * CAPABILITIES
    assert browser.get(address, {"platform": "nobody"}).content.decode().count("<tr") == 1 + CAPABILITIES


def test_the_command_prints_the_same_for_machines(capsys):
    call_command("capabilities", format="json")

    table = json.loads(capsys.readouterr().out)
    assert [entry["key"] for entry in table] == [platform.key for platform in registry.all_platforms()]
    assert table[0]["kind"] == "platform"
    assert set(table[0]["capabilities"]["refund"]) == {"support", "why"}


def test_the_page_tells_what_serves_the_shop_beside_its_orders(cast, browser_of, django_assert_num_queries):
    page = reverse("shops:detail", args=[cast.shop_a.uuid])
    books = make.connection("Ledger", connector="yesterdays_ledger", state="disconnected")
    StoreRole.objects.create(store=cast.shop_a, connection=books, role="books")
    browser = browser_of(cast.staff_a)
    browser.get(page)  # the first visit writes the session
    with CaptureQueriesContext(connection) as few:
        told = browser.get(page).content.decode()
    assert all(words in told for words in ("Connections", "Ledger", "Books", "Disconnected"))
    cards = make.connection("Cards at the till")
    for method in ("card", "wallet"):
        StoreRole.objects.create(store=cast.shop_a, connection=cards, role="payments", method=method)

    with django_assert_num_queries(len(few)):
        told = browser.get(page).content.decode()

    assert "Payments (card), Payments (wallet)" in told
    assert told.count("Cards at the till") == 1


def test_who_may_not_connect_shops_reads_who_can(cast, browser_of):
    url = reverse("shops:list")

    admin, owner = (browser_of(person).get(url).content.decode() for person in (cast.admin_a, cast.owner))

    assert f"Shops are connected by {cast.owner.name}." in admin
    assert reverse("shops:connect") not in admin
    assert "Shops are connected by" not in owner
