"""The Python door of the Modern Dropship accounts in a world, and what the world asks of them."""

from __future__ import annotations

import re
import sqlite3
import zlib
from typing import Any

from sandbox.core.base_simulator import BaseSimulator, Made, Place
from sandbox.core.messages import Request, SimulatedShop
from sandbox.core.records import Body
from sandbox.platforms.modern_dropship import build, router, serializers, spec
from sandbox.platforms.modern_dropship.seeds import SEEDS, many
from sandbox.platforms.modern_dropship.session import Session
from sandbox.platforms.modern_dropship.staff import Staff
from sandbox.platforms.modern_dropship.switches import SWITCHES

FIRST_NUMBER = 2001
CANCELLED = "order.cancelled"


class ModernDropshipSimulator(BaseSimulator):
    """Its shops are accounts of suppliers; the lines of an order are its items."""

    key = "modern_dropship"
    spec = spec
    seeds = SEEDS
    switches = SWITCHES
    staff_kind = Staff
    many = staticmethod(many)
    exchange = router.Api
    host = re.compile(r"api\.convictional\.com(:\d+)?")

    @classmethod
    def fresh(cls, name: str) -> Body:
        """A new account of a supplier; `key` is what `Authorization` carries. commerce_type: seller or buyer; state:
        active or closed."""
        return {
            "name": name, "title": f"{name.replace('-', ' ').title()} Supply", "key": f"md_{name}_sandbox",
            "commerce_type": "seller", "company_id": f"6ad4{zlib.crc32(name.encode()):020x}", "state": "active",
        }  # fmt: skip

    def session(self, db: sqlite3.Connection, shop: Body, *, request: str = "", version: str = "") -> Session:
        return Session(self.world, db, self.key, shop, request=request, version=version)

    def build(self, session: Session, wanted: spec.Order) -> Made:
        number = FIRST_NUMBER + session.count("order")
        order = build.build(wanted, number=number, at=session.at, ident=session.ident)
        session.put("order", order["id"], order, at=order["created_at"])
        items = tuple(item["id"] for item in order["items"])
        return Made(order["id"], order["buyer_code"], session.shop["name"], items)

    # --- webhooks --------------------------------------------------------------------------------
    def send_events_to(self, uri: str, shop: str = "demo", topic: str = CANCELLED) -> None:
        """What a person enters in the web app; the API cannot."""
        with self.world.store.write() as db:
            self.session(db, self.known(shop)).subscribe(topic, uri)

    def foreign_event(self, shop: str = "demo") -> None:
        """A fault: `order.cancelled` for an order of another account."""
        other = self.make_order("somebody-else")
        with self.world.store.write() as db:
            session = self.session(db, self.known(shop))
            session.order_event(CANCELLED, serializers.order(session, self.order(other.id, other.shop), "2022-03-03"))

    # --- for the world -----------------------------------------------------------------------------
    @classmethod
    def where(cls, request: Request) -> Place | None:
        """The key says which account, the path never does."""
        if request.path.startswith(f"/{cls.key}/"):
            return Place("", request.path.removeprefix(f"/{cls.key}"))
        return super().where(request)

    def open_shop(self, name: str, base: str) -> SimulatedShop:
        shop = self.shop(name) or self.add_shop(name)
        settings = {"base_url": f"{base}/{self.key}"} if base else {}
        return SimulatedShop(self.key, settings, {"api_key": shop["key"]}, "USD")

    def control(self, action: str, asked: dict[str, Any]) -> Any:
        return self.send_events_to(**asked) if action == "hooks" else super().control(action, asked)
