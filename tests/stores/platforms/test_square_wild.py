"""Whatever stands anywhere in an answer, reading gives an order or fails in words, never anything else."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stores.canonical import codec
from stores.canonical.order import Location, Order
from stores.canonical.request import CancelRequest
from stores.kernel.errors import RemoteUnavailable
from stores.kernel.http import json_readers
from stores.platforms.square import mapping, money
from stores.platforms.square.cancellable import Facts
from stores.platforms.square.mapping import Place
from tests.make import NOW
from tests.stores.platforms.square import recorded

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**30), st.text(max_size=6), st.just([]), st.just({}), st.just([None]),
    st.just("9" * 14), st.just("-1.00"), st.just("0"), st.just("2026-13-01T00:00:00Z"), st.just(Decimal("1.5")),
    st.just("0001-01-01T00:00:00+14:00"), st.just("\ud800"), st.just("1e5"), st.just("KWD"), st.just("JPY"),
    st.just("CANCELED"), st.just("COMPLETED"), st.just("ENTRY_LIST"), st.just("PENDING"), st.just("CASH"),
)  # fmt: skip


def answers() -> dict[str, Any]:
    return {
        "order": recorded.order()["order"], "payment": recorded.payment()["payment"],
        "refund": recorded.refund()["refund"], "returns": recorded.read("returns")["orders"][0],
    }  # fmt: skip


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, child in inside:
        yield (*path, name)
        yield from places(child, (*path, name))


PLACES = [path for path in places(answers()) if len(path) > 1]


@settings(max_examples=250, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
def test_any_answer_is_an_order_or_a_failed_read(changes):
    told = deepcopy(answers())
    for path, junk in changes:
        put(told, path, junk)
    found = Facts(
        order=told["order"], payments=(told["payment"],), refunds=(told["refund"],),
        returns={"CAISENgvlJ6jLWAzERDzjyHVybY": told["returns"]}, read_at=NOW,
    )  # fmt: skip
    try:
        with json_readers.understood("unreadable"):
            order = mapping.to_order(found, Place(Location(id="L", name="L")))
            wanted = CancelRequest(lines={line.id: line.cancellable for line in order.lines})
            quote = money.estimate(told["order"], order, wanted)
    except RemoteUnavailable:
        return
    assert codec.loads(Order, codec.dumps(order)) == order
    assert all(0 <= line.cancellable <= line.ordered for line in order.lines)
    assert quote.total <= quote.maximum or not quote.payments


def put(told: Any, path: tuple[Any, ...], junk: Any) -> None:
    """Leaves alone what an earlier change took away."""
    for name in path[:-1]:
        try:
            told = told[name]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(told, dict) or (isinstance(told, list) and isinstance(path[-1], int) and path[-1] < len(told)):
        told[path[-1]] = junk
