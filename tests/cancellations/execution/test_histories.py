"""Generated histories of one order: people, workers that die, a lying network. Twenty; a hundred in `make prove`.

After every event: money given back never passes what was paid, each step happened at most once in the world's own
ledger, nothing is called finished that was not read back, one cancellation is open at most, the audit chain holds.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cancellations.execution import executor, leases, outcomes
from cancellations.execution.keys import tag_of
from cancellations.models import Attempt, Cancellation, Step
from cancellations.scheduler import sweep
from cancellations.services import decide
from cancellations.states import CLAIMABLE, TERMINAL
from sandbox.core import faults
from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from stores.audit import verify
from stores.kernel import clock, failpoints
from stores.kernel.errors import DeskError, LeaseLost
from stores.kernel.failpoints import Crash, armed
from stores.models import AuditChain, Role
from stores.services import platform_client
from tests import make
from tests.rigs.desk import NOW, Desk, connected

WRITES = ("refundCreate", "orderCancel", "orderEditCommit")
BOUNDARIES = [name for name in failpoints.names() if name.split(".")[0] in ("refund", "cancel", "edit", "verify")]
JUMPS = (2, 31, 130, 610, 3_700, 22_000)  # seconds: a poll, a second look, a lease, a hold, late landing, a far look
WISH = st.sampled_from([(1, 0), (2, 1), (3, 1), None])  # units of the two lines; None: all there is
STILL_OPEN = ("needs_operator", "awaiting_approval")


class History(RuleBasedStateMachine):
    """One order, one person of staff, one shop; `open_desk` is set by the test."""

    open_desk: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self.opened = type(self).open_desk()
        self.desk: Desk = self.opened.__enter__()
        self.asleep: list[tuple[Any, Any]] = []
        self.now: Any = None  # the open cancellation
        self.asking: Any = None  # its step that waits for a person

    @initialize(
        pay=st.sampled_from(["paid", "paid", "paid", "pending", "authorised"]),
        hold=st.sampled_from([0, 0, 600]),
        units=WISH,
    )
    def begin(self, pay: str, hold: int, units: tuple[int, int] | None) -> None:
        self.desk.store.hold_seconds = hold
        self.desk.store.save()
        lines = [Line(quantity=3, price="10.00"), Line(quantity=1, price="4.00")]
        self.record = self.desk.order(pay=pay, lines=lines)
        order = self.desk.live(self.record)
        self.paid, self.last_line = order.totals.received.customer.amount, order.lines[-1].id
        self.confirm(units)
        self.see_where_it_stands()

    # --- people --------------------------------------------------------------------------------------
    @precondition(lambda self: self.now is None)
    @rule(units=WISH)
    def confirm(self, units: tuple[int, int] | None) -> None:
        with suppress(DeskError):
            wish = self.desk.everything(self.record) if units is None else self.desk.some(self.record, *units)
            self.desk.confirm(self.record, wish)

    @precondition(lambda self: self.now is not None and self.now.state == "held")
    @rule()
    def take_back(self) -> None:
        with suppress(DeskError):
            decide.take_back(actor=self.desk.staff, cancellation=self.now)

    @precondition(lambda self: self.asking is not None)
    @rule(deed=st.sampled_from(["retry", "settle"]))
    def operate(self, deed: str) -> None:
        with suppress(DeskError):
            if deed == "retry":
                decide.retry(actor=self.desk.staff, step=self.asking, reason="Looks well again.")
            else:
                decide.settle(actor=self.desk.staff, step=self.asking, evidence="4711", note="Done by hand.")

    # --- time, workers, network ------------------------------------------------------------------------
    @rule(seconds=st.sampled_from(JUMPS))
    def time_passes(self, seconds: int) -> None:
        self.desk.travel(seconds)
        self.sweep()

    @rule()
    def sweep(self) -> None:
        for uuid in sweep.due_cancellations(clock.now()):
            executor.advance(uuid)

    @rule(name=st.sampled_from(sorted(faults.REGISTRY)), on=st.sampled_from([*WRITES, "*"]), times=st.integers(1, 2))
    def the_network_fails(self, name: str, on: str, times: int) -> None:
        self.desk.world.fault(name, on=on, times=times)

    @precondition(lambda self: self.now is not None)
    @rule(boundary=st.sampled_from(BOUNDARIES))
    def a_worker_dies(self, boundary: str) -> None:
        with armed(boundary), suppress(Crash):
            self.desk.travel(2)
            self.sweep()

    @precondition(lambda self: self.now is not None)
    @rule()
    def another_worker_takes_it_and_dies(self) -> None:
        for step in Step.objects.filter(cancellation=self.now, state__in=CLAIMABLE):
            leases.claim(step.pk, worker="another", now=clock.now())

    @precondition(lambda self: self.now is not None and not self.asleep)
    @rule()
    def a_worker_falls_asleep_with_the_answer(self) -> None:
        def sleep(turn: Any, receipt: Any) -> None:
            self.asleep.append((turn, receipt))
            raise Crash("asleep")

        with pytest.MonkeyPatch.context() as patch, suppress(Crash):
            patch.setattr(outcomes, "answered", sleep)
            self.desk.travel(2)
            self.sweep()

    @precondition(lambda self: bool(self.asleep))
    @rule()
    def the_sleeper_wakes(self) -> None:
        with suppress(LeaseLost):
            outcomes.answered(*self.asleep.pop())

    # --- the shop's own desk -----------------------------------------------------------------------------
    @rule(deed=st.sampled_from(["refund", "cancel", "ship", "write"]))
    def somebody_acts_in_the_shops_own_desk(self, deed: str) -> None:
        staff, is_open = self.desk.world.staff(self.record.external_id), not self.desk.count("cancel")
        if deed == "refund" and self.paid - self.given() >= 2:
            staff.refund("2.00")
        elif deed == "cancel" and is_open:
            staff.cancel()
        elif deed == "ship" and is_open:
            staff.ship({self.last_line: 1})
        else:
            staff.write(note="Call before noon.")

    # --- what must hold -----------------------------------------------------------------------------------
    def given(self) -> Decimal:
        return sum((effect.amount for effect in self.desk.world.effects(kind="refund")), Decimal(0))

    @invariant()
    def see_where_it_stands(self) -> None:
        """For the preconditions: what is open, and the step that waits for a person."""
        open_ones = Cancellation.objects.exclude(state__in=sorted(TERMINAL)).select_related("store")
        self.now, self.asking = open_ones.first(), None
        if self.now is not None and self.now.state == "needs_operator":
            waits = self.now.steps.filter(state__in=["needs_person", "refused", "unknown"])
            self.asking = waits.select_related("cancellation__store").first()

    @invariant()
    def no_more_is_given_back_than_was_paid(self) -> None:
        assert self.given() <= getattr(self, "paid", 0)

    @invariant()
    def each_step_happened_at_most_once(self) -> None:
        happened = [effect for kind in ("refund", "cancel", "edit") for effect in self.desk.world.effects(kind=kind)]
        for step in Step.objects.exclude(kind="verify").select_related("cancellation"):
            mine = Counter(effect.kind for effect in happened if tag_of(step) in effect.note)
            assert set(mine.values()) <= {1}, (step.kind, mine)

    @invariant()
    def nothing_is_finished_that_was_not_read_back(self) -> None:
        notes = " ".join(effect.note for effect in self.desk.world.effects())
        for row in Cancellation.objects.prefetch_related("steps"):
            tags = [tag_of(step) for step in row.steps.all() if step.kind != "verify"]
            if row.state == "done":
                last = Attempt.objects.filter(step__cancellation=row).exclude(sent_at=None).order_by("sent_at").last()
                assert row.receipt
                assert last is None or (row.seen_at and last.sent_at and row.seen_at >= last.sent_at)
            elif row.state in ("withdrawn", "expired"):
                assert not Attempt.objects.filter(step__cancellation=row).exists()
            if row.state in TERMINAL - {"done"}:
                assert not any(tag in notes for tag in tags), row.state

    @invariant()
    def one_cancellation_is_open_at_most(self) -> None:
        assert Cancellation.objects.exclude(state__in=sorted(TERMINAL)).count() <= 1

    @invariant()
    def whoever_must_decide_reads_why(self) -> None:
        assert not Cancellation.objects.filter(state="needs_operator", trouble="").exists()

    @invariant()
    def the_audit_chain_holds(self) -> None:
        for chain in AuditChain.objects.filter(store=self.desk.store):
            assert verify.look(chain).first_bad is None

    def teardown(self) -> None:
        """Whatever happened: left alone in a working world, it ends, or waits for a person who reads why."""
        try:
            if getattr(self, "record", None) is not None:
                self.desk.world.clear_faults()
                for row in Cancellation.objects.exclude(state__in=sorted(TERMINAL)):
                    self.desk.work(row, hours=60)
                    assert row.state in TERMINAL or row.state in STILL_OPEN, row.state
                self.each_step_happened_at_most_once()
                self.nothing_is_finished_that_was_not_read_back()
                self.no_more_is_given_back_than_was_paid()
        finally:
            self.opened.__exit__(None, None, None)


@contextmanager
def fresh_desk(folder: Path, traveller: time_machine.Traveller) -> Iterator[Desk]:
    """A world, a shop and a person of their own, rolled back at the end."""
    traveller.move_to(NOW, tick=False)
    world = World.open(folder / "world.sqlite3")
    with transaction.atomic():
        store, staff = connected(world), make.person(name="Ana Duarte")
        make.membership(staff, store, Role.ADMIN)
        yield Desk(world, store, staff, traveller)
        transaction.set_rollback(True)
    platform_client.forget_session(store.connection)
    world.close()


@pytest.mark.django_db
@pytest.mark.parametrize("examples", [20, pytest.param(100, marks=pytest.mark.prove)])
def test_histories(tmp_path, monkeypatch, examples):
    number = itertools.count(1)

    def open_desk() -> Any:
        folder = tmp_path / str(next(number))
        folder.mkdir()
        return fresh_desk(folder, traveller)

    with time_machine.travel(NOW, tick=False) as traveller:
        monkeypatch.setattr(clock, "wait", traveller.shift)
        monkeypatch.setattr(History, "open_desk", staticmethod(open_desk), raising=False)
        run_state_machine_as_test(
            History,
            settings=settings(
                max_examples=examples,
                stateful_step_count=8,
                deadline=None,
                phases=[Phase.explicit, Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
