"""What shows how Magento shops differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.world import World
from tests.sandbox.magento_client import MUG, Client, exact, prepare, search
from tests.sandbox.probes import Probe, Probes


def seen(world: World, client: Client, made: Any) -> Any:
    """All that can be seen of an order from outside, and the stock behind it."""
    effects = [(e.kind, e.amount, e.units) for e in world.effects(made.id)]
    memos = client.of("creditmemos", made)
    return effects, client.order(made), memos, MagentoSimulator(world).stock("MUG")


def cancelled(**words: Any) -> Probe:
    def probe(world: World, client: Client) -> Any:
        made = MagentoSimulator(world).make_order(**({"lines": [MUG]} | words))
        answer = client.post(f"orders/{made.id}/cancel")
        return answer.status_code, answer.text, seen(world, client, made)

    return probe


def refunded(*counts: int, times: int = 1, words: Any = None, **body: Any) -> Probe:
    def probe(world: World, client: Client) -> Any:
        made = MagentoSimulator(world).make_order(**({"lines": [MUG]} | (words or {})))
        answers = [client.refund(made, **exact(made, *counts, **body)) for _ in range(times)]
        return [(a.status_code, len(a.text)) for a in answers], seen(world, client, made)

    return probe


def limited(world: World, client: Client) -> Any:
    return [client.call("GET", "orders/1").status_code for _ in range(10)]


def sized(world: World, client: Client) -> Any:
    for _ in range(21):
        MagentoSimulator(world).make_order()
    return len(client.get(f"orders?{search(None)}")["items"]), client.call("GET", f"orders?{search(301)}").status_code


def bearing(world: World, client: Client) -> Any:
    return client.call("GET", "orders/1", headers={"Authorization": "Bearer at-demo-sandbox"}).status_code


PROBES = Probes(
    client=Client,
    prepare=prepare,
    prefix="magento_",
    of={
        "limit": limited,
        "stock": refunded(1, back=False),
        "auto_return": refunded(1, back=False),
        "cancel_answer": cancelled(),
        "cancel_forbidden": cancelled(pay="unpaid"),
        "shipping_config": refunded(1, words={"tax_rate": "0.20"}, shipping=5),
        "zero_memos": refunded(1, words={"lines": [replace(MUG, price="0.00")], "shipping": "0"}),
        "partial_online": refunded(1),
        "after_refund": refunded(3, shipping=5),
        "mail": refunded(1, notify=True),
        "extras_return": cancelled(pay="unpaid", extras={"gift_cards_amount": "10.00"}),
        "parallel_refunds": refunded(1, times=2),
        "input_limits": sized,
        "bearer": bearing,
    },
)
