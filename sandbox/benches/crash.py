"""SIGKILL at every boundary of every step kind, lost requests and lost answers; effects counted at the simulator.

Also: a colleague who makes the same refund while ours is lost, a request that lands late after a throttled one, and
looks that are disturbed (stale, unreachable, half an answer) after the effect happened; between two steps an emergency
stop or a pause that is lifted later, or a dispute. The words of each item are held against the journal.
Each case runs in a forked process that really dies. The simulator's ledger is its own file with its own commits.
Expected: never two effects; by itself exactly one where a resend is allowed, else one, or a person with the reason.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from django.db import connections

from cancellations.execution import executor
from cancellations.lifecycle import emergency_stop
from cancellations.models import Cancellation, EmergencyStop, Step
from cancellations.scheduler import sweep
from cancellations.services import preview, submit
from sandbox import colleagues
from sandbox import connections as sandbox_connections
from sandbox.benches.frame import Figure
from sandbox.benches.ground import SHOP, Ground, ground
from sandbox.benches.subjects import SUBJECTS, Subject
from sandbox.world import World
from stores.kernel import clock, failpoints
from stores.kernel.errors import RemoteThrottled
from stores.services import connections as shop_connections
from stores.services import orders, platform_client

T = TypeVar("T")
HOURS = 3
LANDED = 60  # seconds
LOST = ("drop_before", "drop_after", "late", "error_after", "cut_json", "html_after", "doubled", "reset_after",
        "empty_after")  # fmt: skip


KEPT_BACK = ("stopped", "paused")  # nothing may leave until it is lifted
DISTURBED = ("stale", "refused", "cut_json")  # what happens to the looks after a lost answer


@dataclass(frozen=True)
class Case:
    subject: Subject
    how: str  # "kill", "fault", "colleague", "throttled", "disturbed", "stopped", "paused" or "disputed"
    name: str  # the boundary, or the fault

    @property
    def label(self) -> str:
        return self.name if self.how in ("kill", "fault") else f"{self.how}: {self.name}"


@dataclass(frozen=True)
class Result:
    case: Case
    state: str
    effects: int
    sends: int
    died: bool
    trouble: str
    differs: bool
    early: int = 0  # effects while nothing might leave

    @property
    def is_right(self) -> bool:
        """One effect and done; or at most one and a person with the reason. Two are wrong, whoever caused them.

        None while a stop or a pause stood, and no money of ours after a dispute.
        """
        most = 0 if self.case.how == "disputed" and self.case.subject.kind == "refund" else 1
        if self.effects > most or self.early or not self.is_true:
            return False
        return self.effects == 1 if self.state == "done" else bool(self.trouble)

    @property
    def is_true(self) -> bool:
        """No item says that nothing was sent where the journal knows of a send."""
        return not (self.sends and "othing was sent" in self.trouble)


def run(quick: bool, platform: str = "") -> Iterator[Figure]:
    """Figures: the table of each case, then how many ended how, with two effects, or wrong."""
    results = list(_all(quick, platform))
    for result in results:
        yield Figure(
            "crash",
            f"{result.case.subject.name} {result.case.label}",
            result.effects,
            "effects",
            {"state": result.state, "sends": result.sends, "died": result.died, "right": result.is_right,
             "differs": result.differs, "trouble": result.trouble},
        )  # fmt: skip
    counts = Counter(result.state for result in results)
    yield Figure("crash", "cases", len(results), "cases", dict(counts))
    yield Figure("crash", "behind a stop or a pause", sum(r.early > 0 for r in results), "cases")
    yield Figure("crash", "two effects", sum(r.effects > 1 for r in results), "cases")
    yield Figure("crash", "untrue words", sum(not r.is_true for r in results), "cases")
    yield Figure("crash", "wrong", sum(not r.is_right for r in results), "cases")


def cases(subject: Subject, quick: bool) -> Iterator[Case]:
    """Every boundary this step can reach, and every way to lose its request or its answer."""
    for point in failpoints.POINTS:
        if (point != "polling" or subject.polls) and (not quick or point in ("intended", "sent", "answered")):
            yield Case(subject, "kill", f"{subject.kind}.{point}")
    for point in failpoints.VERIFY_POINTS if subject.kind == "refund" else ():
        yield Case(subject, "kill", f"verify.{point}")
    for fault in LOST[:3] if quick else LOST:
        yield Case(subject, "fault", fault)
    yield Case(subject, "throttled", "late")
    for fault in DISTURBED[:1] if quick else DISTURBED:
        yield Case(subject, "disturbed", fault)
    if subject.kind == "refund" and subject.platform in colleagues.REFUND:
        yield Case(subject, "colleague", "drop_before")
    for how in ("stopped", "paused", "disputed") if not quick or subject.kind in ("refund", "restock") else ():
        if how != "disputed" or subject.platform in colleagues.DISPUTE:
            yield Case(subject, how, "between")


def _all(quick: bool, only: str) -> Iterator[Result]:
    for key in dict.fromkeys(subject.platform for subject in SUBJECTS if only in ("", subject.platform)):
        with ground(key) as place:
            for subject in (s for s in SUBJECTS if s.platform == key):
                for case in cases(subject, quick):
                    yield _one_case(place, case)


def _one_case(place: Ground, case: Case) -> Result:
    """Confirm, die once, then let live workers finish while the clock moves."""
    world, subject = place.world(), case.subject
    before = len(world.effects())
    cancellation = _confirmed(place, world, subject)
    _arm(world, case)
    world.close()
    died = _in_child(place, cancellation, _boundary(case)) if _boundary(case) else False
    _meanwhile(place, case, cancellation)
    early = _kept_back(place, case, cancellation, before)
    _in_child(place, cancellation, "")
    cancellation.refresh_from_db()
    world = place.world()
    world.tick()  # a late request lands now,
    world.advance(LANDED)  # and what it began is done before it is counted, not in the next case
    effects = _effects(world, subject, before)
    world.clear_faults()
    world.close()
    steps = cancellation.steps.filter(kind=subject.kind)
    sends = sum(step.attempts.exclude(sent_at=None).count() for step in steps)
    return Result(case, cancellation.state, effects, sends, died, cancellation.trouble, cancellation.differs, early)


def _effects(world: World, subject: Subject, before: int) -> int:
    return sum(e.seq > before and subject.is_effect(e.kind, e.cause) for e in world.effects())


def _kept_back(place: Ground, case: Case, cancellation: Cancellation, before: int) -> int:
    """Workers at work while a stop or a pause stands, then it is lifted; what happened before it was."""
    if case.how not in KEPT_BACK:
        return 0
    lift = _stop(place) if case.how == "stopped" else _pause(place)
    _in_child(place, cancellation, "")
    world = place.world()
    early = _effects(world, case.subject, before)
    world.close()
    lift()
    return early


def _stop(place: Ground) -> Callable[[], None]:
    """As services/emergency does it, without the mails; how it is lifted."""
    stop = EmergencyStop.objects.create(place=str(place.store.pk), store=place.store, pressed_at=clock.now())

    def lift() -> None:
        EmergencyStop.objects.filter(pk=stop.pk).update(ended_at=clock.now())
        emergency_stop.wake(place.store, now=clock.now())

    return lift


def _pause(place: Ground) -> Callable[[], None]:
    shop_connections.pause("console", place.store)
    return lambda: shop_connections.resume("console", place.store)


def _boundary(case: Case) -> str:
    """Where the first worker dies: of the disturbed ones with the answer in its hands."""
    if case.name == "between" and case.how != "kill":
        return f"{case.subject.kind}.between"
    if case.how in ("disturbed", "colleague"):
        return f"{case.subject.kind}.{'answered' if case.how == 'disturbed' else 'sent'}"
    return case.name if case.how == "kill" else ""


def _arm(world: World, case: Case) -> None:
    operation = case.subject.operation
    if case.how == "fault":
        world.fault(case.name, on=operation)
    if case.how == "throttled":
        world.fault("too_many", on=operation, times=3, retry_after=300)
        world.fault("late", on=operation, seconds=400)
    if case.name.endswith(".looking"):
        world.fault("drop_after", on=operation)


def _meanwhile(place: Ground, case: Case, cancellation: Cancellation) -> None:
    """After the first worker died and before the next one looks."""
    if case.how not in ("disturbed", "colleague", "disputed"):
        return
    world = place.world()
    if case.how == "disputed":
        colleagues.dispute(world, case.subject.platform, cancellation.order.external_id)
    elif case.how == "disturbed":
        world.fault(case.name, on="*", times=4)
    else:
        colleagues.refund_one(world, case.subject.platform, cancellation.order.external_id)
    world.close()


def _confirmed(place: Ground, world: World, subject: Subject) -> Cancellation:
    lines = [sandbox_connections.line(subject.platform, quantity=3, price="10.00")]
    made = sandbox_connections.make_order(world, subject.platform, SHOP, lines=lines, **subject.order)
    order = _patiently(lambda: platform_client.open_platform(place.store).read_order(made))
    record = orders.save(place.store, order, clock.now())
    seen = _patiently(lambda: preview.make(actor=place.person, record=record, request=subject.wish(order)))
    return _patiently(lambda: submit.confirm(actor=place.person, seen=seen))


def _patiently(act: Callable[[], T]) -> T:
    """The clock jumps instead of waiting for a slot."""
    while True:
        try:
            return act()
        except RemoteThrottled as exc:
            clock.travel(exc.retry_after or 1.0)


def _in_child(place: Ground, cancellation: Cancellation, boundary: str) -> bool:
    """Work in a forked process; True when it was killed at `boundary`."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        os._exit(_child(place, cancellation, boundary))
    _, status = os.waitpid(child, 0)
    clock.travel(HOURS * 3600)  # parent and later children live after the child's last moment
    return os.WIFSIGNALED(status)


def _child(place: Ground, cancellation: Cancellation, boundary: str) -> int:
    if boundary:
        os.environ["RESCIND_FAILPOINT"] = boundary
        os.environ["RESCIND_FAILPOINT_SPENT"] = str(Path(tempfile.mkdtemp(dir=place.folder)) / "spent")
    place.world()
    try:
        work(cancellation, until=clock.now() + timedelta(hours=HOURS))
    except BaseException:  # noqa: BLE001  a forked child must not run its parent's code
        return 1
    return 0


def work(cancellation: Cancellation, *, until: object, ring: Callable[[str], None] = executor.advance) -> None:
    """Sweep, and jump to the next due moment, until nothing is due before `until`."""
    for _ in range(300):
        for uuid in sweep.due_cancellations(clock.now()):
            ring(uuid)
        rows = Step.objects.filter(cancellation=cancellation).exclude(next_attempt_at=None)
        moments = [max(s.next_attempt_at, s.lease_until or s.next_attempt_at) for s in rows if s.next_attempt_at]
        if not moments or min(moments) > until:  # type: ignore[operator]
            return
        ahead = (min(moments) - clock.now()).total_seconds()
        if ahead > 0:
            clock.travel(ahead + 0.001)
