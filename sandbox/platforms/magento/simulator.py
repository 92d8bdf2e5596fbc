"""The Python door of the Magento shops in a world, and what the shared doors ask of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.core.base_simulator import BaseSimulator, Made
from sandbox.core.messages import Reply, Request, SimulatedShop
from sandbox.core.records import Body, Session
from sandbox.platforms.magento import populate, router, seeds, spec, stock
from sandbox.platforms.magento.build import build
from sandbox.platforms.magento.staff import Staff
from sandbox.platforms.magento.switches import SWITCHES


class MagentoSimulator(BaseSimulator):
    key = "magento"
    spec = spec
    seeds = seeds.SEEDS
    switches = SWITCHES

    @classmethod
    def fresh(cls, name: str) -> Body:
        """A new shop: US dollars, an integration with all rights. state: active or maintenance."""
        return {
            "name": name, "title": name.replace("-", " ").title(), "currency": "USD", "timezone": "America/New_York",
            "consumer_key": f"ck-{name}", "consumer_secret": f"cs-{name}-sandbox-secret", "token": f"at-{name}-sandbox",
            "token_secret": f"ts-{name}-sandbox-secret", "resources": list(router.RESOURCES), "state": "active",
        }  # fmt: skip

    def build(self, session: Session, wanted: Any) -> Made:
        return build(session, wanted)

    @classmethod
    def many(cls, count: int, seed: int) -> Iterable[Mapping[str, Any]]:
        return populate.many(count, seed)

    def open_shop(self, name: str, base: str) -> SimulatedShop:
        shop = self.shop(name) or self.add_shop(name)
        settings = {"shop": f"{name}.magento.example"} | ({"base_url": f"{base}/{self.key}/{name}"} if base else {})
        secrets = {key: shop[key] for key in ("consumer_key", "consumer_secret", "token", "token_secret")}
        return SimulatedShop(self.key, settings, secrets, shop["currency"], tuple(shop["resources"]))

    def staff(self, order_id: str, shop: str = "demo") -> Staff:
        """Somebody in the shop's own admin, acting on this order behind our back."""
        return Staff(self, order_id, shop)

    def stock(self, sku: str, shop: str = "demo") -> Body:
        """{"qty", "reserved", "salable"} of a SKU."""
        with self.world.store.write() as db:
            session = self.session(db, self.shop(shop) or self.fresh(shop))
            return stock.level(session, sku) | {"salable": stock.salable(session, sku)}

    # --- for the shared doors ----------------------------------------------------------------------
    @classmethod
    def claims(cls, request: Request) -> bool:
        return router.where(request) is not None

    def operations(self, request: Request) -> tuple[str, ...]:
        return (router.name_of(request),)

    def reply(self, request: Request) -> Reply:
        return router.reply(self, request)
