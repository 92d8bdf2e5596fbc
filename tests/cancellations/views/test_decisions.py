"""Every button: it does its one thing, in the wrong state it says so, on a foreign shop it is not there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from cancellations.models import Cancellation, PrivateNote, Step
from cancellations.selectors import looks
from cancellations.services import decide, notes
from cancellations.states import CancellationState
from notifications.models import Delivery
from stores.models import AuditEvent, Role
from tests import make

STATES = [s.value for s in CancellationState]
WORDS = {"reason": "They rang again."}
SETTLED = {"evidence": "gid://shopify/Refund/1", "note": "Seen in their desk."}


def url(name: str, row: Cancellation, *more: int) -> str:
    return reverse(f"cancellations:{name}", args=[row.uuid, *more])


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def press(browser: Any, name: str, row: Cancellation, *more: int, **words: str) -> str:
    """The page that follows a press."""
    answer = browser.post(url(name, row, *more), words)
    assert answer.status_code == 302, text_of(answer)[-600:]
    return text_of(browser.get(answer["Location"]))


@pytest.fixture
def row(cast):
    return make.cancellation(record=make.order_record(store=cast.shop_a), requester=cast.staff_a)


@pytest.fixture
def stopped(desk):
    """A refund that the payment provider refused."""
    record = desk.order(gateway="bogus_fail")
    return desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)


def test_take_it_back(row, cast, browser_of):
    page = press(browser_of(cast.staff_a), "take_back", row)

    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert "Taken back: nothing was sent." in page


class TestAfterARestore:
    """What the copy says was not sent may have been since."""

    @pytest.fixture
    def unseen(self, row):
        Step.objects.filter(cancellation=row).exclude(kind="verify").update(must_look=True)
        return row

    @pytest.mark.parametrize("state", ["held", "awaiting_approval"])
    def test_no_page_says_that_nothing_was_sent(self, unseen, cast, browser_of, state):
        Cancellation.objects.update(state=state)

        page = text_of(browser_of(cast.staff_a).get(url("detail", unseen)))

        assert "whether it was sent before the restore is not known" in page
        assert "nothing has been sent" not in page

    def test_an_approval_that_lapses_is_for_a_person_to_look_at(self, unseen, cast, browser_of):
        Cancellation.objects.update(state="awaiting_approval")
        unseen.refresh_from_db()

        decide.expire(unseen)

        assert [row.kind for row in Delivery.objects.all()] == ["cancellation.unseen"]
        assert looks.count(cast.staff_a) == 1
        page = text_of(browser_of(cast.staff_a).get(url("detail", unseen)))
        assert "nothing was sent" not in page
        assert "Look at the order" in page
        press(browser_of(cast.staff_a), "let_stand", unseen, **WORDS)
        assert looks.count(cast.staff_a) == 0


@pytest.mark.parametrize("state", [s for s in STATES if s not in ("held", "awaiting_approval", "needs_operator")])
def test_too_late_to_take_back(row, cast, browser_of, state):
    Cancellation.objects.update(state=state)

    page = press(browser_of(cast.staff_a), "take_back", row)

    row.refresh_from_db()
    assert row.state == state
    assert "Too late" in page


def test_stopped_before_anything_was_sent_it_can_be_taken_back(row, cast, browser_of):
    Cancellation.objects.update(state="needs_operator", trouble="Nothing was sent. The order changed.")
    page = browser_of(cast.staff_a).get(reverse("cancellations:detail", args=[row.uuid])).content.decode()
    assert "Nothing of it was sent" in page

    page = press(browser_of(cast.staff_a), "take_back", row)

    row.refresh_from_db()
    assert row.state == "withdrawn"
    assert "Taken back: nothing was sent." in page


def test_stopped_after_a_send_it_cannot(row, cast, browser_of):
    Cancellation.objects.update(state="needs_operator")
    step = row.steps.first()
    step.attempts.create(generation=1, fence=1, key="k", method="POST", path="/", body=b"", created_at=make.NOW,
                         sent_at=make.NOW)  # fmt: skip

    page = press(browser_of(cast.staff_a), "take_back", row)

    row.refresh_from_db()
    assert row.state == "needs_operator"
    assert "Too late" in page
    assert "Nothing of it was sent" not in page


def test_send_now_takes_a_reason_of_one_click_and_shows_it(row, cast, browser_of):
    page = press(browser_of(cast.staff_a), "release", row, reason="customer_waits")

    row.refresh_from_db()
    assert (row.held_until - make.NOW).total_seconds() != 600
    assert "sent it before the hold was over: The customer is waiting" in page
    assert '"customer_waits"' in AuditEvent.objects.get(kind="cancellation.released").body


def test_send_now_takes_no_other_words(row, cast, browser_of):
    answer = browser_of(cast.staff_a).post(url("release", row), WORDS)

    assert answer.status_code == 422
    assert not AuditEvent.objects.filter(kind="cancellation.released").exists()


@pytest.mark.parametrize("state", [s for s in STATES if s != "held"])
def test_only_a_hold_can_be_ended(row, cast, browser_of, state):
    Cancellation.objects.update(state=state)

    page = press(browser_of(cast.staff_a), "release", row, reason="other")

    assert "is not on hold" in page


def test_approve_asks_who_it_is_again(row, cast, browser_of):
    Cancellation.objects.update(state="awaiting_approval")

    answer = browser_of(cast.admin_a, proved=False).post(url("approve", row), {"fingerprint": row.fingerprint})

    row.refresh_from_db()
    assert "reauthenticate" in answer["Location"]
    assert row.state == "awaiting_approval"


def test_approve(row, cast, browser_of):
    Cancellation.objects.update(state="awaiting_approval")

    page = press(browser_of(cast.admin_a), "approve", row, fingerprint=row.fingerprint)

    row.refresh_from_db()
    assert (row.state, row.approver) == ("held", cast.admin_a)
    assert "approved by" in page


@pytest.mark.parametrize("state", [s for s in STATES if s != "awaiting_approval"])
def test_nothing_else_can_be_approved(row, cast, browser_of, state):
    Cancellation.objects.update(state=state)

    page = press(browser_of(cast.admin_a), "approve", row, fingerprint=row.fingerprint)

    row.refresh_from_db()
    assert row.state == state
    assert "no longer waits for approval" in page


def test_approving_another_plan_is_refused(row, cast, browser_of):
    Cancellation.objects.update(state="awaiting_approval")

    page = press(browser_of(cast.admin_a), "approve", row, fingerprint="0" * 64)

    assert "not the one you looked at" in page


def test_retry_looks_first(stopped, desk, browser_of):
    page = press(browser_of(desk.staff), "retry", stopped, 1, **WORDS)

    stopped.refresh_from_db()
    assert stopped.state == "running"
    assert stopped.steps.get(position=1).state == "unknown"
    assert "They rang again." in page


def test_settle_keeps_the_word_and_the_note(stopped, desk, browser_of):
    page = press(browser_of(desk.staff), "settle", stopped, 1, **SETTLED)

    step = stopped.steps.get(position=1)
    assert step.state == "settled"
    assert step.result["settled"]["evidence"] == SETTLED["evidence"]
    assert notes.read(PrivateNote.objects.get(uuid=step.result["settled"]["note"])) == SETTLED["note"]
    assert SETTLED["note"] in page


@pytest.mark.parametrize(
    ("name", "words", "field"),
    [
        ("retry", {}, "retry-reason"),
        ("retry", {"reason": "   "}, "retry-reason"),
        ("retry", {"reason": "x" * 501}, "retry-reason"),
        ("retry", {"reason": "a\0b"}, "retry-reason"),
        ("settle", {"note": "n"}, "settle-evidence"),
        ("settle", {"evidence": "1"}, "settle-note"),
        ("settle", {"evidence": "1" * 201, "note": "n"}, "settle-evidence"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(stopped, desk, browser_of, name, words, field):
    answer = browser_of(desk.staff).post(url(name, stopped, 1), words)

    page = text_of(answer)
    assert answer.status_code == 422
    assert re.search(rf'<(input|textarea)[^>]*aria-invalid="true"[^>]*id="{field}"', page)
    assert all(value.strip() in page for value in words.values() if "\0" not in value)
    assert stopped.steps.get(position=1).state == "needs_person"


@pytest.mark.parametrize("name", ["retry", "settle"])
def test_a_step_that_waits_for_nobody_is_left_alone(row, cast, browser_of, name):
    before = row.steps.get(position=1)

    page = press(browser_of(cast.staff_a), name, row, 1, **WORDS, **SETTLED)

    assert row.steps.get(position=1).state == before.state
    assert "not waiting for a person" in page


@pytest.mark.parametrize("name", ["retry", "settle"])
def test_a_step_that_is_not_there_is_not_found(row, cast, browser_of, name):
    assert browser_of(cast.staff_a).post(url(name, row, 99), {**WORDS, **SETTLED}).status_code == 404


def test_let_it_stand_leaves_the_list_and_keeps_why(row, cast, browser_of):
    Cancellation.objects.update(state="done", differs=True)
    browser = browser_of(cast.staff_a)

    page = press(browser, "let_stand", row, **WORDS)

    row.refresh_from_db()
    assert row.looked_at is not None
    assert row.differs
    assert "They rang again." in page
    assert row.reference not in text_of(browser.get("/cancellations?show=look"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"state": "refused"}, "Is it wanted still?"), ({"state": "refused", "differs": True}, "Look at the order")],
)
def test_a_refusal_waits_until_somebody_has_looked(row, cast, browser_of, fields, words):
    Cancellation.objects.update(**fields)
    browser = browser_of(cast.staff_a)
    detail = f"/cancellations/{row.uuid}"
    assert words in text_of(browser.get(detail))

    page = press(browser, "let_stand", row, **WORDS)

    assert words not in page
    assert "Somebody looked and let it stand" in page or fields.get("differs")


def test_let_it_stand_twice_says_so(row, cast, browser_of):
    Cancellation.objects.update(state="done", differs=True, looked_at=make.NOW)

    assert "Nothing here waits" in press(browser_of(cast.staff_a), "let_stand", row, **WORDS)


@pytest.mark.parametrize("name", ["let_stand", "release"])
def test_a_reason_is_asked_for(row, cast, browser_of, name):
    Cancellation.objects.update(state="held" if name == "release" else "done", differs=True)

    answer = browser_of(cast.staff_a).post(url(name, row), {})

    assert answer.status_code == 422
    assert "This field is required" in text_of(answer)


@pytest.mark.parametrize("name", ["take_back", "release", "approve", "let_stand", "retry", "settle"])
def test_on_a_foreign_shop_no_button_is_there(cast, browser_of, name):
    foreign = make.cancellation(record=make.order_record(store=cast.shop_b))
    more = (1,) if name in ("retry", "settle") else ()
    said = {**WORDS, **SETTLED, "fingerprint": foreign.fingerprint}

    for who in (cast.staff_a, cast.admin_a, cast.auditor_a, cast.stranger):
        assert browser_of(who).post(url(name, foreign, *more), said).status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == "held"


def test_settling_above_ones_own_limit_needs_somebody_else(stopped, desk, browser_of):
    other = make.person("second@example.com")
    make.membership(other, desk.store, Role.STAFF, limit_per_cancellation=1)

    page = press(browser_of(other), "settle", stopped, 1, **SETTLED)

    assert "above your limit" in page
    assert stopped.steps.get(position=1).state == "needs_person"


def test_an_expired_approval_is_refused(row, cast, browser_of):
    Cancellation.objects.update(state="awaiting_approval", expires_at=make.NOW - timedelta(hours=1))

    assert "no longer waits" in press(browser_of(cast.admin_a), "approve", row, fingerprint=row.fingerprint)
