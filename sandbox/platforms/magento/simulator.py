"""The Python door of the Magento shops in a world, and what the world asks of them."""

from __future__ import annotations

import re
from typing import Any

from sandbox.core.base_simulator import BaseSimulator, Made
from sandbox.core.records import Body, Session
from sandbox.platforms.magento import router, spec, stock
from sandbox.platforms.magento.build import build
from sandbox.platforms.magento.seeds import SEEDS, many
from sandbox.platforms.magento.staff import Staff
from sandbox.platforms.magento.switches import SWITCHES


class MagentoSimulator(BaseSimulator):
    key = "magento"
    spec = spec
    seeds = SEEDS
    switches = SWITCHES
    staff_kind = Staff
    many = staticmethod(many)
    exchange = router.Api
    form = {"shop": "{name}.magento.example"}
    secrets = {word: word for word in ("consumer_key", "consumer_secret", "token", "token_secret")}
    host = re.compile(r"(?P<shop>[a-z0-9][a-z0-9-]*)\.magento\.example(:\d+)?")
    api = re.compile(r"/rest/(?:default|all)/V1/(?P<rest>.+)")

    @classmethod
    def fresh(cls, name: str) -> Body:
        """A new shop: US dollars, an integration with all rights. state: active or maintenance."""
        return cls.bare(name) | {
            "consumer_key": f"ck-{name}", "consumer_secret": f"cs-{name}-sandbox-secret", "token": f"at-{name}-sandbox",
            "token_secret": f"ts-{name}-sandbox-secret", "resources": list(router.ROUTES.needs()), "state": "active",
        }  # fmt: skip

    def build(self, session: Session, wanted: Any) -> Made:
        return build(session, wanted)

    def rights(self, shop: Body) -> tuple[str, ...]:
        return tuple(shop["resources"])

    def stock(self, sku: str, shop: str = "demo") -> Body:
        """{"qty", "reserved", "salable"} of a SKU."""
        with self.world.store.write() as db:
            session = self.session(db, self.known(shop))
            return stock.level(session, sku) | {"salable": stock.salable(session, sku)}
