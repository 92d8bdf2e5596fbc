"""The platforms that live in a world beside Shopify, and what each gives to the doors they share."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from stores.sandbox.bigcommerce.house import BigCommerceHome
from stores.sandbox.magento.house import MagentoHome
from stores.sandbox.modern_dropship.house import ModernDropship
from stores.sandbox.shoplazza.house import Shoplazza
from stores.sandbox.square.house import SquareHome
from stores.sandbox.wire import House, Reply, Request
from stores.sandbox.woocommerce.house import WooCommerceHome

if TYPE_CHECKING:
    from stores.sandbox.world import World


class Simulated(Protocol):
    """One platform's simulator. Its shops are called `key/name` in effects, timers and webhooks."""

    key: str

    def __init__(self, world: World) -> None: ...

    def open_house(self, name: str, base: str) -> House:
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


PLATFORMS: Mapping[str, type[Simulated]] = {
    kind.key: kind for kind in (Shoplazza, ModernDropship, SquareHome, MagentoHome, WooCommerceHome, BigCommerceHome)
}


def claiming(world: World, request: Request) -> Simulated | None:
    """The platform this request is meant for; None: Shopify, or nobody."""
    return next((kind(world) for kind in PLATFORMS.values() if kind.claims(request)), None)


def owner(world: World, name: str) -> Simulated | None:
    """By the first word of a shop (`shoplazza/demo`) or of a timer (`shoplazza.settle`)."""
    kind = PLATFORMS.get(name.replace("/", ".").partition(".")[0])
    return kind(world) if kind else None
