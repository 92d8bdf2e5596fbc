"""What shows each doubt about WooCommerce, and what plug-ins and hosts do."""

from __future__ import annotations

from typing import Any

from sandbox.core.base_simulator import Made
from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from sandbox.platforms.woocommerce.spec import Line
from sandbox.world import World
from tests.sandbox.probes import Probe, Probes
from tests.sandbox.woocommerce_client import Client, prepare


def made(world: World, **words: Any) -> Made:
    return WooCommerceSimulator(world).make_order(**words)


def cancelled(world: World, client: Client) -> Any:
    """The order and what happened: with a mark of ours that a plug-in may throw away."""
    order = made(world, pay="authorised")
    answer = client.ask(
        "PUT", f"orders/{order.id}", {"status": "cancelled", "meta_data": [{"key": "_x", "value": "y"}]}
    )
    told = answer.json()["meta_data"] if answer.ok else answer.text
    return answer.status_code, told, [effect.kind for effect in world.effects(order.id)]


def refunded(amount: str) -> Probe:
    def probe(world: World, client: Client) -> Any:
        order = made(world)
        answer = client.ask("POST", f"orders/{order.id}/refunds", {"amount": amount, "reason": "mark"})
        kept = [record["paid_back"] for record in WooCommerceSimulator(world).refunds(order.id)]
        moved = [(effect.kind, effect.amount) for effect in world.effects(order.id)]
        return answer.status_code, answer.text[-40:], kept, moved, client.get(f"orders/{order.id}")[1]["status"]

    return probe


def version(world: World, client: Client) -> Any:
    return client.get(f"orders/{made(world).id}")[1]["version"]


def parcels(world: World, client: Client) -> Any:
    return client.get(f"orders/{made(world, lines=[Line(quantity=2, fulfilled=1)]).id}/fulfillments")


def let_in(world: World, client: Client) -> Any:
    return client.ask("GET", "orders", per_page=1).status_code


def hurried(world: World, client: Client) -> Any:
    return [client.ask("GET", "orders", per_page=1).status_code for _ in range(11)]


PROBES = Probes(
    client=Client,
    prepare=prepare,
    prefix="woocommerce_",
    of={
        "cancel_voids": cancelled,
        "fulfilments": parcels,
        "store": version,
        "cancel_mails": cancelled,
        "gateway": refunded("1.00"),
        "foreign_meta": cancelled,
        "refunded_status": refunded("15.00"),
        "put": cancelled,
        "login": let_in,
        "limit": hurried,
    },
)
