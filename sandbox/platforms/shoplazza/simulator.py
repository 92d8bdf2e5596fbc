"""The Python door of the Shoplazza shops in a world, and what the world asks of them."""

from __future__ import annotations

import re
import sqlite3

from sandbox.core.base_simulator import BaseSimulator, Made
from sandbox.core.records import Body
from sandbox.core.routes import Found
from sandbox.platforms.shoplazza import refund, router, spec, webhooks
from sandbox.platforms.shoplazza.build import build
from sandbox.platforms.shoplazza.seeds import SEEDS, many
from sandbox.platforms.shoplazza.session import Session
from sandbox.platforms.shoplazza.staff import Staff
from sandbox.platforms.shoplazza.switches import SWITCHES

SCOPES = ("read_order", "write_order", "read_product", "read_customer", "read_shop")
FIRST_NUMBER = 1001


class ShoplazzaSimulator(BaseSimulator):
    key = "shoplazza"
    spec = spec
    seeds = SEEDS
    switches = SWITCHES
    staff_kind = Staff
    many = staticmethod(many)
    exchange = router.Api
    form = {"shop": "{name}.myshoplaza.com"}
    secrets = {"token": "token"}
    host = re.compile(r"(?P<shop>[a-z0-9][a-z0-9-]*)\.myshoplaza\.com(:\d+)?")
    api = re.compile(r"/(?:openapi/(?P<version>[^/]+)/)?(?P<rest>.+)")

    @classmethod
    def fresh(cls, name: str) -> Body:
        """A new shop: US dollars, a private app's token, all scopes; state: active or inactive."""
        return cls.bare(name) | {
            "token": f"shplza_{name}_sandbox", "client_id": f"{name}-client", "secret": f"{name}-secret-sandbox",
            "scopes": list(SCOPES), "state": "active", "stock": {},
        }  # fmt: skip

    def session(self, db: sqlite3.Connection, shop: Body, *, request: str = "", version: str = "2026-01") -> Session:
        return Session(self.world, db, self.key, shop, request=request, version=version)

    def build(self, session: Session, wanted: spec.Order) -> Made:
        number = f"{FIRST_NUMBER + session.count('order'):08d}"
        order = build(session.shop, wanted, number=number, at=session.at, ident=session.ident)
        session.save(order, at=order["updated_at"])
        for made in order["refunds"]:
            for part in made["payments"]:
                if part["status"] == "pending":
                    refund.start(session, order, made, part)
        session.order_event("orders/create", order)
        return Made(order["id"], number, session.shop["name"], tuple(line["id"] for line in order["lines"]))

    def stock(self, sku: str, shop: str = "demo") -> int:
        """Units that came back to stock so far."""
        return int(self.known(shop)["stock"].get(sku, 0))

    # --- for the world -----------------------------------------------------------------------------
    @classmethod
    def find(cls, method: str, rest: str, version: str = "") -> Found | int:
        return cls.exchange.routes.find(method, rest, "old" if version == "2022-01" else "new")

    def due(self, session: Session, kind: str, body: Body) -> None:
        """A payment provider answers about a refund."""
        order = session.get("order", body["order"])
        made = next((r for r in order["refunds"] if r["id"] == body["record"]), None) if order else None
        part = next((p for p in made["payments"] if p["id"] == body["part"]), None) if made else None
        if order and made and part:
            refund.settle_part(session, order, made, part)
            session.save(order)

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        return webhooks.headers(self.of_row(row), row, self.world.switches()["shoplazza_hook_signature"])
