"""A shop of each platform as the sandbox serves it: the address and credentials that a connection form would take."""

from __future__ import annotations

from typing import Any

from sandbox.core.messages import SimulatedShop
from sandbox.core.world import World
from sandbox.platforms.shopify.spec import Line
from sandbox.registry import PLATFORMS

__all__ = ["SimulatedShop", "line", "make_order", "open_shop"]


def open_shop(world: World, platform: str, name: str = "demo", *, base: str = "") -> SimulatedShop:
    """base: where the sandbox is served; "" = reached in process under the platform's own host. Raises KeyError."""
    if platform != "shopify":
        return PLATFORMS[platform](world).open_shop(name, base)
    shop = world.shop(name) or world.add_shop(name)
    settings = {"shop": f"{name}.myshopify.com"} | ({"base_url": f"{base}/shopify/{name}"} if base else {})
    return SimulatedShop(platform, settings, {"token": shop["static_token"]}, shop["currency"], tuple(shop["scopes"]))


def make_order(world: World, platform: str, name: str, **words: Any) -> str:
    """One order in the words of that platform's spec; its external id."""
    made: Any = (
        world.make_order(name, **words) if platform == "shopify" else of(world, platform).make_order(name, **words)
    )
    return str(made.id)


def line(platform: str, **words: Any) -> Any:
    """One line in the words of that platform's spec."""
    kind: Any = PLATFORMS.get(platform)
    return kind.line(**words) if kind else Line(**words)


def of(world: World, platform: str) -> Any:
    """The platform's Python door in this world: make_order, seed, populate. Raises KeyError."""
    return PLATFORMS[platform](world)
