"""Orders cancelled bit by bit to their end on all platforms: one figure from the preview to the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from cancellations.models import Cancellation, Preview
from cancellations.services import submit
from sandbox import connections
from sandbox.benches import random_plans, sequences
from sandbox.world import World
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, RefundChoice
from stores.models import Membership, OrderRecord
from stores.platforms import registry
from tests.rigs.desk import Desk, desk_on

PLATFORMS = [kind.key for kind in registry.all_platforms()]
FEW = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@dataclass
class DeskHands:
    """The desk of the tests, as a sequence needs it."""

    desk: Desk

    @property
    def world(self) -> World:
        return self.desk.world

    def make(self, **spec: Any) -> OrderRecord:
        return self.desk.order(**spec)

    def live(self, record: OrderRecord) -> Order:
        return self.desk.live(record)

    def preview(self, record: OrderRecord, request: CancelRequest) -> Preview:
        return self.desk.preview(record, request)

    def carry_out(self, seen: Preview) -> Cancellation:
        actor = self.desk.staff
        return self.desk.work(self.desk.patiently(lambda: submit.confirm(actor=actor, seen=seen)))

    def rest(self) -> None:
        self.desk.travel(60)


@pytest.fixture(params=PLATFORMS)
def hands(
    request: pytest.FixtureRequest, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DeskHands]:
    with desk_on(request.param, tmp_path, monkeypatch) as desk:
        Membership.objects.update(limit_per_cancellation=None, limit_per_day=None)
        yield DeskHands(desk)


@FEW
@example(seed=11)  # Square: the refund of the paid lines leaves free units
@example(seed=20)  # WooCommerce: an own amount for one unit uses up the money
@given(seed=st.integers(0, 10**6))
def test_what_is_shown_is_what_moves_to_the_end_of_an_order(hands: DeskHands, seed: int) -> None:
    play(hands, seed)


@pytest.mark.prove
@settings(FEW, max_examples=12)
@given(seed=st.integers(0, 10**6))
def test_what_is_shown_is_what_moves_to_the_end_of_more_orders(hands: DeskHands, seed: int) -> None:
    play(hands, seed)


def play(hands: DeskHands, seed: int) -> None:
    played = sequences.play(hands, hands.desk.store.platform, Random(seed))

    assert not played.faults, str(played)
    assert played.plans


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 10**9), kind=st.sampled_from(registry.all_platforms()))
def test_every_plan_moves_what_it_shows_and_has_a_step_or_a_reason(seed: int, kind: Any) -> None:
    assert list(random_plans.faults(kind, Random(seed))) == []


# --- cases that were wrong ---------------------------------------------------------------------------
def test_an_own_amount_for_a_line_whose_figures_bigcommerce_refuses_is_stopped_before_the_click(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_on("bigcommerce", tmp_path, monkeypatch) as desk:
        lines = [
            connections.line("bigcommerce", title=t, sku=t, price=p, quantity=1)
            for p, t in (("20.00", "A"), ("0.00", "B"))
        ]
        record = desk.order(lines=lines, shipping="0")
        payment = desk.live(record).payments[0]
        assert payment.refundable is not None
        part = {payment.id: type(payment.refundable)(Decimal("5.00"), "USD")}

        plan = desk.plan(record, desk.some(record, 0, 1, refund=RefundChoice.PART, part=part))

        assert not plan.can_run
        assert [blocker.field for blocker in plan.blockers if blocker.code == "no_quote"] == ["refund"]


def test_a_free_gift_left_after_its_paid_line_says_why_it_cannot_go(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk_on("woocommerce", tmp_path, monkeypatch) as desk:
        lines = [
            connections.line("woocommerce", title=t, sku=t, price=p, quantity=1)
            for p, t in (("20.00", "A"), ("0.00", "B"))
        ]
        record = desk.order(lines=lines, shipping="0", refunded=1, kept=True)

        plan = desk.plan(record, desk.everything(record))

        assert not plan.can_run
        assert [blocker.code for blocker in plan.blockers] == ["whole_refused"]
        assert "refund the remaining units with 0 in WooCommerce itself" in plan.blockers[0].text
