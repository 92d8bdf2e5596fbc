"""What the capability table says is what the adapters do: no offer without a call, nothing sent without an offer.

The proofs on the simulators stand in tests/stores/platforms/contract.py; these need no network at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from stores.canonical.capabilities import Capabilities, Support
from stores.canonical.commands import (
    CancelLine,
    CancelOrder,
    CancelRest,
    CorrectStock,
    EditOrder,
    RefundOrder,
    VoidPayment,
)
from stores.canonical.recipe import Adjust, CancelLines, Void
from stores.canonical.request import Reason
from stores.connectors.roles import Effects
from stores.kernel.errors import Unsupported
from stores.platforms import registry
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.rig import Platform

KINDS: list[Any] = [*registry.all_platforms()]
NAMES = [field.name for field in fields(Capabilities)]
COMMANDS: dict[str, tuple[Any, ...]] = {
    "cancel_order": (CancelOrder(order_id="1", reason=Reason.OTHER, refund=False, restock=False, notify=False),),
    "cancel_lines": (
        EditOrder(order_id="1", lines=(), notify=False),
        CancelLine(order_id="1", line_id="2", stock_key="S", keep=Decimal(0), reason=Reason.OTHER),
    ),
    "cancel_rest": (CancelRest(order_id="1", reason=Reason.OTHER),),
    "refund": (RefundOrder(order_id="1", currency="USD", lines=(), payments=(), shipping=None),),
    "void_authorisation": (VoidPayment(order_id="1", payment_id="2"),),
    "keep_stock": (CorrectStock(order_id="1", changes=()),),
}


class NoWay:
    """A transport over which nothing may go."""

    def send(self, method: str, path: str, **words: Any) -> Any:
        raise AssertionError(f"{method} {path} was sent")


def unreachable(kind: type[Platform]) -> Platform:
    settings = {field.name: "demo" for field in kind.credentials if not field.is_secret and field.required}
    secrets = {field.name: "a-secret-of-the-test" for field in kind.credentials if field.is_secret}
    return kind(rig.ConnectorContext(settings=settings, secrets=secrets, transport=NoWay(), now=lambda: make.NOW,
                               token=lambda fetch: "", forget_token=lambda: None))  # fmt: skip


def has(kind: type[Platform], method: str) -> bool:
    """A call of its own, of a role that it plays."""
    return method in kind.writes().values()


def not_offered() -> Iterator[Any]:
    """(platform, command) for each command that an adapter has no call for, or does not offer."""
    for kind in KINDS:
        for name, commands in COMMANDS.items():
            for command in commands:
                if not (getattr(kind.capabilities, name).is_offered and type(command) in kind.writes()):
                    yield pytest.param(kind, command, id=f"{kind.key} {type(command).__name__}")


@pytest.mark.parametrize(("kind", "command"), list(not_offered()))
def test_what_is_not_offered_raises_before_anything_is_sent(kind, command):
    shop = unreachable(kind)
    with pytest.raises(Unsupported) as no:
        shop.carry_out(command, key=rig.KEY, tag=rig.TAG)
    assert no.value.user_message


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_what_is_offered_has_a_call_behind_it(kind):
    calls = {
        "cancel_order": "cancel_order",
        "cancel_lines": "cancel_line" if isinstance(kind.recipe.units, CancelLines) else "refund_order",
        "refund": "refund_order",
        "void_authorisation": "void_payment",
    }
    if kind.recipe.void is Void.WITH_CANCEL:
        calls["void_authorisation"] = "cancel_order"
    missing = [n for n, m in calls.items() if getattr(kind.capabilities, n).is_offered and not has(kind, m)]
    assert missing == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_a_write_needs_a_way_to_find_it_again(kind):
    writes = ("cancel_order", "cancel_lines", "cancel_rest", "refund", "void_authorisation")
    assert [name for name in writes if getattr(kind.capabilities, name).is_offered]  # each of them writes something
    assert kind.capabilities.find_again.is_offered
    assert kind.looks or kind.records is not Effects.records


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_the_recipe_agrees_with_the_table(kind):
    can, recipe = kind.capabilities, kind.recipe
    assert recipe.moves_money == can.refund.is_offered
    assert (recipe.cancel is not None) == can.cancel_order.is_offered
    assert (recipe.edit is not None) <= has(kind, "edit_order")
    assert (Adjust.KEEP in recipe.adjusts) <= has(kind, "correct_stock")
    assert (Adjust.ADD in recipe.adjusts) <= has(kind, "correct_stock")
    assert (recipe.void is Void.FIRST) <= has(kind, "void_payment")
    assert getattr(recipe.units, "rest_in_one_call", False) <= has(kind, "cancel_rest")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_what_a_person_does_by_hand_has_a_step_or_no_part_in_a_plan(kind):
    from cancellations.planning.blockers import BY_HAND

    of_reading = {"import_orders", "search_orders", "list_units", "list_money", "receive_events", "read_order"}
    of_plans = set(NAMES) - of_reading - {"find_again", "undo"}
    by_hand = {name for name in of_plans if getattr(kind.capabilities, name).support is Support.ASSISTED}
    assert by_hand <= BY_HAND


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
@pytest.mark.parametrize("name", NAMES)
def test_every_cell_says_why_in_a_sentence(kind, name):
    why = str(getattr(kind.capabilities, name).why)
    assert len(why) > 20
    assert why[0].isupper()
    assert why.endswith(".")
