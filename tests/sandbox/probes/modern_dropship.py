"""What shows each doubt about Modern Dropship."""

from __future__ import annotations

import json
from typing import Any

from sandbox.core.base_simulator import Made
from sandbox.platforms.modern_dropship.spec import Line
from sandbox.world import World
from tests.sandbox.modern_dropship_client import Client, prepare
from tests.sandbox.probes import Probe, Probes

BEGUN = Line(quantity=5, fulfilled=2)


def made(world: World, *lines: Line, **words: Any) -> Made:
    return world.modern_dropship.make_order(lines=lines or (Line(quantity=5),), **words)


def read(world: World, client: Client) -> Any:
    return client.order(made(world, BEGUN).id)


def cut(keep: int, **words: Any) -> Probe:
    """What a cut into an item answers, and the order after it."""

    def probe(world: World, client: Client) -> Any:
        order = made(world, BEGUN, **words)
        path = f"/orders/{order.id}/items/{order.lines[0]}/cancel"
        answer = client.post(path, newQuantity=keep, reason="x")
        return answer.status_code, answer.json(), client.order(order.id)

    return probe


def zero(world: World, client: Client) -> Any:
    order = made(world)
    return client.post(f"/orders/{order.id}/items/{order.lines[0]}/cancel", newQuantity=0, reason="x").status_code


def twice(world: World, client: Client) -> Any:
    path = f"/orders/{made(world).id}/cancel"
    return [client.post(path, reason="x", unfulfilledOnly=False).status_code for _ in range(2)]


def unknown(world: World, client: Client) -> Any:
    return client.get(f"/orders/{'0' * 24}").status_code


def hurried(world: World, client: Client) -> Any:
    return [client.get("/orders").status_code for _ in range(3)]


def listed(world: World, client: Client) -> Any:
    for days in (3, 2, 1):
        made(world, age_days=days)
    return [order["_id"] for order in client.get("/orders").json()]


def event(world: World, client: Client) -> Any:
    world.modern_dropship.send_events_to("https://desk.example/hooks/abc")
    world.modern_dropship.staff(made(world).id).cancel()
    world.advance(70)
    return [sorted(json.loads(bytes(row["body"]))) for row in world.hooks.waiting()]


PROBES = Probes(
    client=Client,
    prepare=prepare,
    prefix="modern_dropship_",
    of={
        "envelope": read,
        "names": read,
        "fulfilments": read,
        "second_cancel": twice,
        "unknown_order": unknown,
        "split_original": cut(3),
        "old_shipments": cut(3),
        "item_answer": cut(3),
        "reason": cut(3),
        "zero_quantity": zero,
        "item_unposted": cut(3, is_posted=False),
        "limit": hurried,
        "list_order": listed,
        "event": event,
    },
)
