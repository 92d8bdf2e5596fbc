"""Shopify's figures come from Shopify: a case is an order of the simulator, told in the words of its specification, and
what is asked of it. `shop`: changes of the shop (its currency), the rest as in sandbox/platforms/shopify/spec.py."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.platforms.shopify.spec import Line
from sandbox.world import World
from stores.platforms.shopify import Shopify
from tests.stores.platforms import rig

PAYLOADS = ()
SWITCHES = {"limit": "plus", "job_seconds": "0", "pending_seconds": "0", "key_hours": "none"}


def build(world: World, body: Mapping[str, Any]) -> tuple[Shopify, str]:
    """Keys are not remembered: the runner uses one name for the same step of two cancellations."""
    for name, value in SWITCHES.items():
        world.switch(name, value)
    words: dict[str, Any] = {"shipping": None, "tax": "0"} | dict(body["sandbox"])
    world.add_shop("demo", **words.pop("shop", {}))
    by_hand = words.pop("by_hand", ())
    lines = [Line(**{name: _plain(value) for name, value in line.items()}) for line in words.pop("lines")]
    made = world.make_order(lines=lines, **{name: _paired(value) for name, value in words.items()})
    for amount in by_hand:
        world.staff(made.id).refund(amount, "by hand")
    return rig.on_world(Shopify, world), made.id


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) else value


def _paired(value: Any) -> Any:
    """Lists of JSON as the pairs that a specification wants."""
    return tuple(tuple(one) if isinstance(one, list) else one for one in value) if isinstance(value, list) else value
