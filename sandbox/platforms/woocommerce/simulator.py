"""The Python door of the WooCommerce stores in a world, and what the world asks of them."""

from __future__ import annotations

import re
import sqlite3
from decimal import Decimal

from sandbox.core.base_simulator import BaseSimulator, Made
from sandbox.core.records import Body, Session
from sandbox.platforms.woocommerce import build, router, spec, statuses, sums, webhooks
from sandbox.platforms.woocommerce.seeds import SEEDS, many
from sandbox.platforms.woocommerce.staff import Staff
from sandbox.platforms.woocommerce.sums import number
from sandbox.platforms.woocommerce.switches import SWITCHES

DIGITS = {"JPY": 0}


class WooCommerceSimulator(BaseSimulator):
    key = "woocommerce"
    spec = spec
    seeds = SEEDS
    switches = SWITCHES
    staff_kind = Staff
    many = staticmethod(many)
    exchange = router.Api
    form = {"shop": "{name}.woocommerce.example/{folder}"}
    secrets = {"key": "key", "secret": "secret", "webhook_secret": "hook_secret"}
    host = re.compile(r"(?P<shop>[a-z0-9][a-z0-9-]*)\.woocommerce\.example(:\d+)?")
    api = re.compile(r".*?/wp-json/?(?P<rest>.*)")  # a site may stand in a folder

    @classmethod
    def fresh(cls, name: str) -> Body:
        """US dollars, two decimals, a key that reads and writes, New York's time. folder: of the site, "" for none."""
        return cls.bare(name) | {
            "digits": 2, "folder": "", "key": f"ck_{name}_sandbox", "secret": f"cs_{name}_sandbox",
            "permissions": "read_write", "role": "shop_manager", "hook_secret": f"{name}HookSecretOfTheSandbox",
        }  # fmt: skip

    def build(self, session: Session, wanted: spec.Order) -> Made:
        digits = DIGITS.get(wanted.currency, session.shop["digits"])
        session.shop = session.shop | {"digits": digits}
        order = build.build(session, wanted)
        session.put("order", order["id"], order, at=order["modified"])
        if wanted.refunded or wanted.amount_refunded:
            self._refund_earlier(session, order, wanted)
        units = {str(line["id"]): line["fulfilled"] for line in order["lines"]}
        if any(units.values()):
            whole = all(line["fulfilled"] == line["quantity"] for line in order["lines"])
            statuses.write_meta(session, order, [
                {"key": "_fulfillment_status", "value": "fulfilled" if whole else "partially_fulfilled"}
            ])  # fmt: skip
            session.put("order", order["id"], order, at=order["modified"])
        webhooks.notify(session, "order.created", order)
        return Made(str(order["id"]), order["number"], session.shop["name"], tuple(units))

    def _refund_earlier(self, session: Session, order: Body, wanted: spec.Order) -> None:
        """Made in the shop's own admin; leaves no row in the ledger."""
        line, digits, ident = order["lines"][0], order["digits"], session.number()
        part = Decimal(wanted.refunded) / int(line["quantity"])
        net, taxes = number(line["total"]) * part, {str(t["id"]): number(t["total"]) * part for t in line["taxes"]}
        share = sums.share_of(session, line, wanted.refunded, sums.text(net, digits),
                                {rate: sums.text(tax, digits) for rate, tax in taxes.items()})  # fmt: skip
        whole = sums.text(net + sums.total(taxes.values()), digits) if wanted.refunded else wanted.amount_refunded
        made = {"id": ident, "created": order["created"] + 3600, "amount": whole, "told_amount": whole, "by": 1,
                "paid_back": True, "reason": "Sent one too many", "meta_data": [],
                "items": [share] if wanted.refunded else []}  # fmt: skip
        session.put("refund", ident, made, parent=order["id"])
        taken = sums.meta(line, sums.TAKEN)
        if wanted.refunded and not wanted.kept and taken:
            sums.write(session, line, sums.TAKEN, taken - wanted.refunded)
            sums.write(session, line, sums.RETURNED, wanted.refunded)
        session.put("order", order["id"], order, at=order["modified"])

    def rights(self, shop: Body) -> tuple[str, ...]:
        return "read", "write"

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        source = f"https://{row['shop'].partition('/')[2]}.woocommerce.example/"
        return webhooks.headers(self.world.store.db, row, source)

    # --- for tests that look behind the API ----------------------------------------------------------
    def stock(self, order_id: str, line: int = 0, shop: str = "demo") -> int:
        """What is in stock of a line's product."""
        product = self.order(order_id, shop)["lines"][line]["product_id"]
        return int(self.record("product", product, shop)["stock"])

    def refunds(self, order_id: str, shop: str = "demo") -> list[Body]:
        with self.world.store.write() as db:
            return self.session(db, self.known(shop)).of("refund", order_id)
