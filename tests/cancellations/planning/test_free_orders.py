"""An order that cost nothing: its units leave by a refund of zero where the platform has one, whole and in part."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cancellations.planning.plan import Plan
from stores.canonical.commands import RefundOrder
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from tests.cancellations.planning.cases import codes, commands, kinds, plan
from tests.cancellations.planning.test_ways import BY_INVOICE, order


def free() -> Order:
    return replace(order(2, 1), payments=(), leaves_for_nothing=True, ends_by_refund=True)


def planned(facts: Order, **lines: int) -> Plan:
    wish = CancelRequest(lines={line: Decimal(units) for line, units in lines.items()})
    return plan(facts, wish, recipe=BY_INVOICE)


@pytest.mark.parametrize(("lines", "ends"), [({"L2": 2, "L1": 1}, True), ({"L2": 1}, False)], ids=["whole", "part"])
def test_units_of_a_free_order_leave_by_a_refund_of_nothing(lines, ends):
    made = planned(free(), **lines)

    (command,) = commands(made)
    assert isinstance(command, RefundOrder)
    assert {back.line_id: back.units for back in command.lines} == lines
    assert (command.payments, command.shipping, made.can_run) == ((), None, True)
    assert (made.expected.is_cancelled, codes(made)) == (ends, [])
    assert "reduce" not in [effect.kind.value for effect in made.effects]
    closing = [effect.detail for effect in made.effects if effect.kind.value == "close"]
    assert closing == (["Nothing is left on it, and that is what ends it on this platform."] if ends else [])


def test_where_nothing_of_the_kind_is_offered_there_is_a_reason():
    made = planned(replace(free(), leaves_for_nothing=False), L2=1)

    assert (kinds(made), made.can_run) == ([], False)
    assert codes(made)
