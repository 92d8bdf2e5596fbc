"""The planner over every recipe that exists and a hundred that do not: what must hold for any of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest

from sandbox.benches import random_plans
from stores.canonical.capabilities import Capabilities, composed, impossible
from stores.canonical.recipe import (
    Adjust,
    Cancel,
    CancelLines,
    Edit,
    Per,
    Recipe,
    Refund,
    Refunds,
    RefundStock,
    Restock,
    Void,
)
from stores.platforms import registry
from tests.cancellations.planning.cases import ABLE, REASONS

ORDERS, IMAGINED = 60, 100  # random orders a recipe; recipes of no platform
EXISTING = {kind.key: kind.recipe for kind in registry.all_platforms()}


def every() -> Iterator[Recipe]:
    """All that can be written down."""
    cancels = [None, *(Cancel(refunds=r, restocks=s) for r, s in product(Refunds, Restock))]
    refunds = [
        Refund(per=per, stock=stock, closes=closes, of_nothing=of_nothing)
        for per, stock, closes, of_nothing in product(Per, RefundStock, (False, True), (False, True))
    ]
    units = [*refunds, CancelLines(rest_in_one_call=True), CancelLines(rest_in_one_call=False)]
    adjusts = [frozenset(some) for some in ((), (Adjust.KEEP,), (Adjust.ADD,), tuple(Adjust))]
    for fields in product(units, cancels, (None, *Void), (None, *Edit), adjusts):
        try:
            yield Recipe(**dict(zip(("units", "cancel", "void", "edit", "adjusts"), fields, strict=True)))
        except ValueError:
            continue


def imagined() -> list[Recipe]:
    return Random(2041).sample([recipe for recipe in every() if recipe not in EXISTING.values()], IMAGINED)


def table(recipe: Recipe) -> Capabilities:
    """What such a platform would declare, as tests/house/test_capabilities_true.py holds the real ones to."""
    no = impossible("No such call.")
    lacks: dict[str, Any] = {} if recipe.cancel else {"cancel_order": composed("Call by call.")}
    if not recipe.moves_money:
        lacks |= {"refund": no, "cancel_without_refund": no}
    if not recipe.void:
        lacks["void_authorisation"] = no
    return replace(ABLE, **lacks)


def named() -> Iterator[Any]:
    for key, recipe in EXISTING.items():
        yield pytest.param(recipe, id=key)
    for number, recipe in enumerate(imagined()):
        yield pytest.param(recipe, id=f"imagined {number}")


@pytest.mark.parametrize("recipe", list(named()))
def test_a_plan_keeps_to_money_units_and_calls_there_are(recipe):
    can = table(recipe)

    found = {
        f"seed {seed}: {fault}"
        for seed in range(ORDERS)
        for fault in random_plans.faults_of(recipe, can, REASONS, Random(seed))
    }

    assert not found, recipe
