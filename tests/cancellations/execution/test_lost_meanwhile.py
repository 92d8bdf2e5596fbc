"""Our request is lost, and somebody else does the same: nothing of it is repeated, on any platform.

Told once for every call that a platform's recipe makes; the other one is an app that sends the very command without
our mark. Payment providers, ledgers and channels: test_payment_provider, tests/notifications/test_connections.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from cancellations.execution import executor
from cancellations.models import Attempt, Cancellation, Step
from cancellations.planning.plan import read_plan
from cancellations.services import decide
from sandbox.in_process import InProcess
from stores.canonical import codec
from stores.canonical.commands import Command, CorrectStock
from stores.connectors.roles import Effects, in_role
from stores.effects import journal
from stores.kernel.money import Money
from stores.services import connections
from tests.cancellations.execution.test_meanwhile import CARD_AND_CASH, TWO_BILLS, confirmed
from tests.rigs.desk import Desk, desk_on
from tests.stores.platforms.rig import OTHER_KEY

EUROS = {"presentment": ("EUR", "1.25")}
AUTHORISED = {"pay": "authorised"}


@dataclass(frozen=True)
class Case:
    """Which step of the plan for this wish is lost."""

    platform: str
    wish: str
    command: str
    position: int = 1
    order: dict[str, Any] = field(default_factory=dict)


CASES = [
    Case("shopify", "all", "CancelOrder"),
    Case("shopify", "one", "RefundOrder"),
    Case("shopify", "keep", "EditOrder"),
    Case("shopify", "keep", "RefundOrder", 2),
    Case("shopify", "keep", "CorrectStock", 2, EUROS),
    Case("woocommerce", "one", "RefundOrder"),
    Case("woocommerce", "all", "CancelOrder", 2),
    Case("square", "keep", "RefundOrder"),
    Case("square", "all", "CancelOrder"),
    Case("square", "all", "RefundOrder", 2),
    Case("square", "keep all", "RefundOrder", 3, CARD_AND_CASH),
    Case("square", "all", "VoidPayment", 1, AUTHORISED),
    Case("square", "one", "EditOrder", 1, {"pay": "unpaid"}),
    Case("square", "one", "CorrectStock", 2),
    Case("bigcommerce", "keep", "RefundOrder"),
    Case("bigcommerce", "all", "CancelOrder", 2),
    Case("bigcommerce", "all", "CancelOrder", 1, {"pay": "waiting"}),
    Case("bigcommerce", "all", "VoidPayment", 1, AUTHORISED),
    Case("bigcommerce", "one", "CorrectStock", 2),
    Case("magento", "one", "RefundOrder"),
    Case("magento", "all", "RefundOrder", 2, TWO_BILLS),
    Case("shoplazza", "one", "RefundOrder"),
    Case("shoplazza", "all", "CancelOrder", 2),
    Case("modern_dropship", "all", "CancelOrder"),
    Case("modern_dropship", "one", "CancelLine"),
]


def told(case: Case) -> Any:
    marks = () if case.platform in ("shopify", "woocommerce", "bigcommerce") else (pytest.mark.prove,)
    return pytest.param(case, id=f"{case.platform} {case.command} {case.position}", marks=marks)


@pytest.fixture(params=[told(case) for case in CASES])
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def desk(case: Case, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with desk_on(case.platform, tmp_path, monkeypatch) as made:
        yield made


@dataclass
class Losing:
    """The first request of one step never arrives."""

    position: int
    is_next: bool = False
    lost: int = 0

    def set_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        marks, sends = journal.Journal._mark_sent, InProcess.send

        def mark(itself: Any, attempt: Any) -> None:
            marks(itself, attempt)
            self.is_next = isinstance(itself.row, Step) and itself.row.position == self.position and not self.lost

        def send(itself: InProcess, request: requests.PreparedRequest, *words: Any, **named: Any) -> Any:
            if self.is_next:
                self.is_next, self.lost = False, self.lost + 1
                raise requests.ConnectionError("dropped", request=request)
            return sends(itself, request, *words, **named)

        monkeypatch.setattr(journal.Journal, "_mark_sent", mark)
        monkeypatch.setattr(InProcess, "send", send)


def until_lost(desk: Desk, cancellation: Cancellation, losing: Losing) -> None:
    for _ in range(120):
        executor.advance(str(cancellation.uuid))
        if losing.lost:
            return
        desk.travel(1.001)
    raise AssertionError("it was never sent")


def somebody_else(desk: Desk, step: Step) -> None:
    """Another app, with words where our mark would stand."""
    opened = in_role(connections.open_connector(step.connection), Effects)
    command: Command = codec.loads(Command, step.command)  # type: ignore[arg-type]
    desk.patiently(lambda: opened.carry_out(command, key=OTHER_KEY, tag="by hand"))
    desk.travel(2)


def effects(desk: Desk) -> Counter[str]:
    return Counter(effect.kind for effect in desk.world.effects())


def test_lost_and_done_by_somebody_else_is_never_repeated(
    desk: Desk, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing = Losing(case.position)
    losing.set_up(monkeypatch)
    _record, cancellation = confirmed(desk, case.wish, **case.order)
    step = cancellation.steps.get(position=case.position)
    planned = read_plan(cancellation.preview.plan).steps[case.position - 1]
    assert type(planned.command).__name__ == case.command
    until_lost(desk, cancellation, losing)
    before = effects(desk)
    somebody_else(desk, step)
    theirs = effects(desk) - before
    assert theirs

    ended = desk.work(cancellation, hours=60)

    step.refresh_from_db()
    again = list(step.attempts.exclude(sent_at=None).order_by("pk"))[1:]
    assert all(is_held_to_its_count(attempt) for attempt in again), [attempt.code for attempt in again]
    now = effects(desk)
    assert {kind: now[kind] - before[kind] for kind in theirs} == dict(theirs)
    is_asked = (ended.state, step.state) == ("needs_operator", "needs_person")
    assert is_asked or is_nobodys_mark(step), (ended.trouble, step.state, step.detail, step.result)


def is_held_to_its_count(attempt: Attempt) -> bool:
    """A stock history that nobody can search: the request names the count that it may start from, and is refused."""
    return (attempt.outcome, attempt.code) == ("final", "CHANGE_FROM_QUANTITY_STALE")


def is_nobodys_mark(step: Step) -> bool:
    """Where no mark can stand the state is the effect, whoever made it: found by it, and gone on from."""
    found = step.result["reported"]["found"]
    return step.state == "applied" and bool(found) and "with our mark" not in found


STOCK = [told(case) for case in CASES if case.command == "CorrectStock" and case.platform != "bigcommerce"]


@pytest.mark.parametrize("case", STOCK, indirect=True)
def test_a_stock_correction_that_nobody_else_made_goes_out_again_under_its_key(
    desk: Desk, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a colleague did before the plan is no answer to it."""
    _record, other = confirmed(desk, case.wish, **case.order)
    desk.work(other, hours=60)
    somebody_else(desk, other.steps.get(position=case.position))
    desk.travel(600)
    losing = Losing(case.position)
    losing.set_up(monkeypatch)
    _record, cancellation = confirmed(desk, case.wish, **case.order)
    step = cancellation.steps.get(position=case.position)
    until_lost(desk, cancellation, losing)
    before = effects(desk)

    ended = desk.work(cancellation, hours=60)

    step.refresh_from_db()
    assert (step.state, ended.trouble) == ("applied", "")
    assert len(set(step.attempts.exclude(sent_at=None).values_list("key", flat=True))) == 1
    sent: Command = codec.loads(Command, step.command)  # type: ignore[arg-type]
    assert isinstance(sent, CorrectStock)
    assert (effects(desk) - before)["stock"] == len(sent.changes)


