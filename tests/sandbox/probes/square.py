"""What shows each doubt about Square."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.world import World
from tests.sandbox.probes import Probe, Probes
from tests.sandbox.test_square import CALLED_OFF, MUG, Client, prepare, put, refund_of


def order_of(world: World, client: Client, **words: Any) -> Any:
    return client.get(f"v2/orders/{SquareSimulator(world).make_order(**({'lines': [MUG]} | words)).id}")["order"]


def again_and_again(world: World, client: Client) -> Any:
    order = order_of(world, client)
    body = refund_of(order, 100)
    answers = [client.call("POST", "v2/refunds", body).json()]
    for seconds in (600, 2 * 3600):
        world.advance(seconds)
        answers.append(client.call("POST", "v2/refunds", body).json())
    world.advance(120)
    return [answer == answers[0] for answer in answers], len(world.effects(order["id"], "refund"))


def at_once_again(world: World, client: Client) -> Any:
    order = order_of(world, client)
    codes = [client.call("POST", "v2/refunds", refund_of(order, 100, f"k{n}")).status_code for n in range(2)]
    return codes


def refunding(**more: Any) -> Probe:
    def probe(world: World, client: Client) -> Any:
        order = order_of(world, client)
        first = client.call("POST", "v2/refunds", refund_of(order, 100, **more)).json()
        states = [first.get("refund", {}).get("status")]
        for seconds in (30, 60):
            world.advance(seconds)
            seen = client.get(f"v2/refunds/{first['refund']['id']}") if "refund" in first else first
            states.append(seen.get("refund", {}).get("status"))
        return states

    return probe


def refunding_a_lost_one(world: World, client: Client) -> Any:
    order = order_of(world, client, disputed="LOST")
    return client.call("POST", "v2/refunds", refund_of(order, 100)).status_code


def hurried(world: World, client: Client) -> Any:
    for _ in range(30):
        answer = client.call("GET", "v2/locations")
    return answer.status_code, sorted(answer.headers)


def hurried_on_the_standard_limit(world: World, client: Client) -> Any:
    world.switch("square_limit", "standard")
    return hurried(world, client)


def cancelled_after_a_void(world: World, client: Client) -> Any:
    order = order_of(world, client, pay="authorised")
    client.call("POST", f"v2/payments/{order['tenders'][0]['payment_id']}/cancel")
    after = client.get(f"v2/orders/{order['id']}")["order"]
    put_back = {"location_id": "LDEMOMAIN", "version": 2, "state": "CANCELED", "fulfillments": CALLED_OFF}
    return after, client.call("PUT", f"v2/orders/{order['id']}", {"order": put_back}).status_code


def sold(world: World, client: Client) -> Any:
    order_of(world, client)
    return SquareSimulator(world).stock("MUG")


def put_with(version: int = 1, **changes: Any) -> Probe:
    def probe(world: World, client: Client) -> Any:
        world.watchers.clear()
        made = SquareSimulator(world).make_order(pay="unpaid")
        return put(client, made, version, **changes).json()

    return probe


def called_off(world: World, client: Client) -> Any:
    made = SquareSimulator(world).make_order()
    reason = {"uid": "fu1", "state": "CANCELED", "pickup_details": {"cancel_reason": "x [op 1]"}}
    order = put(client, made, fulfillments=[reason]).json()["order"]
    return order["state"], order["fulfillments"]


def searched(world: World, client: Client) -> Any:
    SquareSimulator(world).make_order(age_days=0)
    query = {"location_ids": ["LDEMOMAIN"], "query": {"sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"}}}
    return len(client.ask("v2/orders/search", query)["orders"])


PROBES = Probes(
    client=Client,
    prepare=prepare,
    prefix="square_",
    of={
        "key_hours": again_and_again,
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
        "token_ends": lambda world, client: sorted(client.call("POST", "oauth2/token/status", {}).json()),
        "echo_version": lambda world, client: sorted(client.call("GET", "v2/locations").headers),
        "cancel_reason": called_off,
    },
)
