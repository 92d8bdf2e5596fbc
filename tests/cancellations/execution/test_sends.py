"""What the journal knows of a step, and the words of an item in each of its states."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cancellations.lifecycle import sends, transitions
from cancellations.models import Cancellation, Step
from cancellations.states import StepState
from stores.canonical.receipts import Outcome
from tests import make

NOTHING, MAYBE, NOT = "Nothing was sent.", "may have been done", "the answer was that it did not go through"


@pytest.fixture
def step(db):
    row = make.cancellation(state="running")
    return row.steps.get(position=1)


def left(step, *outcomes, apart=60):
    """One send each, a minute apart; "unsent": it was intended and never left."""
    for number, outcome in enumerate(outcomes):
        at = make.NOW + timedelta(seconds=apart * number)
        step.attempts.create(
            generation=1, fence=1, key="k", method="POST", path="/", body=b"", created_at=at,
            sent_at=None if outcome == "unsent" else at,
            outcome="" if outcome == "unsent" else outcome,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("outcomes", "words", "unanswered"),
    [
        pytest.param((), NOTHING, 0, id="nothing"),
        pytest.param(("unsent",), NOTHING, 0, id="intended only"),
        pytest.param(("unknown",), MAYBE, 1, id="lost"),
        pytest.param(("",), MAYBE, 1, id="a worker that died waiting"),
        pytest.param(("final",), NOT, 0, id="refused"),
        pytest.param(("rate_limited", "auth", "conflict", "retryable"), NOT, 0, id="each answered"),
        pytest.param(("unknown", "final"), MAYBE, 1, id="lost, then refused"),
        pytest.param(("rate_limited", "unknown"), MAYBE, 1, id="told to wait, then lost"),
        pytest.param(("unknown", "unknown"), MAYBE, 2, id="lost twice"),
        pytest.param(("accepted",), MAYBE, 1, id="accepted, and no longer being asked after"),
    ],
)
@pytest.mark.parametrize("state", [s for s in StepState if s not in ("applied", "settled", "skipped", "accepted")])
def test_the_words_follow_what_left_whatever_the_state_is_called(step, state, outcomes, words, unanswered):
    left(step, *outcomes)
    step.state = state

    assert words in sends.words(step)
    assert sends.of(step).unanswered == unanswered


def test_after_a_restore_the_journal_does_not_know_what_left_until_a_look(step):
    step.must_look = True
    assert sends.words(step).startswith("Whether it was sent is not known")
    left(step, "unknown")
    assert MAYBE in sends.words(step)


def test_what_is_done_or_under_way_is_called_so(step):
    left(step, "accepted")
    step.state = StepState.ACCEPTED
    assert "still working on it" in sends.words(step)
    step.state = StepState.APPLIED
    assert sends.words(step) == "This was done."


def test_a_failed_job_is_settled_by_that_word(step):
    left(step, "accepted")
    assert sends.of(step).unanswered == 1
    step.refusal = "The provider declined."
    assert sends.of(step).unanswered == 0


def test_late_landing_counts_from_the_last_send_without_an_answer(step):
    left(step, "unknown", "rate_limited", "unknown", "final")
    told = sends.of(step)

    assert told.count == 4
    assert told.last_at == make.NOW + timedelta(seconds=180)
    assert told.can_land_until(600) == make.NOW + timedelta(seconds=120 + 600)


def test_nothing_can_land_where_everything_was_answered(step):
    left(step, "rate_limited", *[str(Outcome.FINAL)])

    assert sends.of(step).can_land_until(600) is None


def test_an_item_that_is_open_gets_the_newer_words_and_one_mail(step):
    cancellation = step.cancellation
    make.membership(cancellation.requester, cancellation.store)
    transitions.stop(step, "It takes long.", state="pending")
    assert Cancellation.objects.get().trouble == "Nothing was sent. It takes long."
    left(step, "unknown")

    transitions.stop(Step.objects.get(pk=step.pk), "Not found.", state="needs_person")

    cancellation.refresh_from_db()
    assert cancellation.state == "needs_operator"
    assert cancellation.trouble.endswith("no answer settles it. Not found.")
    from notifications.models import Delivery

    assert Delivery.objects.filter(kind="cancellation.stopped").count() == 1
