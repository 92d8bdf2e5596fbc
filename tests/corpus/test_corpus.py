"""Every stored payload through mapping, planner and, where it can be built, the simulator, with the right values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import responses

from cancellations.planning import comparison, planner
from cancellations.planning.plan import Plan, ShopSettings
from cancellations.planning.reports import Answer
from sandbox.world import World
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from stores.kernel.errors import DeskError, RemoteRefused
from tests.corpus import cases, checks
from tests.corpus.cases import Case
from tests.make import NOW
from tests.stores.platforms.rig import Platform

CASES = list(cases.every())
SETTINGS = ShopSettings(hold_seconds=0)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOW)
    yield made
    made.close()


def plan_of(platform: Platform, order: Order, wish: CancelRequest) -> Plan:
    """As the preview makes it."""
    quote, why = None, ""
    if planner.needs_quote(order, wish):
        try:
            quote = platform.quote(order, wish)
        except RemoteRefused as exc:
            why = exc.user_message
    return planner.build(
        order,
        wish,
        quote=quote,
        capabilities=platform.capabilities.spoken(),
        recipe=platform.recipe,
        reasons={reason: str(word) for reason, word in platform.reasons.items()},
        settings=SETTINGS,
        adapter_version=f"{platform.key} {platform.api_version}",
        why_no_quote=why,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_told_whole(case: Case) -> None:
    """A name nobody reads would check nothing."""
    assert cases.NAMES | set(case.feed.PAYLOADS) >= set(case.body)
    assert case.name.partition("/")[0] == case.body["platform"]
    assert case.body["source"]
    assert case.body["oddity"]
    assert set(case.right) <= {"unreadable", "order", "asked"}
    assert case.right
    assert all(right and set(right) <= set(checks.CHECKS) for _ask, right in case.asks)


@pytest.mark.parametrize("case", [c for c in CASES if "sandbox" not in c.body], ids=lambda case: case.name)
def test_a_payload_is_read_and_planned_right(case: Case, network: responses.RequestsMock) -> None:
    network.assert_all_requests_are_fired = False  # a feed answers whatever a reading may want
    platform = case.feed.connect(network, case.body)
    if "unreadable" in case.right:
        with pytest.raises(DeskError) as caught:
            platform.read_order(case.feed.ident(case.body))
        assert case.right["unreadable"] in str(caught.value)
        assert caught.value.user_message
        return
    order = platform.read_order(case.feed.ident(case.body))
    assert is_told(order, case.right.get("order", {})) == {}
    for ask, right in case.asks:
        assert checks.wrong(plan_of(platform, order, cases.wish(order, ask)), right) == []


def is_told(order: Order, right: Mapping[str, Any]) -> dict[str, Any]:
    """What the order says otherwise, by path: `lines.0.cancellable`."""
    found = {path: _at(order, path) for path in right}
    return {path: value for path, value in found.items() if value != str(right[path])}


def _at(holder: Any, path: str) -> str:
    for name in path.split("."):
        holder = holder[int(name)] if name.isdigit() else getattr(holder, name)
    return str(holder)


@pytest.mark.parametrize("case", [c for c in CASES if c.is_carried], ids=lambda case: case.name)
def test_what_was_planned_is_what_happens(case: Case, world: World) -> None:
    """Each ask to its end: the receipt differs in nothing, and the simulator's ledger moved the money of the plan."""
    for number, (ask, right) in enumerate(case.asks):
        if number == 0 or "sandbox" not in case.body:
            platform, order_id = case.feed.build(world, case.body)
        order = platform.read_order(order_id)
        plan = plan_of(platform, order, cases.wish(order, ask))
        assert checks.wrong(plan, right) == []
        if plan.can_run:
            carry_out(world, platform, order, plan)


def carry_out(world: World, platform: Platform, order: Order, plan: Plan) -> None:
    before = len(world.effects(order.external_id, kind="refund"))
    results = {}
    for step in plan.steps:
        if step.command:
            tag = f"[op 0000000{step.position}]"
            answered = platform.carry_out(step.command, key=f"k{step.position}", tag=tag)
            results[step.position] = Answer(reported=answered.reported)
    moved = sum(effect.amount for effect in world.effects(order.external_id, kind="refund")[before:])
    assert moved == plan.sums.total.amount
    receipt = comparison.compare(plan, order, platform.read_order(order.external_id), results)
    assert not receipt.differs, receipt.lines
