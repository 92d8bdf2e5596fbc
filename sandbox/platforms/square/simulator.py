"""The Python door of the Square sellers in a world, and what the world asks of them."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from sandbox.core.base_simulator import BaseSimulator, Made
from sandbox.core.records import Body, Session
from sandbox.platforms.square import build, refund, router, spec, stock, webhooks
from sandbox.platforms.square.seeds import SEEDS, many
from sandbox.platforms.square.staff import Staff
from sandbox.platforms.square.switches import SWITCHES

SCOPES = (
    "ORDERS_READ", "ORDERS_WRITE", "PAYMENTS_READ", "PAYMENTS_WRITE", "INVENTORY_READ", "INVENTORY_WRITE",
    "MERCHANT_PROFILE_READ", "DISPUTES_READ",
)  # fmt: skip


class SquareSimulator(BaseSimulator):
    key = "square"
    spec = spec
    seeds = SEEDS
    switches = SWITCHES
    staff_kind = Staff
    many = staticmethod(many)
    exchange = router.Api
    form = {"environment": "production"}
    secrets = {"token": "token", "signature_key": "signature_key"}
    host = re.compile(r"connect\.squareup(sandbox)?\.com(:\d+)?")  # the shop is the token's

    @classmethod
    def fresh(cls, name: str) -> Body:
        """A new seller: US dollars, two places, a personal access token with all rights. state: active, expired,
        revoked (of the token)."""
        places = [
            {"id": f"L{name.upper()}MAIN", "name": "Main Street", "currency": "USD"},
            {"id": f"L{name.upper()}DOCK", "name": "Dock Road", "currency": "USD"},
        ]
        return cls.bare(name) | {
            "merchant_id": f"M{name.upper()}SANDBOX", "token": f"sq_{name}_sandbox",
            "signature_key": f"{name}-signature-key", "scopes": list(SCOPES), "state": "active", "locations": places,
        }  # fmt: skip

    def build(self, session: Session, wanted: spec.Order) -> Made:
        made = build.order(session, wanted)
        webhooks.order(session, "order.created", made)
        number = str(made.get("reference_id") or made.get("ticket_name") or made["id"][-6:])
        return Made(made["id"], number, session.shop["name"], tuple(line["uid"] for line in made["line_items"]))

    def subscription(self, url: str, *topics: str, shop: str = "demo") -> str:
        """A subscription made in the Developer Dashboard, whose signature key the desk was given; its id."""
        seller = self.shop(shop) or self.add_shop(shop)
        with self.world.store.write() as db:
            topics = topics or ("order.updated",)
            made = webhooks.add(self.session(db, seller), url, list(topics), seller["signature_key"])
        return str(made["id"])

    def stock(self, sku: str, *, place: int = 0, shop: str = "demo") -> Any:
        """Units in stock of an item that stands on an order; None: not counted."""
        seller = self.known(shop)
        with self.world.store.write() as db:
            return stock.count(self.session(db, seller), f"ITEM-{sku}", seller["locations"][place]["id"])

    # --- for the world ----------------------------------------------------------------------
    def due(self, session: Session, kind: str, body: Body) -> None:
        refund.settle(session, body["refund"])

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        return webhooks.headers(self.session(self.world.store.db, self.of_row(row)), row)
