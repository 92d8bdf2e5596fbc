"""The list of cancellations as an inbox: groups, sentences, what happened to the money, who can act, chips."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cancellations.models import Cancellation
from notifications.models import Delivery, DeliveryState
from stores.canonical import codec
from stores.kernel.money import Money
from stores.models import Role
from tests import make
from tests.rigs.people import Cast

LIST = "/cancellations"
GROUPS = {
    "looks-title": "act",
    "others-title": "others",
    "back-title": "back",
    "going-title": "going",
    "rows-title": "earlier",
}
ENDED = ("done", "withdrawn", "expired")
STATES = ("needs_operator", "refused", "held", "awaiting_approval", "running", "verifying", *ENDED)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def groups(answer: Any) -> dict[str, list[str]]:
    """{group: order numbers, in the order of the rows}."""
    page = text_of(answer).partition('id="rows"')[2].partition("</main>")[0]
    parts = re.split(r'<h2 id="([a-z]+-title)">', page)
    return {GROUPS[name]: re.findall(r">(#\d+)</a>", body) for name, body in zip(parts[1::2], parts[2::2], strict=True)}


def sentence(answer: Any) -> str:
    """Of the only row."""
    (said,) = re.findall(r'<a class="open"[^>]*>(.*?)</a>', text_of(answer))
    return str(said)


@pytest.fixture
def browser(cast: Cast, browser_of: Callable[..., Client]) -> Client:
    return browser_of(cast.staff_a)


@pytest.fixture
def mine(cast: Cast) -> Callable[..., Cancellation]:
    def made(number: str = "#1", **fields: Any) -> Cancellation:
        record = make.order_record(store=cast.shop_a, order=make.canonical_order(number=number))
        return make.cancellation(record=record, requester=fields.pop("requester", cast.staff_a), **fields)

    return made


def receipt(*rows: dict[str, Any], moved: str | None = "0") -> dict[str, Any]:
    """Fields of an ended cancellation; moved: what went back, None: not told."""
    amount = codec.plain(Money(Decimal(moved), "USD")) if moved is not None else None
    sheet = {
        "lines": rows,
        "seen_at": "2026-11-21T09:40:00Z",
        "differs": bool(rows),
        "is_pending": False,
        "moved": amount,
    }
    return {"state": "done", "receipt": codec.dumps(sheet), "seen_at": make.NOW, "differs": bool(rows)}


def row(kind: str, what: str, promised: str, seen: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "what": what,
        "promised": promised,
        "seen": seen,
        "verdict": "differs",
        "reported": "",
        "note": "",
    }


class TestGroups:
    def test_each_stands_once_where_a_clerk_looks_for_it(self, browser, mine):
        for number, state in enumerate(STATES):
            mine(f"#{number}", state=state)
        mine("#20", state="done", differs=True)
        mine("#21", state="done", differs=True, looked_at=make.NOW)

        found = groups(browser.get(LIST))

        assert {name: set(numbers) for name, numbers in found.items()} == {
            "act": {"#0", "#1", "#20"},
            "back": {"#2", "#3"},
            "going": {"#4", "#5"},
            "earlier": {"#6", "#7", "#8", "#21"},
        }
        assert sum(map(len, found.values())) == len(STATES) + 2

    def test_an_approval_waits_for_whoever_may_give_it(self, cast, browser, browser_of, mine):
        mine("#3", state="awaiting_approval")

        own, others = browser.get(LIST), browser_of(cast.admin_a).get(LIST)

        assert groups(own) == {"back": ["#3"]}
        assert "1 can be taken back" in text_of(own)
        assert groups(others) == {"act": ["#3"]}
        assert "Waits for your approval" in text_of(others)
        assert "wants to cancel" in sentence(others)
        assert "1 needs you" in text_of(others)

    def test_an_auditor_reads_what_others_must_do_and_has_no_badge(self, cast, browser_of, mine):
        mine("#1", state="refused")
        mine("#2", state="held")

        page = browser_of(cast.auditor_a).get(LIST)

        assert groups(page) == {"others": ["#1"], "back": ["#2"]}
        assert "Nothing needs you" in text_of(page)
        assert 'class="count hot"' not in text_of(page)
        assert "Take back" not in text_of(page)
        assert "Decide" not in text_of(page)

    def test_somebody_who_acts_in_one_shop_and_reads_in_another_finds_their_own_first(self, cast, browser_of, mine):
        make.membership(cast.auditor_a, cast.shop_b, Role.STAFF)
        mine("#1", state="refused", created_at=make.NOW - timedelta(days=9))
        theirs = make.order_record(store=cast.shop_b, order=make.canonical_order(number="#2"))
        make.cancellation(record=theirs, state="refused")

        page = browser_of(cast.auditor_a).get(LIST)

        assert groups(page) == {"act": ["#2"], "others": ["#1"]}
        assert "1 needs you" in text_of(page)

    def test_an_older_page_holds_earlier_ones_alone(self, browser, mine):
        mine("#99", state="refused")
        for number in range(51):
            mine(f"#{number}", state="done", created_at=make.NOW - timedelta(minutes=number))

        cursor = re.search(r"after=([\w-]+)", text_of(browser.get(LIST)))[1]

        assert groups(browser.get(LIST, {"after": cursor})) == {"earlier": ["#49", "#50"]}  # 50 rows with the first

    def test_a_state_or_a_search_is_one_list(self, browser, mine):
        mine("#1", state="refused")
        mine("#2", state="held")

        assert groups(browser.get(LIST, {"show": "held"})) == {"earlier": ["#2"]}
        assert groups(browser.get(LIST, {"q": "#1"})) == {"earlier": ["#1"]}

    def test_what_is_let_stand_leaves_you_must_act(self, browser, mine):
        told = mine("#1", state="refused")

        browser.post(reverse("cancellations:let_stand", args=[told.uuid]), {"reason": "Shipped already."})

        assert groups(browser.get(LIST)) == {"earlier": ["#1"]}


class TestTakingBack:
    def test_in_the_row_and_back_to_the_list(self, browser, mine):
        held = mine()
        page = text_of(browser.get(LIST))
        address = reverse("cancellations:take_back", args=[held.uuid])
        assert f'action="{address}"' in page
        assert 'role="timer"' in page

        answer = browser.post(address, {"then": "list"}, follow=True)

        assert answer.redirect_chain[-1][0] == LIST
        assert "Taken back. Nothing was sent." in text_of(answer)
        assert groups(answer) == {"earlier": ["#1"]}

    def test_what_is_at_work_has_no_such_button(self, browser, mine):
        mine(state="running")

        assert "take-back" not in text_of(browser.get(LIST))


class TestSentences:
    @pytest.mark.parametrize(
        ("state", "says"),
        [
            ("held", "will be cancelled"), ("awaiting_approval", "sent for approval"), ("running", "being cancelled"),
            ("withdrawn", "Taken back before anything was sent"), ("expired", "Nobody approved it in time"),
            ("refused", "The shop did not cancel #1: It was shipped"), ("needs_operator", "It was shipped"),
        ],
    )  # fmt: skip
    def test_every_state_says_what_it_is(self, browser, mine, state, says):
        mine(state=state, trouble="It was shipped.")

        assert says in sentence(browser.get(LIST))

    def test_one_that_ended_says_what_went_back(self, browser, mine):
        mine(money_minor=1595, **receipt(moved="15.95"))

        page = browser.get(LIST)

        assert sentence(page).endswith("cancelled, US$15.95 refunded")
        assert '<div class="left" title="Went back">US$15.95</div>' in text_of(page)

    @pytest.mark.parametrize(
        ("promised", "moved", "says"),
        [
            (0, "15.95", "US$15.95 was paid back although none was promised"),
            (1595, "0", "US$15.95 was not paid back"),
            (1595, "10", "US$10.00 was paid back, US$15.95 was promised"),
        ],
    )
    def test_a_difference_of_money_is_said_first(self, browser, mine, promised, moved, says):
        rows = row("units", "Shirt", "2 → 0", "2 → 1"), row("refund", "Refunded in all", "a", "b")
        mine(money_minor=promised, **receipt(*rows, moved=moved))

        assert sentence(browser.get(LIST)) == says

    def test_another_difference_is_said_as_the_receipt_has_it(self, browser, mine):
        rows = row("stock", "Shirt <S>", "2 back", "1 back"), row("units", "Mug", "1 → 0", "1 → 1")
        mine(money_minor=0, **receipt(*rows))

        said = sentence(browser.get(LIST))

        assert said == "Shirt &lt;S&gt;: 1 back instead of 2 back, and 1 more difference"

    def test_unknown_money_is_a_dash_with_why(self, browser, mine):
        mine(money_minor=500, **receipt(row("stock", "Shirt", "2", "1"), moved=None))

        page = text_of(browser.get(LIST))

        assert "Open it to see what the shop shows" in page
        assert "US$5.00" not in page[page.index('<div class="left"') : page.index('<div class="age"')]

    @pytest.mark.parametrize("text", ["{", "[]", '{"lines":[1],"moved":{"amount":"x"}}', '{"lines":null}'])
    def test_what_cannot_be_read_breaks_no_list(self, browser, mine, text):
        told = mine(state="done", receipt=text, seen_at=make.NOW)
        type(told.preview).objects.update(plan=text)

        assert groups(browser.get(LIST)) == {"earlier": ["#1"]}

    def test_a_message_that_was_given_up_says_so_first(self, browser, mine):
        told = mine(**receipt())
        Delivery.objects.create(key="k", channel="mail", kind="x", subject=f"cancellation:{told.uuid}", about=told.uuid,
                                store=told.store, created_at=make.NOW, state=DeliveryState.GIVEN_UP)  # fmt: skip

        assert sentence(browser.get(LIST)).startswith("A message could not be delivered.")


class TestChips:
    @pytest.fixture
    def three(self, cast, mine):
        mine("#1", state="done", reason="fraud")
        mine("#2", state="done", reason="customer", requester=cast.admin_a)
        mine("#3", state="refused", reason="customer", requester=cast.admin_a)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"mine": "1"}, {"#1"}),
            ({"reason": "customer"}, {"#2", "#3"}),
            ({"reason": "fraud"}, {"#1"}),
            ({}, {"#1", "#2", "#3"}),
        ],
    )
    def test_whose_and_why(self, browser, three, query, found):
        shown = groups(browser.get(LIST, query))

        assert {number for numbers in shown.values() for number in numbers} == found

    def test_who_asked(self, cast, browser, three):
        shown = groups(browser.get(LIST, {"by": str(cast.admin_a.uuid)}))

        assert shown == {"act": ["#3"], "earlier": ["#2"]}

    def test_a_choice_keeps_the_others_and_the_first_page(self, browser, three):
        page = text_of(browser.get(LIST, {"reason": "customer", "after": "older-1-1"}))

        assert 'href="?reason=customer&amp;mine=1"' in page
        assert 'aria-current="true">Reason: Customer changed their mind' in page

    def test_a_stranger_is_no_choice(self, cast, browser, three):
        page = text_of(browser.get(LIST))

        assert str(cast.admin_a.uuid) in page
        assert str(cast.staff_b.uuid) not in page

    @pytest.mark.parametrize("query", [{"by": "x"}, {"reason": "x"}, {"mine": "2"}])
    def test_a_value_that_is_none_is_said(self, browser, query):
        assert browser.get(LIST, query).status_code == 422

    def test_days_are_the_readers(self, cast, browser, mine):
        type(cast.staff_a).objects.filter(pk=cast.staff_a.pk).update(time_zone="Pacific/Auckland")
        mine("#1", state="done", created_at=make.NOW.replace(hour=12))  # the next day there

        assert groups(browser.get(LIST, {"since": f"{make.NOW + timedelta(days=1):%Y-%m-%d}"})) == {"earlier": ["#1"]}
        assert groups(browser.get(LIST, {"until": f"{make.NOW:%Y-%m-%d}"})) == {}
