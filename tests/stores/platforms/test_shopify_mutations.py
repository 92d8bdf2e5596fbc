"""Any JSON that calls itself an order gives an Order or an error of ours, never anything else."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.platforms.shopify.answer import Exchange
from sandbox.world import World
from stores.canonical import codec
from stores.canonical.order import Order
from stores.connectors.roles import Listing
from stores.kernel.errors import DeskError
from stores.kernel.http.responses import Answer
from stores.platforms.shopify import Shopify
from tests.make import NOW
from tests.stores.platforms import rig
from tests.stores.platforms.contract import outcome_of

ODD: list[Any] = [
    None, "", "x", "\0", "\ud800", "NaN", "1e999", "-1", "9" * 60, 0, -1, 1, 10**18, True, False, [], {}, [None], [[]],
    {"nodes": None}, {"nodes": [None]}, {"amount": "1"}, "2026-13-45T99:99:99Z", "0001-01-01T00:00:00+23:59",
    "gid://shopify/Order/1", {"pageInfo": {"hasNextPage": True, "endCursor": None}, "nodes": []},
]  # fmt: skip
SEEDS = (
    "partly shipped (two locations)",
    "cancelled",
    "tip and duties",
    "active return",
    "on hold",
    "yen shop, paid in euro",
)


@cache
def recorded() -> list[Exchange]:
    """Real exchanges of the simulator: full reads, cheap reads, listings."""
    seen: list[Exchange] = []
    with TemporaryDirectory() as home:
        world = World.open(Path(home) / "w.sqlite3", now=lambda: NOW)
        world.switch("limit", "plus")
        made = world.seed(*SEEDS)
        world.on_exchange(seen.append)
        for one in made.values():
            shop = rig.on_world(Shopify, world, shop=one.shop)
            shop.look_again(shop.read_order(one.id))
            shop.list_orders(since=None)
        world.close()
    return seen


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, child in children for path in paths(child, (*at, key)))]


@st.composite
def mutated(draw: Any, named: str) -> Any:
    """One answer with one to four values replaced, removed or doubled."""
    exchanges = [seen for seen in recorded() if named in seen.query]
    answer = copy.deepcopy(draw(st.sampled_from(exchanges)).answer)
    for _ in range(draw(st.integers(1, 4))):
        found = paths(answer["data"])[1:] or [("order",)]
        change(
            answer["data"],
            draw(st.sampled_from(found)),
            draw(st.sampled_from(ODD)),
            how=draw(st.sampled_from(["replace", "remove"])),
        )
    return answer


def change(tree: Any, path: tuple[Any, ...], value: Any, *, how: str) -> None:
    for key in path[:-1]:
        try:
            tree = tree[key]
        except (KeyError, IndexError, TypeError):
            return
    if not isinstance(tree, dict | list) or (isinstance(tree, list) and not -len(tree) <= path[-1] < len(tree)):
        return
    if how == "remove" and isinstance(tree, dict):
        tree.pop(path[-1], None)
    else:
        tree[path[-1]] = copy.deepcopy(value)  # never one object twice: it could come to hold itself


class Said:
    """A transport that always gives the same answer."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def send(self, method: str, path: str, **words: Any) -> Answer:
        return Answer(200, {}, copy.deepcopy(self.body))


def shop_that_says(body: Any) -> Shopify:
    connection = rig.connection({"shop": "demo"}, {"token": "t"}, session=requests.Session())
    object.__setattr__(connection, "transport", Said(body))
    return Shopify(connection)


RELAXED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@RELAXED
@given(mutated("query Order("))
def test_any_answer_to_a_read_is_an_order_or_an_error_of_ours(answer):
    order = outcome_of(lambda: shop_that_says(answer).read_order("gid://shopify/Order/1"))
    assert isinstance(order, Order | DeskError)
    if isinstance(order, DeskError):
        return
    assert codec.loads(Order, codec.dumps(order)) == order
    codec.dumps(order).encode()
    for line in order.lines:
        assert 0 <= line.cancellable <= line.current


@RELAXED
@given(mutated("query Orders("))
def test_any_answer_to_a_listing_is_a_page_or_an_error_of_ours(answer):
    since = datetime(2026, 1, 1, tzinfo=UTC)
    page = outcome_of(lambda: shop_that_says(answer).list_orders(since=since, cursor="|0|"))
    assert isinstance(page, Listing | DeskError)
    for order in page.orders if isinstance(page, Listing) else ():
        codec.dumps(order).encode()


JUNK: list[Any] = [
    None, [], "x", 3, {}, {"data": None}, {"data": []}, {"data": {}}, {"data": {"order": []}}, {"data": {"order": {}}},
    {"errors": []}, {"errors": [None]}, {"errors": {}}, {"errors": [{"extensions": 3}]}, {"data": {"node": {}}},
]  # fmt: skip


@pytest.mark.parametrize("body", JUNK, ids=json.dumps)
def test_junk_is_an_error_of_ours_whatever_is_asked(body):
    shop = shop_that_says(body)
    calls: list[Callable[[], object]] = [
        lambda: shop.read_order("gid://shopify/Order/1"), lambda: shop.list_orders(since=None), shop.check_access,
        shop.list_hooks, lambda: shop.add_hook("ORDERS_UPDATED", "https://x.example"), lambda: shop.remove_hook("1"),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(DeskError):
            call()
