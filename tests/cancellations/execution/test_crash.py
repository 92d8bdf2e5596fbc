"""A process that dies at any boundary: never two effects, and by itself one, or a person with the reason."""

from __future__ import annotations

import pytest

from cancellations.execution import executor
from cancellations.models import StepKind
from cancellations.scheduler import sweep
from sandbox.platforms.shopify.spec import Line
from stores.canonical.request import RefundChoice
from stores.kernel import clock, failpoints
from stores.kernel.failpoints import Crash, armed

EFFECTS = {"cancel": "cancel", "refund": "refund", "edit": "edit", "void": "void", "restock": "stock"}


def plan_with(desk, kind):
    """A confirmed cancellation that has a step of `kind`."""
    match kind:
        case "cancel":
            record = desk.order()
            return desk.confirm(record, desk.everything(record, refund=RefundChoice.NONE))
        case "refund":
            record = desk.order()
            return desk.confirm(record, desk.some(record, 1))
        case "edit":
            record = desk.order(pay="pending")
            return desk.confirm(record, desk.some(record, 1))
        case "restock":
            record = desk.order(app="other", lines=[Line(quantity=3)])
            line = record_lines(desk, record)[0]
            return desk.confirm(record, desk.some(record, 1, keep_stock=frozenset({line})))
    raise AssertionError(kind)


def record_lines(desk, record):
    return [line.id for line in desk.live(record).lines]


REACHED = ("before_intent", "intended", "sent", "answered", "committed", "between")


@pytest.mark.parametrize("point", REACHED)
@pytest.mark.parametrize("kind", ["cancel", "refund", "edit", "restock"])
def test_a_death_at_a_boundary_makes_one_effect_and_a_true_receipt(desk, kind, point):
    cancellation = plan_with(desk, kind)

    with armed(f"{kind}.{point}"), pytest.raises(Crash):
        die(desk, cancellation)
    done = desk.work(cancellation, hours=3)

    assert (done.state, done.differs) == ("done", False)
    assert desk.count(EFFECTS[kind]) == (1 if kind != "restock" else stock_rows(desk))


def stock_rows(desk):
    """The refund's own restock and our one correction of it."""
    corrections = [e for e in desk.world.effects(kind="stock") if "djust" in e.cause]
    assert len(corrections) == 1
    return len(desk.world.effects(kind="stock"))


def die(desk, cancellation):
    """Work until the armed boundary is passed; a lease of the dead stays until it runs out."""
    for _ in range(20):
        for uuid in sweep.due_cancellations(clock.now()):
            executor.advance(uuid)
        desk.travel(2)


@pytest.mark.parametrize("point", failpoints.VERIFY_POINTS)
def test_a_death_while_looking_again_loses_nothing(desk, point):
    cancellation = plan_with(desk, "refund")

    with armed(f"verify.{point}"), pytest.raises(Crash):
        die(desk, cancellation)
    done = desk.work(cancellation)

    assert (done.state, done.differs) == ("done", False)
    assert desk.count("refund") == 1


@pytest.mark.parametrize("kind", ["cancel"])
def test_a_death_while_polling_a_job_asks_again(desk, kind):
    cancellation = plan_with(desk, kind)

    with armed(f"{kind}.polling"), pytest.raises(Crash):
        die(desk, cancellation)
    done = desk.work(cancellation)

    assert (done.state, done.differs) == ("done", False)
    assert desk.count("cancel") == 1


@pytest.mark.parametrize("kind", ["cancel", "refund", "edit"])
def test_a_death_during_a_look_up_looks_again(desk, kind):
    cancellation = plan_with(desk, kind)
    with armed(f"{kind}.answered"), pytest.raises(Crash):
        die(desk, cancellation)

    desk.travel(130)
    with armed(f"{kind}.looking"), pytest.raises(Crash):
        die(desk, cancellation)
    done = desk.work(cancellation)

    assert (done.state, done.differs) == ("done", False)
    assert desk.count(EFFECTS[kind]) == 1


def test_every_step_kind_has_all_its_boundaries():
    kinds = {kind.value for kind in StepKind} - {"verify", "assisted"}

    assert kinds == set(failpoints.KINDS)
    assert {name.split(".")[0] for name in failpoints.names()} >= kinds | {"verify", "delivery"}


def test_a_late_answer_of_a_dead_lease_changes_no_state(desk, monkeypatch):
    """The worker hangs past its lease, another one finishes, then the first wakes with its answer."""
    cancellation = plan_with(desk, "refund")
    from cancellations.execution import outcomes

    real, late = outcomes.answered, []

    def asleep(turn, receipt):
        if not late:
            late.append((turn, receipt))
            raise Crash("asleep")
        real(turn, receipt)

    monkeypatch.setattr(outcomes, "answered", asleep)
    with pytest.raises(Crash):
        die(desk, cancellation)
    done = desk.work(cancellation)
    from stores.kernel.errors import LeaseLost

    with pytest.raises(LeaseLost):
        real(*late[0])

    assert done.state == "done"
    assert desk.steps(done)["refund"] == "applied"
    assert desk.count("refund") == 1
