"""What shows each doubt about Shoplazza."""

from __future__ import annotations

from typing import Any

from sandbox.platforms.shoplazza.simulator import Made
from sandbox.platforms.shoplazza.spec import Line
from sandbox.world import World
from tests.sandbox.probes import Probe, Probes
from tests.sandbox.shoplazza_client import MUG, Client, prepare, records, refunding


def seen(world: World, client: Client, made: Made) -> Any:
    """All that can be seen of an order from outside, after everything has settled."""
    world.advance(5)
    effects = [(e.kind, e.amount, e.units, e.detail.get("channel")) for e in world.effects(made.id)]
    return effects, client.get(f"orders/{made.id}"), records(client, made)["records"]


def cancelled(calls: int = 1, refund: str = "", **words: Any) -> Probe:
    def probe(world: World, client: Client) -> Any:
        made = world.shoplazza.make_order(**({"lines": [MUG]} | words))
        if refund:
            client.post(f"orders/{made.id}/refund", refunding(made, refund, 3))
            world.advance(3)
        answers = [client.post(f"orders/{made.id}/cancel", {"reason": "x"}) for _ in range(calls)]
        return [(a.status_code, a.text) for a in answers], seen(world, client, made)

    return probe


def refunded(total: str = "14.50", after_cancel: bool = False, body: bool = True, **words: Any) -> Probe:
    def probe(world: World, client: Client) -> Any:
        made = world.shoplazza.make_order(**({"lines": [MUG]} | words))
        if after_cancel:
            client.post(f"orders/{made.id}/cancel", {})
        answer = client.post(f"orders/{made.id}/refund", refunding(made, total) if body else None)
        soon = seen(world, client, made)
        world.advance(60)
        return answer.status_code, answer.content, soon, seen(world, client, made)

    return probe


def hooked(world: World, client: Client) -> Any:
    client.post("webhooks", {"webhook": {"topic": "orders/cancelled", "address": "https://x.example/a"}})
    made = world.shoplazza.make_order(lines=[MUG])
    client.post(f"orders/{made.id}/cancel", {})
    return [world.hooks.headers(row).get("X-Shoplazza-Hmac-Sha256") for row in world.hooks.waiting()]


def listed(world: World, client: Client) -> Any:
    for days in (3, 2, 1):
        world.shoplazza.make_order(age_days=days)
    return [order["number"] for order in client.get("orders")["orders"]]


def limited(world: World, client: Client) -> Any:
    return [client.call("GET", "shop").status_code for _ in range(41)]


def headed(world: World, client: Client) -> Any:
    return sorted(client.call("GET", "shop").headers)


TWO: dict[str, Any] = {"tender": [("gift_card", "20.00"), ("bogus", "28.50")]}
PROBES = Probes(
    client=Client,
    prepare=prepare,
    prefix="shoplazza_",
    of={
        "cancel_refunds": cancelled(),
        "cancel_restocks": cancelled(),
        "cancel_voids": cancelled(pay="authorised"),
        "cancel_notifies": cancelled(),
        "cancel_answer": cancelled(),
        "cancel_shipped": cancelled(lines=[Line(quantity=2, shipped=1)]),
        "second_cancel": cancelled(2),
        "refund_after_cancel": refunded(after_cancel=True),
        "cancel_after_refund": cancelled(refund="48.50"),
        "line_quantity": refunded(),
        "delete_quantity": refunded(),
        "zero_refund": refunded("0.00"),
        "refund_payments": refunded(**TWO),
        "gift_card": refunded(**TWO),
        "empty_refund": refunded(body=False),
        "limit": limited,
        "limit_headers": headed,
        "hook_signature": hooked,
        "list_order": listed,
        "ship_quantity": cancelled(lines=[Line(quantity=2, shipped=1)]),
        "blank_406": refunded(after_cancel=True),
        "refund_seconds": refunded(channel="paypal"),
    },
)
