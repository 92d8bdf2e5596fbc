from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stores.connectors.rows import Unreadable
from stores.kernel import clock
from stores.kernel.errors import RemoteRefused, RemoteUnavailable
from stores.models import OrderRecord, Store, StoreSync, UnreadableOrder
from stores.platforms.shopify import Shopify
from stores.services import unreadable
from tests import make
from tests.rigs.people import Cast

pytestmark = pytest.mark.django_db
WHY = "The field “currencyCode” is missing or not as the platform describes it."


def entry(store: Store, number: int = 1042, **fields: Any) -> UnreadableOrder:
    row = Unreadable(f"gid://shopify/Order/{number}", f"#{number}", WHY, **fields)
    unreadable.keep(store, [row], clock.now())
    return UnreadableOrder.objects.get(store=store, external_id=row.external_id)


def shown(browser: Client, url: str, **query: str) -> str:
    """The page's text, without tags."""
    answer = browser.get(url, query)
    assert answer.status_code == 200
    page = html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))
    return re.sub(r"\s+", " ", page)


def page_of(store: Store) -> str:
    return reverse("shops:detail", args=[store.uuid])


def again(browser: Client, store: Store, **sent: Any) -> str:
    answer = browser.post(reverse("shops:read_again", args=[store.uuid]), sent, follow=True)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a read of one order gives; an exception is raised."""
    told: dict[str, Any] = {}

    def read_order(self: Shopify, external_id: str) -> Any:
        found = told[external_id]
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(Shopify, "read_order", read_order)
    return told


class TestTheShopsPage:
    def test_lists_them_with_their_reason_and_their_number(self, cast: Cast, browser_of: Any) -> None:
        entry(cast.shop_a)

        page = shown(browser_of(cast.staff_a), page_of(cast.shop_a))

        assert "Orders that cannot be read 1" in page
        assert f"#1042 gid://shopify/Order/1042 {WHY}" in page

    def test_says_so_when_there_is_none(self, cast: Cast, browser_of: Any) -> None:
        page = shown(browser_of(cast.staff_a), page_of(cast.shop_a))

        assert "Orders that cannot be read none" in page
        assert "Try all again" not in page

    def test_tells_how_many_more_there_are(self, cast: Cast, browser_of: Any) -> None:
        for number in range(25):
            entry(cast.shop_a, number)

        assert "and 5 more; the search finds them" in shown(browser_of(cast.staff_a), page_of(cast.shop_a))

    def test_takes_the_same_queries_for_one_and_for_twenty(self, cast: Cast, browser_of: Any) -> None:
        entry(cast.shop_a)
        browser = browser_of(cast.staff_a)
        browser.get(page_of(cast.shop_a))
        with CaptureQueriesContext(connection) as few:
            browser.get(page_of(cast.shop_a))
        for number in range(20):
            entry(cast.shop_a, number)

        with CaptureQueriesContext(connection) as many:
            browser.get(page_of(cast.shop_a))

        assert len(many) == len(few)

    def test_an_auditor_reads_and_has_no_button(self, cast: Cast, browser_of: Any) -> None:
        entry(cast.shop_a)

        page = shown(browser_of(cast.auditor_a), page_of(cast.shop_a))

        assert WHY in page
        assert "Try" not in page.split("Orders that cannot be read 1")[-1].split("Rights")[0].replace("Next try", "")

    def test_markup_in_a_number_stays_text(self, cast: Cast, browser_of: Any) -> None:
        unreadable.keep(cast.shop_a, [Unreadable("1", "<script>alert(1)</script>", WHY)], clock.now())

        assert b"<script>alert" not in browser_of(cast.staff_a).get(page_of(cast.shop_a)).content


class TestTryAgain:
    def test_one_that_can_be_read_is_an_ordinary_order(
        self, cast: Cast, browser_of: Any, reads: dict[str, Any]
    ) -> None:
        one = entry(cast.shop_a)
        reads[one.external_id] = make.canonical_order(external_id=one.external_id, number="#1042")

        page = again(browser_of(cast.staff_a), cast.shop_a, order=one.uuid)

        assert "It could be read: it is an ordinary order now." in page
        assert not UnreadableOrder.objects.exists()
        assert OrderRecord.objects.get().number == "#1042"

    def test_one_that_still_cannot_says_so_and_stays(self, cast: Cast, browser_of: Any, reads: dict[str, Any]) -> None:
        one = entry(cast.shop_a)
        reads[one.external_id] = RemoteUnavailable("misread", code="bad_shape")

        page = again(browser_of(cast.staff_a), cast.shop_a, order=one.uuid)

        assert "It still cannot be read." in page
        assert UnreadableOrder.objects.get().tries == 1

    def test_one_that_is_gone_goes(self, cast: Cast, browser_of: Any, reads: dict[str, Any]) -> None:
        one = entry(cast.shop_a)
        reads[one.external_id] = RemoteRefused("gone", code="not_found")

        assert "The platform no longer knows it." in again(browser_of(cast.staff_a), cast.shop_a, order=one.uuid)
        assert not UnreadableOrder.objects.exists()

    def test_a_shop_that_does_not_answer_is_told_as_that(
        self, cast: Cast, browser_of: Any, reads: dict[str, Any]
    ) -> None:
        one = entry(cast.shop_a)
        reads[one.external_id] = RemoteUnavailable("away")

        page = again(browser_of(cast.staff_a), cast.shop_a, order=one.uuid)

        assert "could not be reached" in page
        assert UnreadableOrder.objects.get().tries == 0

    def test_pressed_again_after_it_was_read(self, cast: Cast, browser_of: Any) -> None:
        one = entry(cast.shop_a)
        UnreadableOrder.objects.all().delete()

        assert "It was read meanwhile." in again(browser_of(cast.staff_a), cast.shop_a, order=one.uuid)

    def test_all_of_them_are_due_at_once(self, cast: Cast, browser_of: Any) -> None:
        entry(cast.shop_a, 1)
        entry(cast.shop_a, 2)
        other = entry(cast.shop_b, 3)
        StoreSync.objects.update(next_attempt_at=None)

        page = again(browser_of(cast.staff_a), cast.shop_a)

        assert "read again in the background" in page
        due = UnreadableOrder.objects.filter(next_try_at__lte=clock.now())
        assert set(due.values_list("number", flat=True)) == {"#1", "#2"}
        assert UnreadableOrder.objects.get(pk=other.pk).next_try_at == other.next_try_at
        assert StoreSync.objects.get(store=cast.shop_a).next_attempt_at is not None

    @pytest.mark.parametrize("sent", ["x", "../1", "%00"])
    def test_what_is_no_entry_is_nowhere(self, cast: Cast, browser_of: Any, sent: str) -> None:
        url = reverse("shops:read_again", args=[cast.shop_a.uuid])

        assert browser_of(cast.staff_a).post(url, {"order": sent}).status_code == 404

    def test_an_entry_of_another_shop_is_not_read(self, cast: Cast, browser_of: Any, reads: dict[str, Any]) -> None:
        other = entry(cast.shop_b)
        reads[other.external_id] = make.canonical_order(external_id=other.external_id)

        again(browser_of(cast.staff_a), cast.shop_a, order=other.uuid)

        assert UnreadableOrder.objects.filter(pk=other.pk).exists()

    def test_an_auditor_may_not(self, cast: Cast, browser_of: Any) -> None:
        url = reverse("shops:read_again", args=[cast.shop_a.uuid])

        assert browser_of(cast.auditor_a).post(url).status_code == 404


class TestSearch:
    @pytest.mark.parametrize("words", ["#1042", "1042", "104", "gid://shopify/Order/1042", "Moser 1042"])
    def test_finds_it_by_number_and_id_and_says_why_it_cannot_be_read(
        self, cast: Cast, browser_of: Any, words: str
    ) -> None:
        entry(cast.shop_a)

        page = shown(browser_of(cast.staff_a), reverse("orders:list"), q=words)

        assert f"#1042 in Acrylic Studio cannot be read. {WHY}" in page
        assert "Nothing found" not in page

    def test_shows_the_very_number_first(self, cast: Cast, browser_of: Any) -> None:
        entry(cast.shop_a, 42)
        for number in range(4200, 4225):
            entry(cast.shop_a, number)

        page = shown(browser_of(cast.staff_a), reverse("orders:list"), q="42")

        assert re.findall(r"#(\d+) in Acrylic Studio", page)[0] == "42"

    @pytest.mark.parametrize("query", [{}, {"q": "2000"}, {"q": "1042", "payment": "paid"}])
    def test_other_questions_do_not(self, cast: Cast, browser_of: Any, query: dict[str, str]) -> None:
        entry(cast.shop_a)

        page = shown(browser_of(cast.staff_a), reverse("orders:list"), **query)

        assert "in Acrylic Studio cannot be read" not in page

    def test_shows_none_of_a_foreign_shop(self, cast: Cast, browser_of: Any) -> None:
        entry(cast.shop_b)

        assert "cannot be read" not in shown(browser_of(cast.staff_a), reverse("orders:list"), q="1042")
        assert "in Big Canvas cannot be read" in shown(browser_of(cast.staff_b), reverse("orders:list"), q="1042")

    def test_costs_the_same_for_one_and_for_twenty(self, cast: Cast, browser_of: Any) -> None:
        entry(cast.shop_a)
        browser = browser_of(cast.owner)
        shown(browser, reverse("orders:list"), q="1042")
        with CaptureQueriesContext(connection) as few:
            shown(browser, reverse("orders:list"), q="1042")
        for number in range(10420, 10430):
            entry(cast.shop_a, number)
            entry(cast.shop_b, number)

        with CaptureQueriesContext(connection) as many:
            shown(browser, reverse("orders:list"), q="1042")

        assert len(many) == len(few)
