"""Everything a network can do to a write: the effect stays one, and what is stored can be read and settled."""

from __future__ import annotations

import itertools

import pytest

from cancellations.services import decide
from sandbox.core import faults
from tests.rigs.desk import lines_of

MUTATION = {"refund": "refundCreate", "cancel": "orderCancel", "edit": "orderEditCommit"}


def confirmed(desk, kind):
    record = desk.order(pay="pending" if kind == "edit" else "paid")
    wish = desk.everything(record) if kind == "cancel" else desk.some(record, 1)
    return desk.confirm(record, wish)


def writes():
    """Each fault on a refund, one of each effect on the other writes; the other pairs are for `make prove`."""
    one_of_each = {fault.effect: name for name, fault in sorted(faults.REGISTRY.items())}.values()
    for kind, name in itertools.product(sorted(MUTATION), sorted(faults.REGISTRY)):
        is_usual = kind == "refund" or name in one_of_each
        yield pytest.param(kind, name, marks=() if is_usual else pytest.mark.prove)


@pytest.mark.parametrize(("kind", "fault"), list(writes()))
def test_a_fault_on_the_write_makes_one_effect_or_a_question(desk, kind, fault):
    cancellation = confirmed(desk, kind)
    desk.world.fault(fault, on=MUTATION[kind])

    done = desk.work(cancellation, hours=50)

    assert desk.count(kind) <= 1
    if done.state == "done":
        assert desk.count(kind) == 1
        assert not done.differs
    else:
        assert done.state in ("needs_operator", "refused")
        assert done.trouble


@pytest.mark.parametrize("fault", sorted(set(faults.REGISTRY) - {"user_error", "job_fails"}))  # these answer a write
def test_a_fault_on_a_read_delays_and_changes_nothing(desk, fault):
    cancellation = confirmed(desk, "refund")
    desk.world.fault(fault, on="*", times=2)

    done = desk.work(cancellation, hours=50)

    assert done.state == "done"
    assert desk.count("refund") == 1


def test_a_lost_answer_is_found_again_by_its_tag(desk):
    cancellation = confirmed(desk, "refund")
    desk.world.fault("drop_after", on="refundCreate")

    done = desk.work(cancellation)

    assert done.state == "done"
    assert desk.count("refund") == 1
    step = done.steps.get(kind="refund")
    assert step.attempts.count() == 1
    assert step.result["reported"]["found"]


def test_a_lost_request_is_sent_again_with_the_same_key_and_bytes_after_the_late_landing_time(desk):
    cancellation = confirmed(desk, "refund")
    desk.world.fault("drop_before", on="refundCreate")

    done = desk.work(cancellation)

    assert done.state == "done"
    assert desk.count("refund") == 1
    first, second = done.steps.get(kind="refund").attempts.all()
    assert first.key == second.key
    assert (second.sent_at - first.sent_at).total_seconds() >= 600


def test_a_request_that_lands_late_is_one_effect(desk):
    cancellation = confirmed(desk, "refund")
    desk.world.fault("late", on="refundCreate")

    done = desk.work(cancellation)

    assert done.state == "done"
    assert desk.count("refund") == 1


def test_a_job_that_never_finishes_asks_a_person(desk):
    desk.world.switch("job_seconds", "never")
    cancellation = confirmed(desk, "cancel")

    stopped = desk.work(cancellation, hours=60)

    assert stopped.state == "needs_operator"
    assert stopped.trouble
    assert desk.count("cancel") <= 1


def test_a_refused_write_says_so_and_nothing_was_done(desk):
    cancellation = confirmed(desk, "refund")
    desk.world.add_shop("demo", scopes=[s for s in desk.world.shop("demo")["scopes"] if s != "write_orders"])

    done = desk.work(cancellation)

    assert done.state == "refused"
    assert "write_orders" in done.trouble
    assert desk.world.effects() == []


def test_a_pending_refund_is_done_and_on_its_way(desk):
    desk.world.switch("pending_seconds", "never")
    record = desk.order(gateway="bogus_pending")
    done = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)

    assert done.state == "done"
    assert "pending" in {row["verdict"] for row in lines_of(done.receipt)}
    assert not done.differs


def test_a_failed_refund_is_a_question_and_settled_by_hand(desk):
    record = desk.order(gateway="bogus_fail")
    stopped = desk.work(desk.confirm(record, desk.some(record, 1)), hours=3)
    assert stopped.state == "needs_operator"

    step = stopped.steps.get(kind="refund")
    decide.settle(actor=desk.staff, step=step, evidence="refund 4711", note="Paid back by bank transfer")
    done = desk.work(stopped)

    assert done.state == "done"
    assert done.differs
    assert step.cancellation.steps.get(kind="refund").result["settled"]["evidence"] == "refund 4711"
