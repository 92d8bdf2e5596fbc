"""A world with every simulator in it, and Shopify's shops for short: what tests, demo and benches open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.core import world as core
from sandbox.platforms.modern_dropship.simulator import ModernDropshipSimulator
from sandbox.platforms.shopify.answer import Exchange
from sandbox.platforms.shopify.shops import Made
from sandbox.platforms.shopify.simulator import ShopifySimulator
from sandbox.platforms.shopify.staff import Staff
from sandbox.platforms.shoplazza.simulator import ShoplazzaSimulator
from sandbox.registry import SIMULATORS
from sandbox.version_0 import VERSION_0
from stores.kernel import clock

Body = dict[str, Any]


class World(core.World):
    """The verbs here are those of `world.shopify`; every other platform is `world.simulator(key)`."""

    def __init__(self, path: str, now: Callable[[], datetime] = clock.now) -> None:
        super().__init__(path, now, simulators=SIMULATORS, conversions=(VERSION_0,))

    @classmethod
    def open(cls, path: object, now: Callable[[], datetime] = clock.now) -> World:
        """Opens the file, making an empty world with a shop `demo` on each platform when there is none."""
        return cls(str(path), now)

    @property
    def shopify(self) -> ShopifySimulator:
        return ShopifySimulator(self)

    @property
    def shoplazza(self) -> ShoplazzaSimulator:
        return ShoplazzaSimulator(self)

    @property
    def modern_dropship(self) -> ModernDropshipSimulator:
        return ModernDropshipSimulator(self)

    def add_shop(self, name: str, **changes: Any) -> Body:
        return self.shopify.add_shop(name, **changes)

    def shop(self, name: str) -> Body | None:
        return self.shopify.shop(name)

    def make_order(self, shop: str = "demo", **spec: Any) -> Made:
        return self.shopify.make_order(shop, **spec)

    def seed(self, *names: str) -> dict[str, Made]:
        return self.shopify.seed(*names)

    def populate(self, shop: str = "demo", count: int = 300, seed: int = 1) -> list[str]:
        return self.shopify.populate(shop, count, seed)

    def order(self, order_id: str | int) -> Body:
        return self.shopify.order(order_id)

    def staff(self, order_id: str) -> Staff:
        return self.shopify.staff(order_id)

    def stock(self, item: str | int, location: int, shop: str = "demo") -> dict[str, int]:
        return self.shopify.stock(item, location, shop)

    def on_exchange(self, callback: Callable[[Exchange], None]) -> None:
        self.shopify.on_exchange(callback)
