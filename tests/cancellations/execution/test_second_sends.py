"""What may follow a send that brought no answer, or a no: on every platform, with a colleague at work meanwhile.

The oracle is the simulator's own ledger: how often money really went back.
"""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from cancellations.execution import executor
from cancellations.lifecycle import sends
from cancellations.models import Step
from cancellations.scheduler import sweep
from cancellations.services import decide
from sandbox import colleagues
from sandbox.core import faults
from stores.canonical.commands import Absent, Resend, Unclear
from stores.effects import retry_policy
from stores.kernel import clock
from stores.platforms.shopify import Shopify
from tests.rigs.desk import desk_on

REFUNDS = {
    "shopify": "refundCreate",
    "shoplazza": "refund",
    "woocommerce": "refund_create",
    "magento": "refund",
    "bigcommerce": "refund",
    "square": "refund",
}
KEYED = ("shopify", "square")
KEYLESS = tuple(sorted(set(REFUNDS) - set(KEYED)))


@pytest.fixture
def desk(request, db, tmp_path, monkeypatch):
    with desk_on(request.param, tmp_path, monkeypatch) as made:
        yield made


def on(*platforms):
    """Each platform; `make test` takes one with a key and one without, `make prove` the others."""
    marks = {platform: () if platform in ("shopify", "woocommerce") else (pytest.mark.prove,) for platform in platforms}
    rows = [pytest.param(platform, marks=marks[platform]) for platform in platforms]
    return pytest.mark.parametrize("desk", rows, indirect=True)


def lose(desk, fault, *, times=1, **detail):
    desk.world.fault(fault, on=REFUNDS[desk.store.platform], times=times, **detail)


def one_unit(desk):
    """A confirmed cancellation of one unit at 10.00: one refund, and no step that corrects stock."""
    record = desk.order()
    first = desk.live(record).lines[0].id
    kept = frozenset({first}) if desk.store.platform in ("bigcommerce", "square") else frozenset()
    return record, desk.confirm(record, desk.some(record, 1, keep_stock=kept))


def refund_of(cancellation):
    return cancellation.steps.get(kind="refund")


def advance(desk):
    for uuid in sweep.due_cancellations(clock.now()):
        executor.advance(uuid)


def send(desk, cancellation):
    """Until the refund has left once: the first reads may wait for a slot."""
    for _ in range(60):
        advance(desk)
        if refund_of(cancellation).attempts.exclude(sent_at=None).exists():
            return
        desk.travel(1)
    raise AssertionError("it was never sent")


def look(desk, cancellation, *, at=None):
    """One look that is answered, at this moment (or at `at`): slots are waited for beforehand."""
    step = refund_of(cancellation)
    Step.objects.filter(pk=step.pk).update(next_attempt_at=clock.now() + timedelta(hours=9))
    desk.travel(60)
    if at:
        desk.traveller.move_to(at)
    Step.objects.filter(pk=step.pk).update(next_attempt_at=clock.now())
    advance(desk)
    return refund_of(cancellation)


# --- a colleague does it meanwhile ----------------------------------------------------------------
@on(*REFUNDS)
def test_lost_and_refunded_by_a_colleague_is_never_sent_again(desk):
    record, cancellation = one_unit(desk)
    lose(desk, "drop_before")
    send(desk, cancellation)
    colleagues.refund_one(desk.world, desk.store.platform, record.external_id)

    stopped = desk.work(cancellation, hours=60)

    assert desk.count("refund") == 1  # the colleague's
    assert (stopped.state, refund_of(stopped).state) == ("needs_operator", "needs_person")
    assert refund_of(stopped).attempts.count() == 1
    assert "may have been done" in stopped.trouble
    assert "Somebody else did this meanwhile" in stopped.trouble


