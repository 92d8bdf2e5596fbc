"""The same order in two shops on the pages: once in the list, named on the order, *cancel there too* prefilled."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from cancellations.models import Cancellation, MirrorWatch, Preview
from stores.kernel import clock
from stores.models import OrderRecord
from tests import make
from tests.rigs.copies import Pair, read_on
from tests.rigs.desk import Desk


@pytest.fixture
def browser(desk: Desk, browser_of: Callable[..., Client]) -> Client:
    return browser_of(desk.staff)


def text_of(answer) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def rows_of(page: str) -> int:
    return page.count("<tr data-row")


def test_the_list_shows_the_order_once_and_leads_to_its_copy(browser, pair: Pair):
    _original, copy = pair

    page = text_of(browser.get("/orders"))

    assert rows_of(page) == 1
    assert f'href="/orders/{copy.uuid}" title="The same order is {copy.number} in Sandbox atelier"' in page


def test_a_row_tells_of_the_copys_cancellation_and_of_one_that_stayed_open(desk: Desk, browser, pair: Pair):
    original, copy = pair
    held = make.cancellation(record=copy, requester=desk.staff)
    assert f'href="/cancellations/{held.uuid}" title="{held.reference}"' in text_of(browser.get("/orders"))

    OrderRecord.objects.filter(pk=original.pk).update(cancellable="none")

    assert "Linked, still open" in text_of(browser.get("/orders"))


def test_a_copy_found_alone_names_its_original(browser, pair: Pair):
    original, copy = pair

    page = text_of(browser.get("/orders", {"shop": str(copy.store.uuid)}))

    assert rows_of(page) == 1
    assert f"copy of {original.number} in {original.store.name}" in page


def test_both_orders_name_each_other(browser, pair: Pair):
    original, copy = pair

    assert f'<a href="/orders/{copy.uuid}">' in text_of(browser.get(f"/orders/{original.uuid}"))
    assert "This order is the copy of one in another shop." in text_of(browser.get(f"/orders/{copy.uuid}"))


def test_who_may_not_see_the_other_shop_is_told_nothing(desk: Desk, browser, pair: Pair):
    original, copy = pair
    desk.staff.memberships.filter(store=copy.store).delete()

    pages = [text_of(browser.get("/orders")), text_of(browser.get(f"/orders/{original.uuid}"))]

    assert not [page for page in pages if copy.store.name in page or str(copy.uuid) in page]


def test_cancel_there_too_opens_the_other_order_with_its_preview(desk: Desk, browser_of, pair: Pair):
    original, copy = pair
    done = desk.work(desk.confirm(original, desk.some(original, 2)))
    read_on(desk, 26)
    browser = browser_of(desk.staff)
    listed, page = text_of(browser.get("/cancellations")), text_of(browser.get(f"/cancellations/{done.uuid}"))
    assert f"{copy.number} in {copy.store.name} is still open" in listed
    assert "The same order is still open in another shop" in page
    link = re.search(rf'href="(/orders/{copy.uuid}\?like={done.uuid})"', page)
    assert link

    there = text_of(browser.get(link[1]))

    seen = Preview.objects.latest("pk")
    assert (seen.order_id, seen.actor) == (copy.pk, desk.staff)
    assert f'name="preview" value="{seen.uuid}"' in there
    assert "Cancel 2 units" in there
    assert Cancellation.objects.count() == 1, "opening it does nothing"


@pytest.mark.parametrize("like", ["nonsense", "00000000-0000-4000-8000-000000000000", "another"])
def test_a_wish_like_something_else_is_told_and_previews_nothing(desk: Desk, browser, pair: Pair, like: str):
    _original, copy = pair
    if like == "another":
        like = str(make.cancellation(record=desk.order(), requester=desk.staff).uuid)
    before = Preview.objects.count()

    answer = browser.get(f"/orders/{copy.uuid}", {"like": like})

    assert answer.status_code == 422
    assert "names no cancellation of this order" in answer.content.decode()
    assert Preview.objects.count() == before


def test_a_copy_that_agrees_is_said_so_and_asks_for_nothing(desk: Desk, browser, pair: Pair):
    original, _copy = pair
    done = desk.work(desk.confirm(original, desk.everything(original)))
    MirrorWatch.objects.update(state="agrees", seen_at=clock.now(), next_attempt_at=None)

    page = text_of(browser.get(f"/cancellations/{done.uuid}"))

    assert "Agrees" in page
    assert "Cancel there too" not in page
