"""SIGKILL at every boundary of every step kind, lost requests and lost answers; effects counted at the simulator.

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
from decimal import Decimal
from pathlib import Path

from django.db import connections

from cancellations.benches.frame import Figure
from cancellations.benches.ground import Ground, ground
from cancellations.execution import executor, sweep
from cancellations.models import Cancellation, Step
from cancellations.services import preview, submit
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, RefundChoice
from stores.kernel import clock, failpoints
from stores.sandbox.shopify.spec import Line
from stores.sandbox.world import World
from stores.services import orders, reach

HOURS = 3
MUTATIONS = {
    "cancel": "orderCancel",
    "refund": "refundCreate",
    "edit": "orderEditCommit",
    "restock": "inventoryAdjustQuantities",
}
CAUSES = {
    "cancel": ("cancel", "orderCancel"),
    "refund": ("refund", "refundCreate"),
    "edit": ("edit", "orderEditCommit"),
    "restock": ("stock", "inventoryAdjustQuantities"),
}
LOST = (
    "drop_before",
    "drop_after",
    "late",
    "error_after",
    "cut_json",
    "html_after",
    "doubled",
    "reset_after",
    "empty_after",
)


@dataclass(frozen=True)
class Case:
    kind: str
    how: str  # "kill" or "fault"
    name: str  # the boundary, or the fault


@dataclass(frozen=True)
class Result:
    case: Case
    state: str
    effects: int
    sends: int
    died: bool
    trouble: str

    @property
    def is_right(self) -> bool:
        """One effect and done; or at most one and a person with the reason."""
        if self.effects > 1:
            return False
        return self.effects == 1 if self.state == "done" else bool(self.trouble)


def run(quick: bool) -> Iterator[Figure]:
    """Figures: cases, never-two, by itself, waiting for a person; and the table of each case as lines."""
    results = [result for result in _all(quick)]
    for result in results:
        yield Figure(
            "crash",
            f"{result.case.kind} {result.case.name}",
            result.effects,
            "effects",
            {"state": result.state, "sends": result.sends, "died": result.died, "right": result.is_right,
             "trouble": result.trouble},
        )  # fmt: skip
    counts = Counter(result.state for result in results)
    yield Figure("crash", "cases", len(results), "cases", dict(counts))
    yield Figure("crash", "two effects", sum(r.effects > 1 for r in results), "cases")
    yield Figure("crash", "wrong", sum(not r.is_right for r in results), "cases")


def cases(quick: bool) -> list[Case]:
    points = [p for p in failpoints.POINTS if not quick or p in ("intended", "sent", "answered")]
    kills = [Case(kind, "kill", f"{kind}.{point}") for kind in MUTATIONS for point in points]
    kills += [Case("refund", "kill", f"verify.{point}") for point in failpoints.VERIFY_POINTS]
    faults = [Case(kind, "fault", name) for kind in MUTATIONS for name in (LOST[:3] if quick else LOST)]
    return [case for case in kills + faults if _is_possible(case)]


def _is_possible(case: Case) -> bool:
    """Only a cancel is a job that is polled."""
    return case.kind == "cancel" or not case.name.endswith(".polling")


def _all(quick: bool) -> Iterator[Result]:
    with ground() as place:
        for case in cases(quick):
            yield _one(place, case)


def _one(place: Ground, case: Case) -> Result:
    """Confirm, die once, then let live workers finish while the clock moves."""
    world = place.world()
    before = len(world.effects())
    cancellation = _confirmed(place, world, case.kind)
    if case.how == "fault":
        world.fault(case.name, on=MUTATIONS[case.kind])
    if case.name.endswith(".looking"):
        world.fault("drop_after", on=MUTATIONS[case.kind])
    world.close()
    died = _in_child(place, cancellation, case.name) if case.how == "kill" else False
    _in_child(place, cancellation, "")
    cancellation.refresh_from_db()
    world = place.world()
    kind, cause = CAUSES[case.kind]
    effects = [e for e in world.effects(kind=kind)[0:] if e.seq > before and e.cause == cause]
    world.clear_faults()
    world.close()
    sends = cancellation.steps.get(kind=case.kind).attempts.exclude(sent_at=None).count()
    return Result(case, cancellation.state, len(effects), sends, died, cancellation.trouble)


def _confirmed(place: Ground, world: World, kind: str) -> Cancellation:
    spec = {"edit": {"pay": "pending"}, "restock": {"app": "other"}}.get(kind, {})
    made = world.make_order("bench", lines=[Line(quantity=3, price="10.00")], **spec)
    order = reach.open_platform(place.store).read_order(made.id)
    record = orders.save(place.store, order, clock.now())
    seen = preview.make(actor=place.person, record=record, request=_wish(order, kind))
    return submit.confirm(actor=place.person, seen=seen)


def _wish(order: Order, kind: str) -> CancelRequest:
    line = order.lines[0]
    match kind:
        case "cancel":
            return CancelRequest(lines={line.id: line.cancellable}, refund=RefundChoice.NONE)
        case "restock":
            return CancelRequest(lines={line.id: Decimal(1)}, keep_stock=frozenset({line.id}))
    return CancelRequest(lines={line.id: Decimal(1)})


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
