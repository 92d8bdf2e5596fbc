"""Whatever stands anywhere in an answer, reading gives an order or fails in words, never anything else."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stores.canonical import codec
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from stores.kernel.errors import RemoteRefused, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.platforms.shoplazza import mapping, money, reading
from stores.platforms.shoplazza.api import Rates
from tests.stores.platforms.shoplazza import recorded

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**30), st.text(max_size=6), st.just([]), st.just({}), st.just([None]),
    st.just("9" * 14), st.just("-1.00"), st.just("0"), st.just("2026-13-01T00:00:00Z"), st.just(Decimal("1.5")),
    st.just("0001-01-01T00:00:00+14:00"), st.just("\ud800"), st.just("1e5"), st.just("KWD"), st.just("JPY"),
)  # fmt: skip


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in inside:
        yield (*path, name)
        yield from places(child, (*path, name))


def answers() -> dict[str, Any]:
    return {
        "order": recorded.bare_order(),
        "records": recorded.refunds()["data"]["records"],
        "transactions": recorded.transactions()["data"]["transactions"],
    }


PLACES = list(places(answers()))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
def test_any_answer_is_an_order_or_a_failed_read(changes):
    told = deepcopy(answers())
    for path, junk in changes:
        put(told, path, junk)
    if not all(
        isinstance(told[name], list) and all(isinstance(i, dict) for i in told[name]) for name in list(told)[1:]
    ):
        return  # the list itself is checked where it is read
    if not isinstance(told["order"], dict):
        return
    try:
        with json_readers.understood("unreadable"):
            order = to_order(told)
            reading.estimate(told["order"], told["records"], order, everything(order))
    except (RemoteUnavailable, RemoteRefused):
        return
    assert codec.loads(Order, codec.dumps(order)) == order
    assert all(0 <= line.cancellable <= line.ordered for line in order.lines)


def to_order(told: dict[str, Any]) -> Order:
    raw, records = told["order"], told["records"]
    return mapping.to_order(raw, records, money.to_payments(raw, told["transactions"], records, Rates.of(raw)))


def everything(order: Order) -> CancelRequest:
    return CancelRequest(lines={line.id: line.cancellable for line in order.lines})


def put(told: Any, path: tuple[Any, ...], junk: Any) -> None:
    """Leaves alone what an earlier change took away."""
    for name in path[:-1]:
        try:
            told = told[name]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(told, dict) or (isinstance(told, list) and isinstance(path[-1], int) and path[-1] < len(told)):
        told[path[-1]] = junk
