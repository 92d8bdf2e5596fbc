"""The platforms that live in a world beside Shopify, and what each gives to the doors they share."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.core.messages import Reply, Request, SimulatedShop
from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.modern_dropship.simulator import ModernDropshipSimulator
from sandbox.platforms.shoplazza.simulator import ShoplazzaSimulator
from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator

if TYPE_CHECKING:
    from sandbox.core.world import World


class Simulated(Protocol):
    """One platform's simulator. Its shops are called `key/name` in effects, timers and webhooks."""

    key: str

    def __init__(self, world: World) -> None: ...

    def open_shop(self, name: str, base: str) -> SimulatedShop:
        """The address and credentials that a connection form would take; base: "" = reached in process."""

    @classmethod
    def claims(cls, request: Request) -> bool:
        """Is this request meant for it, by path or by host?"""

    def operations(self, request: Request) -> tuple[str, ...]:
        """What faults call this request."""

    def reply(self, request: Request) -> Reply: ...

    def fire(self, db: sqlite3.Connection, row: sqlite3.Row) -> None:
        """Something of its own came due; `kind` of its timers begins with `key.`"""

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        """Headers of one outgoing webhook, signature included."""

    def control(self, action: str, asked: dict[str, Any]) -> Any:
        """order, seed, populate or shop, as for World. Raises KeyError for anything else."""


SIMULATORS: tuple[type[Simulated], ...] = (
    ShoplazzaSimulator,
    ModernDropshipSimulator,
    SquareSimulator,
    MagentoSimulator,
    WooCommerceSimulator,
    BigCommerceSimulator,
)
PLATFORMS: Mapping[str, type[Simulated]] = {kind.key: kind for kind in SIMULATORS}


def claiming(world: World, request: Request) -> Simulated | None:
    """The platform this request is meant for; None: Shopify, or nobody."""
    return next((kind(world) for kind in PLATFORMS.values() if kind.claims(request)), None)


def owner(world: World, name: str) -> Simulated | None:
    """By the first word of a shop (`shoplazza/demo`) or of a timer (`shoplazza.settle`)."""
    kind = PLATFORMS.get(name.replace("/", ".").partition(".")[0])
    return kind(world) if kind else None