@on(*colleagues.LESS)
def test_lost_and_another_amount_refunded_by_a_colleague_stops_at_the_guard(desk):
    record, cancellation = one_unit(desk)
    lose(desk, "drop_before")
    send(desk, cancellation)
    colleagues.refund_less(desk.world, desk.store.platform, record.external_id)

    stopped = desk.work(cancellation, hours=60)
    if refund_of(stopped).resend:  # read as absent: a person says so, and the guard still stops it
        decide.retry(actor=desk.staff, step=refund_of(stopped), reason="Nothing was refunded")
        stopped = desk.work(stopped, hours=3)

    assert desk.count("refund") == 1
    assert stopped.state == "needs_operator"
    assert refund_of(stopped).attempts.count() == 1


# --- the late-landing time counts from the last send ----------------------------------------------
@on(*REFUNDS)
def test_told_to_wait_for_long_and_then_lost_is_not_absent_a_minute_later(desk):
    _record, cancellation = one_unit(desk)
    lose(desk, "too_many", times=6, retry_after=120)
    desk.world.fault("late", on=REFUNDS[desk.store.platform], seconds=400)

    ended = desk.work(cancellation, hours=60)

    desk.world.tick()  # what landed late
    desk.world.advance(60)  # and what it began
    assert ended.state == "done", ended.trouble
    assert desk.count("refund") == 1
    sent = [attempt.outcome for attempt in refund_of(ended).attempts.all()]
    assert sent[:6] == ["rate_limited"] * 6
    assert sent.count("unknown") == 1


@on(*KEYLESS)
@pytest.mark.parametrize("late", [-1, 0, 1])
def test_absent_is_believed_when_no_late_request_can_land(desk, late):
    _record, cancellation = one_unit(desk)
    lose(desk, "drop_before")
    send(desk, cancellation)
    step = refund_of(cancellation)
    landing = sends.of(step).can_land_until(600)
    assert landing == step.attempts.get().sent_at + timedelta(seconds=600)
    look(desk, cancellation)

    step = look(desk, cancellation, at=landing + timedelta(seconds=late))

    assert (step.state, step.resend) == (("unknown", "") if late < 0 else ("needs_person", "asked"))
    assert desk.count("refund") == 0


@on(*KEYLESS)
def test_one_look_is_no_proof_of_absence(desk):
    _record, cancellation = one_unit(desk)
    lose(desk, "drop_before")
    send(desk, cancellation)
    desk.travel(700)

    step = look(desk, cancellation)
    assert (step.state, step.absent_since) == ("unknown", clock.now())

    step = look(desk, cancellation, at=step.absent_since + timedelta(seconds=retry_policy.AGREE_SECONDS - 1))
    assert step.state == "unknown"


# --- answered for the shop by something in front of it ---------------------------------------------
@on(*KEYLESS)
@pytest.mark.parametrize("status", [401, 409, 423, 429, 503])
def test_a_no_that_came_after_the_effect_is_looked_at_before_anything_is_sent_again(desk, status):
    _record, cancellation = one_unit(desk)
    lose(desk, "error_after", status=status)

    desk.work(cancellation, hours=60)

    desk.world.tick()
    desk.world.advance(60)
    assert desk.count("refund") == 1
    assert refund_of(cancellation).attempts.exclude(sent_at=None).count() == 1


@on(*KEYLESS)
@pytest.mark.parametrize("status", [409, 423, 429])
def test_a_no_that_came_instead_of_the_effect_is_sent_again_after_two_looks(desk, status):
    _record, cancellation = one_unit(desk)
    lose(desk, "error_before", status=status)

    ended = desk.work(cancellation, hours=60)
    if ended.state == "needs_operator":  # where such an answer proves nothing, two readings are put before a person
        assert refund_of(ended).resend == "asked"
        decide.retry(actor=desk.staff, step=refund_of(ended), reason="Nothing there")
        ended = desk.work(ended, hours=3)

    assert ended.state == "done", ended.trouble
    assert desk.count("refund") == 1
    first, second = refund_of(ended).attempts.all()
    assert (second.sent_at - first.sent_at).total_seconds() >= retry_policy.AGREE_SECONDS


