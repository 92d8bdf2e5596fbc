"""The page of a cancellation as a letter: its verdict, what is open and what is folded, ticks, one story, paper."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from cancellations.models import Cancellation, Step
from cancellations.services import decide
from tests import make

FRAGMENT = {"HX-Request": "true"}
UNSENT = "Nobody approved it within 24 hours: nothing was sent."


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def page_of(cancellation: Cancellation, part: str = "detail") -> str:
    return reverse(f"cancellations:{part}", args=[cancellation.uuid])


def verdict(page: str) -> str:
    (found,) = re.findall(r'<h1 class="verdict" id="verdict">(.*?)</h1>', page)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", found))).strip()


def ticks(page: str) -> dict[str, str]:
    return dict(re.findall(r'<b>([^<]+)</b><span class="small" dir="auto">([^<]+)</span>', page))


@pytest.fixture
def mine(cast):
    def made(**fields: Any) -> Cancellation:
        record = make.order_record(store=cast.shop_a, order=make.canonical_order(number="#7"))
        return make.cancellation(record=record, requester=cast.staff_a, **fields)

    return made


class TestVerdict:
    @pytest.mark.parametrize(
        ("state", "says"),
        [
            ("held", "order #7 will be cancelled"), ("awaiting_approval", "order #7, sent for approval"),
            ("running", "order #7 is being cancelled"),
            ("needs_operator", "The cancellation of order #7 is not finished."),
            ("refused", "The shop did not cancel order #7: nothing was done. It was shipped."),
            ("withdrawn", "Taken back: nothing was sent."), ("expired", UNSENT),
        ],
    )  # fmt: skip
    def test_every_state_has_one(self, cast, browser_of, mine, state, says):
        row = mine(state=state, trouble="It was shipped.", expires_at=make.NOW + timedelta(hours=1))

        page = text_of(browser_of(cast.staff_a).get(page_of(row)))

        assert says in verdict(page)
        assert page.count("<h1") == 1
        assert page.count("nothing was sent") <= 1

    def test_a_whole_order_is_named_once(self, desk, browser_of):
        record = desk.order()
        row = desk.confirm(record, desk.everything(record))

        page = text_of(browser_of(desk.staff).get(page_of(row)))

        assert f"The whole order {record.number} will be cancelled" in verdict(page)

    def test_one_that_went_well_says_who_got_what(self, desk, browser_of):
        record = desk.order()
        done = desk.work(desk.confirm(record, desk.some(record, 1)))

        said = verdict(text_of(browser_of(desk.staff).get(page_of(done))))

        assert f"left order {record.number}." in said
        assert said.endswith(f"went back to {record.customer_name}.")

    def test_a_difference_stands_in_it_and_open_and_the_rest_is_folded(self, desk, browser_of):
        record = desk.order(gateway="bogus_fail")
        stopped = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)
        decide.settle(actor=desk.staff, step=stopped.steps.get(kind="refund"), evidence="4711", note="By transfer.")

        page = text_of(browser_of(desk.staff).get(page_of(desk.work(stopped))))

        assert verdict(page).startswith(f"Not all on order {record.number} is as promised.")
        first, folded = page.split('<details class="fold">')[:2]
        assert 'class="differs"' in first
        assert 'class="differs"' not in folded.partition("</details>")[0]


class TestBoard:
    def test_only_what_applies_has_a_tick(self, desk, browser_of):
        record = desk.order()
        done = desk.work(desk.confirm(record, desk.some(record, 1)))

        found = ticks(text_of(browser_of(desk.staff).get(page_of(done))))

        assert found["Order"] == found["Money"] == "As promised"
        assert re.fullmatch(r"Sealed, \d+ entries", found["Log"])
        assert "Team" not in found
        assert "Customer" not in found

    @pytest.mark.parametrize("state", ["held", "awaiting_approval", "withdrawn", "expired", "refused"])
    def test_where_nothing_was_done_there_is_none(self, cast, browser_of, mine, state):
        assert ticks(text_of(browser_of(cast.staff_a).get(page_of(mine(state=state))))) == {}


class TestStory:
    def test_steps_and_entries_stand_newest_first_and_once(self, desk, browser_of):
        record = desk.order()
        done = desk.work(desk.confirm(record, desk.some(record, 1)))

        page = text_of(browser_of(desk.staff).get(page_of(done)))
        story = page[page.index('id="story-title"') : page.index("</aside>", page.index('id="story-title"'))]
        times = re.findall(r'<time datetime="([^"]+)"', story)

        assert times == sorted(times, reverse=True)
        assert "confirmed the preview" in story
        assert "is about to send" not in story  # the step itself says it
        assert "Fingerprint" not in story

    def test_steps_that_were_never_begun_are_left_out_at_the_end(self, cast, browser_of, mine):
        row = mine(state="refused", finished_at=make.NOW)
        Step.objects.filter(cancellation=row, position=1).update(state="refused", detail="Too late.")

        page = text_of(browser_of(cast.staff_a).get(page_of(row)))
        story = page[page.index('id="story-title"') : page.index("</aside>", page.index('id="story-title"'))]

        assert "Too late." in story
        assert "Skipped" not in story


class TestMessages:
    def test_what_was_said_goes_when_the_state_moves(self, cast, browser_of, mine):
        answer = text_of(browser_of(cast.staff_a).get(page_of(mine(state="running"), "steps"), headers=FRAGMENT))

        assert '<div class="flash" id="flash" role="status" hx-swap-oob="true"></div>' in answer


class TestPaper:
    def test_letterhead_customer_items_and_reason_are_there(self, desk, browser_of):
        record = desk.order()
        done = desk.work(desk.confirm(record, desk.some(record, 1)))

        page = text_of(browser_of(desk.staff).get(page_of(done)))

        letter = page[page.index('class="letterhead"') : page.index("</article>")]
        for words in (record.store.name, done.reference, record.number, record.customer_name, record.customer_email):
            assert str(words) in unescape(letter)
        assert "Items and sums" in page
        assert '<details class="fold no-print"> <summary><strong>Proof' in page
