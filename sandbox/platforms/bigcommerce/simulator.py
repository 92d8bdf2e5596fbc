"""The Python door of the BigCommerce stores in a world, and what the world asks of them."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from sandbox.core.base_simulator import BaseSimulator, Made, Place
from sandbox.core.messages import Request
from sandbox.core.records import Session
from sandbox.platforms.bigcommerce import build, inventory, orders, refunds, router, spec, statuses, webhooks
from sandbox.platforms.bigcommerce.amounts import Body
from sandbox.platforms.bigcommerce.seeds import SEEDS, many
from sandbox.platforms.bigcommerce.staff import Staff
from sandbox.platforms.bigcommerce.switches import SWITCHES

SCOPES = ("store_v2_orders", "store_v2_transactions", "store_v2_information_read_only", "store_inventory",
          "store_v2_products_read_only")  # fmt: skip


class BigCommerceSimulator(BaseSimulator):
    key = "bigcommerce"
    spec = spec
    seeds = SEEDS
    switches = SWITCHES
    staff_kind = Staff
    many = staticmethod(many)
    exchange = router.Api
    form = {"store_hash": "{hash}"}
    secrets = {"token": "token", "client_secret": "secret"}
    host = re.compile(r"api\.bigcommerce\.com(:\d+)?")
    api = re.compile(r"(?P<rest>(?P<version>v[23])/.+)")

    @classmethod
    def fresh(cls, name: str) -> Body:
        """A new store: US dollars, one account's token with all rights, stock given back when an order is cancelled."""
        return cls.bare(name) | {
            "hash": name.replace("-", ""), "token": f"bc_{name}_sandbox", "client_id": f"{name}-client",
            "secret": f"{name}-client-secret-sandbox", "scopes": list(SCOPES), "settings": dict(inventory.SETTINGS),
            "channels": {},
        }  # fmt: skip

    def settings(self, shop: str = "demo", channel: int | None = None, **said: Any) -> None:
        """Inventory settings of the store, or of one of its channels (None: as the store)."""
        store = self.known(shop)
        if channel is None:
            self.add_shop(shop, settings=store["settings"] | said)
        else:
            own = store["channels"].get(str(channel), {}) | said
            self.add_shop(shop, channels=store["channels"] | {str(channel): own})

    def build(self, session: Session, wanted: spec.Order) -> Made:
        order = build.record(session, wanted)
        orders.save(session, order, is_change=False)
        if wanted.refunded:
            self._refunded_before(session, order, wanted.refunded)
        webhooks.notify(session, "store/order/created", {"type": "order", "id": order["id"]})
        lines = tuple(str(line["id"]) for line in order["lines"])
        return Made(str(order["id"]), str(order["id"]), session.shop["name"], lines)

    def _refunded_before(self, session: Session, order: Body, units: int) -> None:
        line = order["lines"][0]
        net = build.amounts.share(line["net_inc"], 0, units, line["quantity"], order["currency"])
        line["refunded"] = units
        item = {"item_type": "PRODUCT", "item_id": line["id"], "quantity": units, "reason": "Sent one too many"}
        gateway = order["transactions"][0]["gateway"]
        paid = build.transaction(session, order, "refund", gateway, net, at=order["at"] + build.DAY / 3)
        payment = {
            "id": session.number(), "provider_id": gateway, "source": gateway, "amount": str(net), "offline": False,
            "is_declined": False, "message": "", "transaction_id": str(paid["id"]),
        }  # fmt: skip
        order["transactions"].append(paid)
        order["refunds"].append(
            {"id": session.number(), "at": paid["at"], "total": str(net), "tax": "0", "is_settled": True,
             "override": False, "items": [item], "payments": [payment], "cause": "staff", "request": "",
             "reason": "Sent one too many"}
        )  # fmt: skip
        order |= {"status_id": 14, "payment_status": "partially refunded"}
        orders.save(session, order, is_change=False)

    def stock(self, sku: str, shop: str = "demo") -> int:
        """Units of a SKU, everywhere."""
        found: dict[str, int] = self.record("item", sku, shop)["levels"]
        return sum(found.values())

    def deactivate_hooks(self, shop: str = "demo") -> None:
        """As after two days without an answer."""
        with self.world.store.write() as db:
            session = self.session(db, self.known(shop))
            for hook in session.subscriptions():
                webhooks.activate(session, hook["id"], is_active=False)

    # --- for the world ----------------------------------------------------------------------
    @classmethod
    def where(cls, request: Request) -> Place | None:
        """The shop is named by its hash alone."""
        is_ours = request.path.startswith(f"/{cls.key}/") or cls.host.fullmatch(request.headers.get("host", ""))
        match = router.PATH.fullmatch(request.path) if is_ours else None
        return Place(match["hash"], f"{match['version']}/{match['rest']}") if match else None

    def due(self, session: Session, kind: str, body: Body) -> None:
        if kind == "stock":
            inventory.carry_out(session, body)
            return
        order = orders.find(session, body["order"])
        if order is None:
            return
        is_change = True
        if kind == "refund":
            refunds.due(session, order, body["refund"])
            is_change = session.switch("refund_modifies") == "yes"
        elif kind == "void":
            statuses.voided(session, order)
        orders.save(session, order, is_change=is_change)
        webhooks.updated(session, order)

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        shop = self.of_row(row)
        with self.world.store.read() as db:
            known = {hook["id"]: hook.get("headers") or {} for hook in self.session(db, shop).subscriptions()}
        return webhooks.headers(shop, row, known.get(row["hook"], {}), int(self.world.at()))
