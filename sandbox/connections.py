"""A shop of each platform as the sandbox serves it: the address and credentials that a connection form would take."""

from __future__ import annotations

from typing import Any

from sandbox.core.messages import SimulatedShop
from sandbox.core.world import World
from sandbox.registry import SIMULATORS

__all__ = ["SimulatedShop", "line", "make_order", "of", "open_shop"]
KINDS: dict[str, Any] = {kind.key: kind for kind in SIMULATORS}


def open_shop(world: World, platform: str, name: str = "demo", *, base: str = "") -> SimulatedShop:
    """base: where the sandbox is served; "" = reached in process under the platform's own host. Raises KeyError."""
    return world.simulator(platform).open_shop(name, base)


def make_order(world: World, platform: str, name: str, **words: Any) -> str:
    """One order in the words of that platform's spec; its external id."""
    return str(of(world, platform).make_order(name, **words).id)


def line(platform: str, **words: Any) -> Any:
    """One line in the words of that platform's spec."""
    return KINDS[platform].line(**words)


def of(world: World, platform: str) -> Any:
    """The platform's Python door in this world: make_order, seed, populate. Raises KeyError."""
    return world.simulator(platform)
