"""The Python door of the Shoplazza shops in a world, and what the shared doors ask of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sandbox.core.messages import Reply, Request, SimulatedShop
from sandbox.platforms.shoplazza import populate, refund, router, seeds, spec, webhooks
from sandbox.platforms.shoplazza.build import build
from sandbox.platforms.shoplazza.session import KEY, Session
from sandbox.platforms.shoplazza.staff import Staff
from sandbox.platforms.shoplazza.switches import SWITCHES
from sandbox.platforms.shoplazza.totals import Body

if TYPE_CHECKING:
    from sandbox.core.world import World

SCOPES = ("read_order", "write_order", "read_product", "read_customer", "read_shop")
FIRST_NUMBER = 1001


@dataclass(frozen=True)
class Made:
    """An order that was made: its id, its number, and the ids of its lines in order."""

    id: str
    number: str
    shop: str
    lines: tuple[str, ...]


def fresh(name: str) -> Body:
    """A new shop: US dollars, a private app's token, all scopes."""
    return {
        "name": name, "title": name.replace("-", " ").title(), "currency": "USD", "timezone": "America/New_York",
        "token": f"shplza_{name}_sandbox", "client_id": f"{name}-client", "secret": f"{name}-secret-sandbox",
        "scopes": list(SCOPES), "state": "active", "stock": {},
    }  # fmt: skip


class ShoplazzaSimulator:
    key = KEY
    switches = SWITCHES
    line = spec.Line

    def __init__(self, world: World) -> None:
        self.world = world

    # --- shops and orders ------------------------------------------------------------------------
    def add_shop(self, name: str = "demo", **changes: Any) -> Body:
        """Opens a shop, or changes one: currency, scopes, token, secret, state (active, inactive)."""
        body = (self.shop(name) or fresh(name)) | changes
        with self.world.store.write() as db:
            db.execute("INSERT OR REPLACE INTO shoplazza_shops VALUES (?, ?)", (name, json.dumps(body)))
        return body

    def shop(self, name: str) -> Body | None:
        """`demo` is always there."""
        row = self.world.store.db.execute("SELECT body FROM shoplazza_shops WHERE name = ?", (name,)).fetchone()
        if row:
            found: Body = json.loads(row[0])
            return found
        return fresh(name) if name == "demo" else None

    def make_order(self, shop: str = "demo", **words: Any) -> Made:
        """One order by keyword; see spec.py for the words. Opens the shop when there is none of this name."""
        home = self.shop(shop) or self.add_shop(shop)
        with self.world.store.write() as db:
            session = Session(self.world, db, home, version="2026-01")
            number = f"{FIRST_NUMBER + self._orders(shop):08d}"
            order = build(home, spec.Order(**words), number=number, at=session.at, ident=session.ident)
            session.add(order)
            for made in order["refunds"]:
                for part in made["payments"]:
                    if part["status"] == "pending":
                        refund.start(session, order, made, part)
            session.event("orders/create", order)
        return Made(order["id"], number, shop, tuple(line["id"] for line in order["lines"]))

    def _orders(self, shop: str) -> int:
        found = self.world.store.db.execute("SELECT COUNT(*) FROM shoplazza_orders WHERE shop = ?", (shop,))
        return int(found.fetchone()[0])

    def seed(self, *names: str, shop: str = "demo") -> dict[str, Made]:
        """The named seed orders, all of them when none is named. Raises KeyError for an unknown name."""
        return {name: self.make_order(shop, **seeds.SEEDS[name]) for name in names or seeds.SEEDS}

    def populate(self, shop: str = "demo", count: int = 300, seed: int = 1) -> list[str]:
        """Believable orders in bulk; returns their ids. The same seed makes the same orders."""
        with self.world.store.write():
            return [self.make_order(shop, **words).id for words in populate.many(count, seed)]

    def order(self, order_id: str, shop: str = "demo") -> Body:
        """The raw body of an order, for tests that look behind the API. Raises KeyError."""
        self.world.tick()
        row = self.world.store.db.execute(
            "SELECT body FROM shoplazza_orders WHERE shop = ? AND id = ?", (shop, order_id)
        ).fetchone()
        if row is None:
            raise KeyError(order_id)
        found: Body = json.loads(row[0])
        return found

    def staff(self, order_id: str, shop: str = "demo") -> Staff:
        """Somebody in the shop's own admin, acting on this order behind our back."""
        return Staff(self.world, order_id, shop)

    def stock(self, sku: str, shop: str = "demo") -> int:
        """Units that came back to stock so far."""
        return int(((self.shop(shop) or {}).get("stock") or {}).get(sku, 0))

    # --- for the shared doors ----------------------------------------------------------------------
    def open_shop(self, name: str, base: str) -> SimulatedShop:
        shop = self.shop(name) or self.add_shop(name)
        settings = {"shop": f"{name}.myshoplaza.com"} | ({"base_url": f"{base}/{KEY}/{name}"} if base else {})
        return SimulatedShop(KEY, settings, {"token": shop["token"]}, shop["currency"], tuple(shop["scopes"]))

    @classmethod
    def claims(cls, request: Request) -> bool:
        return router.where(request) is not None

    def operations(self, request: Request) -> tuple[str, ...]:
        return (router.name_of(request),)

    def reply(self, request: Request) -> Reply:
        return router.reply(self.world, request)

    def fire(self, db: sqlite3.Connection, row: sqlite3.Row) -> None:
        """A payment provider answers about a refund."""
        due = json.loads(row["body"])
        home = self.shop(row["shop"].partition("/")[2])
        if home is None:
            return
        session = Session(self.world, db, home, version="2026-01")
        session.at = row["due"]
        order = session.order(due["order"])
        made = next((r for r in order["refunds"] if r["id"] == due["record"]), None) if order else None
        part = next((p for p in made["payments"] if p["id"] == due["part"]), None) if made else None
        if order and made and part:
            refund.settle_part(session, order, made, part)
            session.save(order)

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        home = self.shop(row["shop"].partition("/")[2]) or fresh("gone")
        return webhooks.headers(home, row, self.world.switches()["shoplazza_hook_signature"])

    def control(self, action: str, asked: dict[str, Any]) -> Any:
        match action:
            case "order":
                return self.make_order(asked.pop("shop", "demo"), **words_of(asked))
            case "seed":
                return self.seed(*asked.get("names", ()), shop=asked.get("shop", "demo"))
            case "populate":
                return self.populate(**asked)
            case "shop":
                return self.add_shop(**asked)
        raise KeyError(action)


def words_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Lines and the person as objects, the rest as it is. Raises TypeError for unknown words."""
    words = dict(asked)
    if "lines" in words:
        words["lines"] = tuple(spec.Line(**line) for line in words["lines"])
    if words.get("person"):
        words["person"] = spec.Person(**words["person"])
    unknown = set(words) - {field.name for field in fields(spec.Order)}
    if unknown:
        raise TypeError(f"no such words: {', '.join(sorted(unknown))}")
    return words
