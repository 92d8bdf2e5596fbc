"""The Python door of the Modern Dropship accounts in a world, and what the shared doors ask of them."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sandbox.core.messages import Reply, Request, SimulatedShop
from sandbox.platforms.modern_dropship import populate, router, seeds, serializers, spec
from sandbox.platforms.modern_dropship.build import Body, build
from sandbox.platforms.modern_dropship.session import KEY, Session
from sandbox.platforms.modern_dropship.staff import Staff
from sandbox.platforms.modern_dropship.switches import SWITCHES

if TYPE_CHECKING:
    from sandbox.core.world import World

FIRST_NUMBER = 2001


@dataclass(frozen=True)
class Made:
    """An order that was made: its id, the retailer's number, and the ids of its items in order."""

    id: str
    number: str
    account: str
    items: tuple[str, ...]


def fresh(name: str) -> Body:
    """A new account of a supplier; `key` is what `Authorization` carries."""
    return {
        "name": name, "title": f"{name.replace('-', ' ').title()} Supply", "key": f"md_{name}_sandbox",
        "commerce_type": "seller", "company_id": f"6ad4{zlib.crc32(name.encode()):020x}", "state": "active",
    }  # fmt: skip


class ModernDropshipSimulator:
    key = KEY
    switches = SWITCHES
    line = spec.Line

    def __init__(self, world: World) -> None:
        self.world = world
        if self.account("demo") is None:
            self.add_account("demo")

    # --- accounts and orders -------------------------------------------------------------------
    def add_account(self, name: str = "demo", **changes: Any) -> Body:
        """Opens an account, or changes one: key, commerce_type (seller, buyer), state (active, closed)."""
        body = (self.account(name) or fresh(name)) | changes
        with self.world.store.write() as db:
            db.execute("INSERT OR REPLACE INTO modern_dropship_accounts VALUES (?, ?)", (name, json.dumps(body)))
        return body

    def account(self, name: str) -> Body | None:
        row = self.world.store.db.execute(
            "SELECT body FROM modern_dropship_accounts WHERE name = ?", (name,)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def make_order(self, account: str = "demo", **words: Any) -> Made:
        """One order by keyword; see spec.py for the words. Opens the account when there is none of this name."""
        home = self.account(account) or self.add_account(account)
        with self.world.store.write() as db:
            session = Session(self.world, db, home)
            row = db.execute("SELECT COUNT(*) FROM modern_dropship_orders WHERE account = ?", (account,)).fetchone()
            order = build(spec.Order(**words), number=FIRST_NUMBER + int(row[0]), at=session.at, ident=session.ident)
            session.add(order)
        return Made(order["id"], order["buyer_code"], account, tuple(item["id"] for item in order["items"]))

    def seed(self, *names: str, account: str = "demo") -> dict[str, Made]:
        """The named seed orders, all of them when none is named. Raises KeyError for an unknown name."""
        return {name: self.make_order(account, **seeds.SEEDS[name]) for name in names or seeds.SEEDS}

    def populate(self, account: str = "demo", count: int = 300, seed: int = 1) -> list[str]:
        """Believable orders in bulk; returns their ids. The same seed makes the same orders."""
        with self.world.store.write():
            return [self.make_order(account, **words).id for words in populate.many(count, seed)]

    def order(self, order_id: str, account: str = "demo") -> Body:
        """The raw body of an order, for tests that look behind the API. Raises KeyError."""
        self.world.tick()
        row = self.world.store.db.execute(
            "SELECT body FROM modern_dropship_orders WHERE account = ? AND id = ?", (account, order_id)
        ).fetchone()
        if row is None:
            raise KeyError(order_id)
        found: Body = json.loads(row[0])
        return found

    def staff(self, order_id: str, account: str = "demo") -> Staff:
        """The retailer, or somebody in the web app, acting on this order behind our back."""
        return Staff(self.world, self.account(account) or fresh(account), order_id)

    # --- webhooks --------------------------------------------------------------------------------
    def send_events_to(self, uri: str, account: str = "demo", topic: str = "order.cancelled") -> None:
        """What a person enters in the web app; the API cannot."""
        with self.world.store.write() as db:
            db.execute(
                "INSERT INTO hooks (id, shop, topic, body) VALUES (?, ?, ?, ?)",
                (self.world.next_id(db), f"{KEY}/{account}", topic, json.dumps({"uri": uri, "at": self.world.at()})),
            )

    def foreign_event(self, account: str = "demo") -> None:
        """A fault: `order.cancelled` for an order of another account."""
        other = self.make_order("somebody-else")
        with self.world.store.write() as db:
            session = Session(self.world, db, self.account(account) or fresh(account))
            session.event(
                "order.cancelled", serializers.order(session, self.order(other.id, other.account), "2022-03-03")
            )

    # --- for the shared doors ----------------------------------------------------------------------
    def open_shop(self, name: str, base: str) -> SimulatedShop:
        """The key says which account."""
        account = self.account(name) or self.add_account(name)
        return SimulatedShop(KEY, {"base_url": f"{base}/{KEY}"} if base else {}, {"api_key": account["key"]}, "USD")

    @classmethod
    def claims(cls, request: Request) -> bool:
        return router.where(request) is not None

    def operations(self, request: Request) -> tuple[str, ...]:
        return (router.route_of(request)[0],)

    def reply(self, request: Request) -> Reply:
        return router.reply(self.world, request)

    def fire(self, db: sqlite3.Connection, row: sqlite3.Row) -> None:
        """Nothing here comes due by itself: every call is done when it is answered."""

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        """Not signed."""
        return {"Content-Type": "application/json"}

    def control(self, action: str, asked: dict[str, Any]) -> Any:
        if "shop" in asked:
            asked["account"] = asked.pop("shop")
        match action:
            case "order":
                return self.make_order(asked.pop("account", "demo"), **words_of(asked))
            case "seed":
                return self.seed(*asked.get("names", ()), account=asked.get("account", "demo"))
            case "populate":
                return self.populate(**asked)
            case "shop":
                return self.add_account(**asked)
            case "hooks":
                return self.send_events_to(**asked)
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