# --- try again --------------------------------------------------------------------------------------
@on(*KEYLESS)
def test_try_again_looks_before_it_sends(desk):
    """It landed after all, long after it was called absent: the second look finds it."""
    _record, cancellation = one_unit(desk)
    lose(desk, "late", seconds=40_000)
    stopped = desk.work(cancellation, hours=3)
    assert refund_of(stopped).resend == "asked"
    desk.travel(50_000)
    desk.world.tick()
    desk.world.advance(60)
    assert desk.count("refund") == 1

    decide.retry(actor=desk.staff, step=refund_of(stopped), reason="Nothing there")
    done = desk.work(stopped, hours=3)

    assert done.state == "done", done.trouble
    assert desk.count("refund") == 1


@on(*KEYLESS)
def test_try_again_before_anything_was_read_is_only_a_look(desk):
    """The shop could not be read: nobody has seen that it is absent, so nobody can allow a second refund."""
    _record, cancellation = one_unit(desk)
    lose(desk, "drop_before")
    send(desk, cancellation)
    desk.world.fault("error_before", on="*", times=400, status=500)
    stopped = desk.work(cancellation, hours=1)
    assert stopped.state == "needs_operator"
    desk.world.clear_faults()
    desk.travel(3_600)

    decide.retry(actor=desk.staff, step=refund_of(stopped), reason="Go on")
    asked = desk.work(stopped, hours=3)

    assert (asked.state, desk.count("refund")) == ("needs_operator", 0)
    assert refund_of(asked).resend == "asked"


# --- refused ----------------------------------------------------------------------------------------
@on(*REFUNDS)
def test_a_no_is_believed_after_two_looks_that_agree(desk):
    _record, cancellation = one_unit(desk)
    lose(desk, "error_before", status=422)
    began = clock.now()

    ended = desk.work(cancellation, hours=3)

    assert ended.state == "refused", ended.trouble
    assert desk.count("refund") == 0
    assert (refund_of(ended).finished_at - began).total_seconds() >= retry_policy.AGREE_SECONDS


@on(*REFUNDS)
def test_a_no_that_hides_our_own_effect_is_done(desk):
    """Doubled on the way: the second copy is refused, and one stale look does not show the first."""
    _record, cancellation = one_unit(desk)
    lose(desk, "error_after", status=422)
    desk.world.fault("stale", on="*", times=1, skip=1)

    done = desk.work(cancellation, hours=3)

    assert desk.count("refund") == 1
    assert done.state == "done", done.trouble


@on(*REFUNDS)
def test_a_no_after_a_lost_send_waits_until_the_first_can_no_longer_land(desk):
    _record, cancellation = one_unit(desk)
    lose(desk, "late", seconds=500)
    send(desk, cancellation)
    step = refund_of(cancellation)
    Step.objects.filter(pk=step.pk).update(state="retry_wait", must_look=False, looked_at=clock.now())
    lose(desk, "error_before", status=422)

    done = desk.work(cancellation, hours=60)

    assert desk.count("refund") == 1
    assert done.state == "done", done.trouble


# --- one clock a step -------------------------------------------------------------------------------
WAYS = {
    "shop gone": ("error_before", {"status": 500}),
    "told to wait": ("too_many", {"retry_after": 3000}),
    "no connection": ("refused", {}),
    "login page": ("html", {}),
    "no right": ("error_before", {"status": 403}),
    "not there": ("error_before", {"status": 404}),
}


@on(*REFUNDS)
@pytest.mark.parametrize("way", WAYS)
def test_whatever_delays_it_a_person_is_told_after_fifteen_minutes(desk, way):
    _record, cancellation = one_unit(desk)
    fault, detail = WAYS[way]
    desk.world.fault(fault, on="*", times=2_000, **detail)
    began = clock.now()
    advance(desk)
    end = began + timedelta(minutes=15, seconds=2)
    while clock.now() < end:
        desk.travel(min(30, (end - clock.now()).total_seconds()))
        advance(desk)

    cancellation.refresh_from_db()
    assert cancellation.state == "needs_operator"
    assert cancellation.trouble.startswith("Nothing was sent.")
    assert desk.count("refund") == 0


