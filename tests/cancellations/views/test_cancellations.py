"""The list and the page of one cancellation: who sees what, pages and fragments, polling, words, counts of queries."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cancellations.models import Cancellation, Step
from cancellations.services import decide
from cancellations.states import CancellationState
from notifications.models import Delivery, DeliveryState
from stores.models import AuditEvent, Role
from stores.templatetags.state_labels import word
from tests import make
from tests.rigs.people import Cast

LIST = "/cancellations"
FRAGMENT = {"HX-Request": "true"}


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def page_of(cancellation: Cancellation, part: str = "detail") -> str:
    return reverse(f"cancellations:{part}", args=[cancellation.uuid])


@pytest.fixture
def browser(cast: Cast, browser_of: Callable[..., Client]) -> Client:
    return browser_of(cast.staff_a)


@pytest.fixture
def mine(cast: Cast) -> Callable[..., Cancellation]:
    """One cancellation of shop_a, on hold; each call another."""

    def made(number: str = "#1047", **fields: Any) -> Cancellation:
        order = make.canonical_order(number=number)
        record = make.order_record(store=cast.shop_a, order=order)
        return make.cancellation(record=record, requester=cast.staff_a, **fields)

    return made


class TestList:
    def test_an_empty_desk_says_where_to_begin(self, browser):
        page = text_of(browser.get(LIST))

        assert "No cancellations yet" in page
        assert "Find an order" in page

    def test_a_filter_without_a_match_offers_to_take_it_off(self, browser, mine):
        mine()

        page = text_of(browser.get(LIST, {"show": "refused"}))

        assert "Nothing found" in page
        assert "Take the filters off" in page

    def test_a_list_tells_what_happened_to_the_money_and_no_zero(self, browser, mine):
        mine("#1", state="refused", money_minor=8635)
        mine("#2", money_minor=0)

        page = text_of(browser.get(LIST))

        assert "Nothing went back" in page
        assert "US$86.35" not in page  # a refused one gave nothing back
        assert "US$0.00" not in page

    def test_a_difference_in_the_list_of_looks_says_what_it_is(self, browser, mine):
        mine("#3", state="done", differs=True)

        assert text_of(browser.get(LIST)).count("The shop shows something else than was promised") == 1

    def test_what_needs_a_look_stands_first_with_its_reason(self, browser, mine):
        mine("#1")
        mine("#2", state="needs_operator", trouble="The order changed.")
        mine("#3", state="done", differs=True)
        mine("#4", state="done", differs=True, looked_at=make.NOW)

        page = text_of(browser.get(LIST))

        first = page[page.index("looks-title") : page.index("rows-title")]
        assert "2 wait for you" in first
        assert "The order changed" in first
        assert "#4" not in first

    def test_a_message_that_was_given_up_needs_a_look(self, browser, mine):
        told = mine("#9", state="done")
        Delivery.objects.create(key="k", channel="mail", kind="x", subject=f"cancellation:{told.uuid}",
                                about=told.uuid, store=told.store,
                                created_at=make.NOW, state=DeliveryState.GIVEN_UP)  # fmt: skip

        page = text_of(browser.get(LIST, {"show": "look"}))
        assert "#9" in page
        assert "A message could not be delivered" in page

    def test_an_admin_sends_it_again_and_the_chain_says_who(self, browser, cast, browser_of, mine):
        told = mine("#9", state="done")
        row = Delivery.objects.create(key="k", channel="mail", kind="cancellation.stopped", about=told.uuid,
                                      subject=f"cancellation:{told.uuid}", store=told.store, person=cast.admin_a,
                                      created_at=make.NOW, state=DeliveryState.GIVEN_UP, tries=3)  # fmt: skip
        page, again = f"{LIST}/{told.uuid}", f"{LIST}/{told.uuid}/messages/{row.uuid}/again"
        assert again not in text_of(browser.get(page))
        assert browser.post(again).status_code == 404
        admin = browser_of(cast.admin_a)
        assert f'action="{again}"' in text_of(admin.get(page))
        assert "csrfmiddlewaretoken" in text_of(admin.get(page)).partition(again)[2][:120]

        answer = admin.post(again, follow=True)

        assert "It is sent again." in text_of(answer)
        row.refresh_from_db()
        assert (row.state, row.tries, row.looked_at) == ("pending", 0, None)
        event = AuditEvent.objects.get(kind="message.sent_again")
        assert (event.actor, json.loads(event.body)["message"]) == (f"person:{cast.admin_a.uuid}", str(row.uuid))
        assert again not in text_of(admin.get(page))
        assert "is not given up any more" in text_of(admin.post(again, follow=True))
        assert admin.post(f"{LIST}/{told.uuid}/messages/{told.uuid}/again").status_code == 404

    def test_the_badge_counts_what_waits_for_this_viewer_up_to_99(self, browser, cast, browser_of, mine):
        mine(state="refused")
        mine(state="awaiting_approval")
        admin = browser_of(cast.admin_a)

        counts = [re.findall(r'"count[^>]*>([^<]+)<', text_of(each.get(LIST))) for each in (browser, admin)]
        assert [found[:1] for found in counts] == [["1"], ["2"]]

    def test_what_the_first_twenty_hide_is_a_link_away(self, browser, mine, monkeypatch):
        monkeypatch.setattr("cancellations.selectors.cancellations.FIRST_LOOKS", 2)
        monkeypatch.setattr("cancellations.selectors.cancellations.first_looks.__kwdefaults__", {"most": 2})
        rows = [mine(state="refused") for _ in range(3)]

        assert "Show all that waits" in text_of(browser.get(LIST))
        Cancellation.objects.filter(pk=rows[0].pk).update(looked_at=make.NOW)
        assert "2 wait for you" in text_of(browser.get(LIST))

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"show": "held"}, {"#1"}),
            ({"show": "look"}, {"#2", "#3"}),
            ({"show": "differs"}, {"#3"}),
            ({"show": "running"}, {"#4", "#5"}),
            ({"q": "#4"}, {"#4"}),
            ({"q": "raman"}, {"#1", "#2", "#3", "#4", "#5"}),
            ({"since": "2026-11-22"}, set()),
            ({"until": "2026-11-21"}, {"#1", "#2", "#3", "#4", "#5"}),
            ({"since": "0001-01-01", "until": "9999-12-31"}, {"#1", "#2", "#3", "#4", "#5"}),
        ],
    )
    def test_filters(self, browser, mine, query, found):
        mine("#1")
        mine("#2", state="needs_operator")
        mine("#3", state="done", differs=True)
        mine("#4", state="running")
        mine("#5", state="verifying")

        page = text_of(browser.get(LIST, query, headers=FRAGMENT))

        assert set(re.findall(r">(#\d)</a>", page)) == found

    def test_one_is_found_by_its_own_reference(self, browser, mine):
        wanted, other = mine("#71"), mine("#72")

        page = text_of(browser.get(LIST, {"q": wanted.reference.lower()}))

        assert wanted.reference in page
        assert other.reference not in page

    def test_a_date_that_is_none_is_said_at_its_field(self, browser, mine):
        answer = browser.get(LIST, {"since": "tomorrow"})

        assert answer.status_code == 422
        assert "Write the day as 2026-11-21." in text_of(answer)

    def test_a_foreign_shop_is_no_choice_and_shows_nothing(self, browser, cast):
        make.cancellation(record=make.order_record(store=cast.shop_b))

        assert browser.get(LIST, {"shop": str(cast.shop_b.uuid)}).status_code == 422
        assert "No cancellations yet" in text_of(browser.get(LIST))

    def test_older_ones_come_on_pages_of_fifty(self, browser, mine):
        for minutes in range(53):
            mine(state="done", created_at=make.NOW - timedelta(minutes=minutes))

        first = text_of(browser.get(LIST, headers=FRAGMENT))
        cursor = re.search(r"after=([\w-]+)", first)
        second = text_of(browser.get(LIST, {"after": cursor[1]}, headers=FRAGMENT))

        assert len(re.findall("<li data-row", first)) == 50
        assert len(re.findall("<li data-row", second)) == 3

    def test_a_fragment_has_no_frame_and_caches_know_it(self, browser, mine):
        mine()

        page, fragment = browser.get(LIST), browser.get(LIST, headers=FRAGMENT)

        assert "<html" in text_of(page)
        assert "<html" not in text_of(fragment)
        assert "HX-Request" in fragment["Vary"]
        assert "HX-Request" in page["Vary"]

    def test_rows_at_work_say_how_far_and_ask_again(self, browser, mine):
        row = mine(state="running")
        row.steps.filter(position=1).update(state="applied")

        page = text_of(browser.get(LIST))

        assert f"1 of {row.steps.count()} done" in page
        assert 'hx-trigger="every 5s"' in page

    def test_a_calm_list_does_not_ask_again(self, browser, mine):
        mine(state="done")

        assert "every 5s" not in text_of(browser.get(LIST))

    def test_one_row_costs_as_many_queries_as_twenty(self, browser, mine):
        mine(state="running")
        mine(state="needs_operator")

        def queries() -> int:
            with CaptureQueriesContext(connection) as seen:
                assert browser.get(LIST, headers=FRAGMENT).status_code == 200
            return len(seen)

        queries()
        few = queries()
        for _ in range(10):
            mine(state="running")
            mine(state="needs_operator")

        assert queries() == few

    def test_markup_in_a_name_stays_text(self, browser, cast):
        order = make.canonical_order(customer=make.Person(name="<script>alert(1)</script>"))
        make.cancellation(record=make.order_record(store=cast.shop_a, order=order))

        assert "<script>alert" not in text_of(browser.get(LIST))


class TestPage:
    @pytest.mark.parametrize("state", [s.value for s in CancellationState])
    def test_every_state_has_a_page_and_a_fragment(self, browser, mine, state):
        row = mine(state=state, trouble="Why.", expires_at=make.NOW + timedelta(hours=24))

        page, fragment = browser.get(page_of(row)), browser.get(page_of(row, "steps"), headers=FRAGMENT)

        assert page.status_code == fragment.status_code == 200
        assert row.reference in text_of(page)
        assert "<html" not in text_of(fragment)
        assert 'id="state" hx-swap-oob="true"' in text_of(fragment)

    @pytest.mark.parametrize("state", [s.value for s in CancellationState])
    def test_polling_goes_on_while_it_moves_and_ends_with_it(self, browser, mine, state):
        row = mine(state=state)
        moves = state in ("held", "awaiting_approval", "running", "verifying")

        for answer in (browser.get(page_of(row)), browser.get(page_of(row, "steps"), headers=FRAGMENT)):
            assert ("every 2s" in text_of(answer)) == moves

    def test_a_poll_that_finds_nothing_new_answers_nothing(self, browser, mine):
        row = mine(state="running")
        seen = re.search(r"\?seen=(\w+)", text_of(browser.get(page_of(row))))[1]

        same = browser.get(page_of(row, "steps"), {"seen": seen}, headers=FRAGMENT)
        row.steps.filter(position=1).update(state="intended")
        news = browser.get(page_of(row, "steps"), {"seen": seen}, headers=FRAGMENT)

        assert same.status_code == 204
        assert news.status_code == 200

    def test_the_fragment_without_script_is_the_page(self, browser, mine):
        row = mine()

        assert browser.get(page_of(row, "steps"))["Location"] == page_of(row)

    @pytest.mark.parametrize("part", ["detail", "steps", "look"])
    def test_a_foreign_one_and_none_at_all_look_the_same(self, browser, cast, part):
        foreign = make.cancellation(record=make.order_record(store=cast.shop_b))
        nothing = reverse(f"cancellations:{part}", args=["00000000-0000-4000-8000-000000000000"])

        assert browser.get(page_of(foreign, part), headers=FRAGMENT).status_code == 404
        assert browser.get(nothing, headers=FRAGMENT).status_code == 404

    def test_an_auditor_reads_and_finds_no_button(self, cast, browser_of, mine):
        browser = browser_of(cast.auditor_a)

        for state in ("held", "awaiting_approval", "needs_operator"):
            row = mine(state=state)
            Step.objects.filter(cancellation=row, position=1).update(state="needs_person")
            page = text_of(browser.get(page_of(row)))
            main = page[page.index("<main") :]
            assert 'method="post"' not in main, state

    def test_a_hold_shows_its_end_and_both_ways_out(self, browser, mine):
        page = text_of(browser.get(page_of(mine())))

        assert 'data-until="2026-11-21T09:40:00Z"' in page
        assert "Take it back" in page
        assert "End the hold now" in page
        assert "What will happen" in page

    def test_the_requester_sees_no_approval_button_somebody_else_does(self, cast, browser_of, browser, mine):
        row = mine(state="awaiting_approval", expires_at=make.NOW + timedelta(hours=24))

        own, others = text_of(browser.get(page_of(row))), text_of(browser_of(cast.admin_a).get(page_of(row)))

        assert "Approve this plan" not in own
        assert "cannot approve it" in own
        assert "Approve this plan" in others
        assert row.fingerprint in others

    def test_an_approver_with_a_lower_limit_reads_why_not(self, cast, browser_of, mine):
        other = make.person("second@example.com")
        make.membership(other, cast.shop_a, Role.STAFF, limit_per_cancellation=1)
        row = mine(state="awaiting_approval", limit_minor=500, expires_at=make.NOW + timedelta(hours=24))

        page = text_of(browser_of(other).get(page_of(row)))

        assert "above your limit" in page
        assert re.search(r'id="approve" disabled aria-describedby="why-not-approve"', page)

    def test_one_attempt_costs_as_many_queries_as_twenty(self, desk, browser_of):
        record = desk.order()
        done = desk.work(desk.confirm(record, desk.some(record, 1)))
        browser = browser_of(desk.staff)

        def queries() -> int:
            with CaptureQueriesContext(connection) as seen:
                assert browser.get(page_of(done)).status_code == 200
            return len(seen)

        queries()
        few = queries()
        attempt = done.steps.get(kind="refund").attempts.get()
        for _ in range(19):
            attempt.pk = None
            attempt.save()

        assert queries() == few


class TestReceipt:
    def test_promised_reported_seen_with_ids_tag_and_key(self, desk, browser_of):
        record = desk.order()
        done = desk.work(desk.confirm(record, desk.some(record, 1, note="Rang at nine.")))

        page = text_of(browser_of(desk.staff).get(page_of(done)))

        step = done.steps.get(kind="refund")
        assert "As promised" in page
        assert step.result["ids"]["refund"] in page
        assert step.attempts.get().key in page
        assert "[op " in page
        assert "Rang at nine." in page
        assert "differs" not in page[page.index("<table") : page.index("</table>")]

    def test_a_difference_is_flagged_and_the_claim_stands_beside_the_shop(self, desk, browser_of):
        record = desk.order(gateway="bogus_fail")
        stopped = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)
        step = stopped.steps.get(kind="refund")
        decide.settle(actor=desk.staff, step=step, evidence="gid://shopify/Refund/4711", note="By bank transfer.")
        before = text_of(browser_of(desk.staff).get(page_of(stopped)))
        done = desk.work(stopped)

        after = text_of(browser_of(desk.staff).get(page_of(done)))

        assert "The order is being read." in before
        assert "No such record on the order" in after
        assert "gid://shopify/Refund/4711" in after
        assert "By bank transfer." in after
        assert 'class="differs"' in after
        assert "let it stand" in after

    def test_a_claim_that_the_shop_bears_out_says_by_what(self, desk, browser_of):
        record = desk.order(gateway="bogus_fail")
        stopped = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)
        real = desk.live(record).refunds[0].id
        tail = real.rsplit("/", 1)[-1]
        decide.settle(actor=desk.staff, step=stopped.steps.get(kind="refund"), evidence=tail, note="It is there.")

        page = text_of(browser_of(desk.staff).get(page_of(desk.work(stopped))))

        assert "Refund of " in page
        assert "No such record" not in page

    def test_the_summary_to_copy_names_nobody(self, desk, browser_of):
        record = desk.order()
        done = desk.work(desk.confirm(record, desk.some(record, 1, note="Ada asked.")))

        page = browser_of(desk.staff).get(page_of(done)).content.decode()
        summary = re.search(r'<pre id="summary" hidden>(.*?)</pre>', page, re.DOTALL)[1]

        assert done.reference in summary
        assert "Seen on 2026-11-21" in summary
        for personal in ("Ada", "Novak", "ada.novak@example.com", "Harbour"):
            assert personal not in summary

    def test_a_person_who_decides_sees_what_the_shop_shows_now(self, desk, browser_of):
        record = desk.order(gateway="bogus_fail")
        stopped = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)
        browser = browser_of(desk.staff)

        page = text_of(browser.get(page_of(stopped)))
        fragment = text_of(browser.get(page_of(stopped, "look"), headers=FRAGMENT))
        whole = text_of(browser.get(page_of(stopped, "look")))

        assert f'hx-get="{page_of(stopped, "look")}" hx-trigger="load"' in page
        assert "failed at the payment provider" in fragment
        assert "<html" not in fragment
        assert "failed at the payment provider" in whole

    def test_a_shop_that_does_not_answer_is_said(self, desk, browser_of):
        record = desk.order(gateway="bogus_fail")
        stopped = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)
        desk.travel(600)
        desk.world.fault("drop_before", on="*", times=20)

        page = text_of(browser_of(desk.staff).get(page_of(stopped, "look"), headers=FRAGMENT))

        assert "The shop was not read." in page


class TestWordsOfAStop:
    """What a clerk reads when something stopped: only what happened, and what to do next."""

    def test_what_was_refused_and_done_all_the_same_is_a_difference_in_every_list(self, browser, mine):
        row = mine(state="refused", differs=True, trouble="Refused, and done all the same.")

        listed = text_of(browser.get(LIST, {"show": "refused"}))
        page = text_of(browser.get(page_of(row)))

        assert "Done, with a difference" in listed[listed.index("rows-title") :]
        assert "done all the same: a later look found it" in page
        assert "Compare below" not in page  # there is nothing below to compare with
        assert "Look at the order" in page

    @pytest.mark.parametrize(
        ("state", "resend", "title"),
        [
            ("needs_person", "", "A person must decide."),
            ("unknown", "asked", "A person must decide."),
            ("unknown", "", "Rescind goes on by itself, and you should know of it."),
            ("accepted", "", "Rescind goes on by itself, and you should know of it."),
        ],
    )
    def test_a_person_is_asked_to_decide_only_what_waits_for_one(self, desk, browser_of, state, resend, title):
        stopped = desk.confirm(record := desk.order(), desk.some(record, 1))
        Cancellation.objects.filter(pk=stopped.pk).update(state="needs_operator", trouble="It was sent.")
        Step.objects.filter(cancellation=stopped, position=1).update(state=state, resend=resend)

        page = text_of(browser_of(desk.staff).get(page_of(stopped)))

        assert f"<strong>{title}</strong>" in page

    def test_nothing_was_reported_where_nothing_was_sent(self, desk, browser_of):
        record = desk.order()
        held = desk.confirm(record, desk.some(record, 1))
        desk.world.staff(record.external_id).refund("3.00")
        stopped = desk.work(held)

        fragment = text_of(browser_of(desk.staff).get(page_of(stopped, "look"), headers=FRAGMENT))

        assert "Nothing was sent." in stopped.trouble
        assert 'data-label="Reported"' in fragment
        assert "accepted" not in fragment

    def test_an_answer_that_was_a_no_is_not_called_no_answer(self):
        assert str(word("step", "unknown")[0]) == "Looking whether it was done"
