"""The same order in another shop, by SKU: does it agree, and what would make it agree?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from cancellations.planning import mirrored_orders
from tests import make
from tests.cancellations.planning.cases import everything, plan, take


def ours():
    return make.canonical_order(lines=[make.line(id="a", sku="RED", units=3), make.line(id="b", sku="BLUE")])


def theirs(red=3, blue=1):
    lines = [make.line(id="x", sku="RED", units=red), make.line(id="y", sku="BLUE", units=blue)]
    return make.canonical_order(lines=[line for line in lines if line.ordered])


@pytest.mark.parametrize(
    ("units", "other", "agrees", "wish"),
    [
        ((2,), theirs(), False, {"x": 2}),
        ((2,), theirs(red=2), False, {"x": 1}),
        ((2,), theirs(red=1), True, {}),
        ((2,), theirs(red=0), True, {}),
        ((2, 1), theirs(red=1), False, {"y": 1}),
        ((3, 1), theirs(), False, {"x": 3, "y": 1}),
        ((2,), make.canonical_order(lines=[make.line(id="y", sku="BLUE")]), True, {}),
        ((2,), make.canonical_order(lines=[make.line(sku="OTHER", units=3)]), False, {}),
        ((3, 1), make.canonical_order(lines=[make.line(id="z", sku="", units=3)]), False, {"z": 3}),
        ((3, 1), make.canonical_order(lines=[make.line(sku="", units=3, cancelled=3)]), True, {}),
    ],
    ids=["untouched", "one of two", "same", "more than ours", "one line of two", "whole", "carries other lines only",
         "no SKU in common", "whole without SKUs", "whole without SKUs, gone"],
)  # fmt: skip
def test_a_copy_is_compared_by_what_stays_of_each_sku(units, other, agrees, wish):
    order = ours()
    made = plan(order, take(*units, order=order))

    assert mirrored_orders.agrees(made, order, other) is agrees
    assert mirrored_orders.wish(made, order, other) == {line: Decimal(n) for line, n in wish.items()}


def test_no_more_is_asked_for_than_can_be_cancelled_there():
    order = ours()
    packed = make.canonical_order(lines=[make.line(id="x", sku="RED", units=3, shipped=2)])

    assert mirrored_orders.wish(plan(order, everything(order)), order, packed) == {"x": 1}


def test_two_lines_of_one_sku_share_what_must_go():
    order = ours()
    split = make.canonical_order(lines=[make.line(id="x", sku="RED", units=1), make.line(id="z", sku="RED", units=2)])

    assert mirrored_orders.wish(plan(order, take(2, order=order)), order, split) == {"x": 1, "z": 1}
