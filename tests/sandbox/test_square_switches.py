"""Each of Square's switches changes something that can be seen from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import switches
from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.platforms.square.switches import SWITCHES
from sandbox.world import World
from tests.sandbox.test_square import CALLED_OFF, MUG, Client, client, home, put, refund_of, world

__all__ = ["client", "home", "world"]


@dataclass(frozen=True)
class Shop:
    """One shop of its own for each setting."""

    home: SquareSimulator
    name: str

    def make_order(self, **words: Any) -> Any:
        return self.home.make_order(self.name, **words)

    def stock(self, sku: str) -> Any:
        return self.home.stock(sku, shop=self.name)


Probe = Callable[[World, Shop, Client], Any]


def order_of(home: Shop, client: Client, **words: Any) -> Any:
    return client.get(f"v2/orders/{home.make_order(**({'lines': [MUG]} | words)).id}")["order"]


def again_after_two_hours(world: World, home: Shop, client: Client) -> Any:
    order = order_of(home, client)
    body = refund_of(order, 100)
    answers = [client.call("POST", "v2/refunds", body).json()]
    world.advance(2 * 3600)
    answers.append(client.call("POST", "v2/refunds", body).json())
    world.advance(120)
    return answers[0] == answers[1], len(world.effects(order["id"], "refund"))


def at_once_again(world: World, home: Shop, client: Client) -> Any:
    order = order_of(home, client)
    codes = [client.call("POST", "v2/refunds", refund_of(order, 100, f"k{n}")).status_code for n in range(2)]
    return codes


def refunding(**more: Any) -> Probe:
    def probe(world: World, home: Shop, client: Client) -> Any:
        order = order_of(home, client)
        first = client.call("POST", "v2/refunds", refund_of(order, 100, **more)).json()
        world.advance(30)
        seen = client.get(f"v2/refunds/{first['refund']['id']}") if "refund" in first else first
        return first.get("refund", {}).get("status"), seen.get("refund", {}).get("status")

    return probe


def refunding_a_lost_one(world: World, home: Shop, client: Client) -> Any:
    order = order_of(home, client, disputed="LOST")
    return client.call("POST", "v2/refunds", refund_of(order, 100)).status_code


def hurried(world: World, home: Shop, client: Client) -> Any:
    for _ in range(30):
        answer = client.call("GET", "v2/locations")
    return answer.status_code, sorted(answer.headers)


def hurried_on_the_standard_limit(world: World, home: Shop, client: Client) -> Any:
    world.switch("square_limit", "standard")
    return hurried(world, home, client)


def cancelled_after_a_void(world: World, home: Shop, client: Client) -> Any:
    order = order_of(home, client, pay="authorised")
    client.call("POST", f"v2/payments/{order['tenders'][0]['payment_id']}/cancel")
    after = client.get(f"v2/orders/{order['id']}")["order"]
    put_back = {"location_id": "LDEMOMAIN", "version": 2, "state": "CANCELED", "fulfillments": CALLED_OFF}
    return after, client.call("PUT", f"v2/orders/{order['id']}", {"order": put_back}).status_code


def sold(world: World, home: Shop, client: Client) -> Any:
    order_of(home, client)
    return home.stock("MUG")


def put_with(version: int = 1, **changes: Any) -> Probe:
    def probe(world: World, home: Shop, client: Client) -> Any:
        world.watchers.clear()
        made = home.make_order(pay="unpaid")
        return put(client, made, version, **changes).json()

    return probe


def called_off(world: World, home: Shop, client: Client) -> Any:
    made = home.make_order()
    reason = {"uid": "fu1", "state": "CANCELED", "pickup_details": {"cancel_reason": "x [op 1]"}}
    order = put(client, made, fulfillments=[reason]).json()["order"]
    return order["state"], order["fulfillments"]


def searched(world: World, home: Shop, client: Client) -> Any:
    home.make_order(age_days=0)
    query = {"location_ids": ["LDEMOMAIN"], "query": {"sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"}}}
    return len(client.ask("v2/orders/search", query)["orders"])


PROBES: dict[str, Probe] = {
    "key_hours": again_after_two_hours,
    "limit": hurried,
    "retry_after": hurried_on_the_standard_limit,
    "cancel_after_void": cancelled_after_a_void,
    "stock_taken": sold,
    "second_refund": at_once_again,
    "partial_refund": refunding(),
    "lost_dispute": refunding_a_lost_one,
    "refund_seconds": refunding(),
    "conflict": put_with(9),
    "unknown_fields": put_with(sttate="CANCELED"),
    "after_cancel": called_off,
    "payment_version": refunding(payment_version_token="old"),
    "void_releases_order": cancelled_after_a_void,
    "search_lag": searched,
    "token_ends": lambda world, home, client: sorted(client.call("POST", "oauth2/token/status", {}).json()),
    "echo_version": lambda world, home, client: sorted(client.call("GET", "v2/locations").headers),
    "cancel_reason": called_off,
}


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_each_setting_bends_something(
    world: World, home: SquareSimulator, client: Client, switch: switches.Switch
) -> None:
    probe, seen = PROBES[switch.name.removeprefix("square_")], []
    for number, setting in enumerate((*switch.settings, switch.default)):
        world.switch(switch.name, setting)
        name = f"shop{number}"
        home.add_shop(name, locations=home.fresh("demo")["locations"])
        seen.append(same_of(probe(world, Shop(home, name), Client(world, name))))
    assert seen[0] == seen.pop(), "the same setting shows the same"
    assert len(set(seen)) > 1


def same_of(told: Any) -> str:
    """Without what differs in any case: ids and times."""
    if isinstance(told, dict):
        kept = {name: same_of(one) for name, one in told.items() if name not in LOOSE}
        return str(sorted(kept.items()))
    if isinstance(told, list | tuple):
        return str([same_of(one) for one in told])
    return str(told)


LOOSE = frozenset({"id", "uid", "payment_id", "source_order_id", "created_at", "updated_at", "closed_at", "metadata"})


def test_every_switch_has_a_probe() -> None:
    assert {switch.name.removeprefix("square_") for switch in SWITCHES} == set(PROBES)
    assert all(switch.platform == "square" for switch in SWITCHES)