@on(*REFUNDS)
def test_the_work_goes_on_behind_the_item(desk):
    _record, cancellation = one_unit(desk)
    desk.world.fault("too_many", on="*", times=1, retry_after=1_800)
    began = clock.now()
    advance(desk)
    while clock.now() - began < timedelta(minutes=16):
        desk.travel(30)
        advance(desk)
    cancellation.refresh_from_db()
    assert cancellation.state == "needs_operator"
    desk.world.clear_faults()

    done = desk.work(cancellation, hours=2)

    assert (done.state, done.trouble) == ("done", "")
    assert desk.count("refund") == 1


# --- words ------------------------------------------------------------------------------------------
LOST_READS = sorted({"refused", "error_before", "html", "too_many", "empty", "cut_json"} & set(faults.REGISTRY))


@on(*REFUNDS)
@pytest.mark.parametrize("fault", LOST_READS)
def test_after_a_send_no_failing_read_says_that_nothing_was_sent(desk, fault):
    _record, cancellation = one_unit(desk)
    lose(desk, "drop_after")
    send(desk, cancellation)
    desk.world.fault(fault, on="*", times=500)

    stopped = desk.work(cancellation, hours=1)

    assert stopped.state == "needs_operator"
    assert stopped.trouble.startswith("It was sent and may have been done")
    assert "othing was" not in stopped.trouble


# --- late landing, each finding and each way on -----------------------------------------------------
WAYS_ON = {
    # (what reading says, what the platform lets follow) → sends in all once nothing can land any more
    ("absent", Resend.SAME_KEY): 2,
    ("absent", Resend.NEW_GENERATION): 2,
    ("absent", Resend.PERSON): 1,
    ("unclear", Resend.SAME_KEY): 2,
    ("unclear", Resend.NEW_GENERATION): 1,
    ("unclear", Resend.PERSON): 1,
}


MOVES = [  # when the clock moves, the end itself is what may go wrong
    pytest.param(moves, late, id=f"clock {'moves' if moves else 'stands'}-{late}", marks=marks)
    for moves, late, marks in (
        (False, -1, ()), (False, 0, ()), (False, 1, ()),
        (True, -1, pytest.mark.prove), (True, 0, ()), (True, 1, pytest.mark.prove),
    )
]  # fmt: skip


@pytest.mark.parametrize("desk", ["shopify"], indirect=True)
@pytest.mark.parametrize(("reading", "resend"), WAYS_ON, ids=lambda part: str(part))
@pytest.mark.parametrize(("clock_moves", "late"), MOVES)
def test_what_leaves_around_the_end_of_late_landing(desk, monkeypatch, reading, resend, late, clock_moves):
    """Sends are counted at the simulator: what its own requests say, not what we wrote down. Two questions for the time
    never get the same answer outside of tests."""
    if clock_moves:
        real, asked = clock.now, itertools.count()
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(microseconds=next(asked)))
    _record, cancellation = one_unit(desk)
    lose(desk, "drop_before", times=9)
    send(desk, cancellation)
    found = Absent(detail="gone") if reading == "absent" else Unclear(detail="who knows")
    monkeypatch.setattr(Shopify, "find", lambda self, command, *, tag, before: found)
    monkeypatch.setattr(Shopify, "may_resend", lambda self, command, *, age: resend)
    landing = sends.of(refund_of(cancellation)).can_land_until(600)
    look(desk, cancellation)

    step = look(desk, cancellation, at=landing + timedelta(seconds=late))

    expected = 1 if late < 0 else WAYS_ON[reading, resend]
    assert desk.world.counters()["faults"]["drop_before"] == expected
    assert step.attempts.exclude(sent_at=None).count() == expected
    assert step.generation == (2 if expected == 2 and resend is Resend.NEW_GENERATION else 1)