REFUNDS = [told(case) for case in CASES if case.command == "RefundOrder" and case.platform != "bigcommerce"]
SHARES = {"half": ["0.5"], "two halves": ["0.5", "0.5"], "all but a tenth": ["0.9"]}


@pytest.mark.parametrize("shares", SHARES.values(), ids=SHARES)
@pytest.mark.parametrize("case", REFUNDS, indirect=True)
def test_another_amount_that_somebody_else_gave_back_stops_ours_also_at_a_persons_word(
    desk: Desk, case: Case, shares: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """BigCommerce's app gives no money back without units."""
    losing = Losing(case.position)
    losing.set_up(monkeypatch)
    _record, cancellation = confirmed(desk, case.wish, **case.order)
    step = cancellation.steps.get(position=case.position)
    until_lost(desk, cancellation, losing)
    for number, share in enumerate(shares):
        pay_back(desk, step, Decimal(share), key=f"{OTHER_KEY[:-1]}{number}")
    theirs = desk.count("refund")

    desk.work(cancellation, hours=60)
    step.refresh_from_db()
    assert step.state == "needs_person"
    decide.retry(actor=desk.staff, step=step, reason="We saw half of it there.")
    ended = desk.work(cancellation, hours=60)

    step.refresh_from_db()
    assert (ended.state, step.state, desk.count("refund")) == ("needs_operator", "needs_person", theirs)
    assert "meanwhile" in step.detail or "changed since" in step.detail, step.detail


def pay_back(desk: Desk, step: Step, share: Decimal, *, key: str) -> None:
    """Money alone, by another app."""
    opened = in_role(connections.open_connector(step.connection), Effects)
    command: Any = codec.loads(Command, step.command)  # type: ignore[arg-type]
    parts = [replace(one, amount=Money(one.amount.amount * share, command.currency)) for one in command.payments]
    theirs = replace(command, lines=(), payments=tuple(replace(one, amount=one.amount.rounded()) for one in parts))
    desk.patiently(lambda: opened.carry_out(theirs, key=key, tag="by hand"))
    desk.travel(2)
