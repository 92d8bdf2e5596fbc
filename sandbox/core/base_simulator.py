"""What the simulators of shops share: shops and orders by keyword, seeds, bulk, the control door.

A platform's `BaseSimulator` says how a shop and an order begin and answers requests; records are kept by `Session`.
"""

from __future__ import annotations

import json
import re
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple
from zlib import crc32

from sandbox.core.messages import Reply, Request, SimulatedShop
from sandbox.core.records import Body, Session
from sandbox.core.routes import Found, name_of
from sandbox.core.switches import Switch
from sandbox.core.world import World

SERVED = re.compile(r"/(?P<key>\w+)/(?P<shop>[a-z0-9][a-z0-9-]*)(?P<rest>/.*)")
NOBODY = re.compile(r"(?!)")
ALL = re.compile(r"(?P<rest>.*)")


@dataclass(frozen=True)
class Made:
    """An order that was made: its id, its number, and the ids of its lines in order."""

    id: str
    number: str
    shop: str
    lines: tuple[str, ...]


class Place(NamedTuple):
    """Where a request is meant for: the shop's name ("" = by its credentials) and the path below the shop."""

    shop: str
    rest: str


class BaseSimulator(ABC):
    """Base of a simulated platform (`Simulated` in world.py says what the world asks of it)."""

    key: str
    spec: Any  # holds the dataclasses Order, Line and (optional) Person: the words of an order
    seeds: Mapping[str, Mapping[str, Any]]  # named orders in those words
    switches: tuple[Switch, ...] = ()
    tables: str = ""
    exchange: ClassVar[Any]  # the platform's kind of Exchange, with its routes
    api: ClassVar[re.Pattern[str]] = ALL  # a path below the shop: `rest` is what the routes know; `version`, if any
    staff_kind: ClassVar[Any]  # the platform's kind of BaseStaff
    many: ClassVar[Any]  # (count, seed) -> words of believable orders
    form: ClassVar[Mapping[str, str]] = {}  # setting of a connection -> its text, with words of the shop in braces
    secrets: ClassVar[Mapping[str, str]] = {}  # credential of a connection -> the word of the shop that holds it
    host: ClassVar[re.Pattern[str]] = NOBODY  # the real form of the address, with the group `shop` where it names one

    def __init__(self, world: World) -> None:
        self.world = world

    @classmethod
    def line(cls, **words: Any) -> Any:
        """One line in the words of `spec.Line`."""
        return cls.spec.Line(**words)

    # --- said by the platform ----------------------------------------------------------------------
    @classmethod
    @abstractmethod
    def fresh(cls, name: str) -> Body:
        """The record of a new shop; `name` is its key. JSON only."""

    @abstractmethod
    def build(self, session: Any, wanted: Any) -> Any:
        """Make the records of one order from the words of `spec.Order`; answer Made."""

    def due(self, session: Any, kind: str, body: Body) -> None:
        """A timer of ours came due; kind as it was given to `Session.timer`. Most platforms have none."""
        return None

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        return {"Content-Type": "application/json"}

    # --- requests ------------------------------------------------------------------------------------
    @classmethod
    def where(cls, request: Request) -> Place | None:
        """By the server's path, /KEY/SHOP/…, or by host; None: not for this platform."""
        if (match := SERVED.fullmatch(request.path)) and match["key"] == cls.key:
            return Place(match["shop"], match["rest"])
        host = cls.host.fullmatch(request.headers.get("host", ""))
        return Place(host.groupdict().get("shop", ""), request.path) if host else None

    @classmethod
    def claims(cls, request: Request) -> bool:
        return cls.where(request) is not None

    @classmethod
    def found(cls, request: Request) -> Found | int:
        """The route of a request and the ids in its path, or the status that says there is none."""
        place = cls.where(request)
        api = cls.api.fullmatch(place.rest) if place else None
        return cls.find(request.method, **api.groupdict(default="")) if api else 404

    @classmethod
    def find(cls, method: str, rest: str, version: str = "") -> Found | int:
        found: Found | int = cls.exchange.routes.find(method, rest)
        return found

    def operations(self, request: Request) -> tuple[str, ...]:
        return (name_of(self.found(request)),)

    def reply(self, request: Request) -> Reply:
        found: Reply = self.exchange(self, request).reply()
        return found

    # --- shops and orders --------------------------------------------------------------------------
    def add_shop(self, name: str = "demo", **changes: Any) -> Body:
        """Opens a shop, or changes one; the words are those of `fresh`."""
        body = (self.shop(name) or self.fresh(name)) | changes
        with self.world.store.write() as db:
            Session(self.world, db, self.key, body).save_shop()
        return body

    def shop(self, name: str) -> Body | None:
        """`demo` is always there."""
        row = self.world.store.db.execute(
            "SELECT body FROM records WHERE shop = ? AND kind = 'shop' AND id = ?", (self.key, name)
        ).fetchone()
        if row:
            found: Body = json.loads(row[0])
            return found
        return self.fresh(name) if name == "demo" else None

    @staticmethod
    def bare(name: str) -> Body:
        """How the record of most shops begins."""
        return {"name": name, "title": name.replace("-", " ").title(), "currency": "USD",
                "timezone": "America/New_York"}  # fmt: skip

    def open_shop(self, name: str, base: str) -> SimulatedShop:
        """The address and credentials that a connection form would take; base: "" = reached in process."""
        shop = self.shop(name) or self.add_shop(name)
        settings = {field: text.format(**shop).rstrip("/") for field, text in self.form.items()}
        settings |= {"base_url": f"{base}/{self.key}/{name}"} if base else {}
        secrets = {field: shop[word] for field, word in self.secrets.items()}
        return SimulatedShop(self.key, settings, secrets, shop["currency"], self.rights(shop))

    def rights(self, shop: Body) -> tuple[str, ...]:
        """What its credentials may do."""
        return tuple(shop.get("scopes", ()))

    def known(self, name: str) -> Body:
        """The shop, or a fresh one of that name that nobody opened: for what only looks at its records."""
        return self.shop(name) or self.fresh(name)

    def shops(self) -> list[Body]:
        """Every shop, `demo` first when nobody changed it."""
        rows = self.world.store.db.execute(
            "SELECT body FROM records WHERE shop = ? AND kind = 'shop' ORDER BY rowid", (self.key,)
        )
        found = [json.loads(row[0]) for row in rows]
        return found if any(shop["name"] == "demo" for shop in found) else [self.fresh("demo"), *found]

    def of_row(self, row: sqlite3.Row) -> Body:
        """The shop that a delivery or a timer belongs to."""
        return self.known(row["shop"].partition("/")[2])

    def session(self, db: sqlite3.Connection, shop: Body, *, request: str = "", version: str = "") -> Any:
        """The platform's own kind of Session. Inside `with world.store.write() as db`."""
        return Session(self.world, db, self.key, shop, request=request, version=version)

    def make_order(self, shop: str = "demo", **words: Any) -> Any:
        """One order by keyword; see the platform's spec.py for the words. Opens the shop when there is none."""
        body = self.shop(shop) or self.add_shop(shop)
        with self.world.store.write() as db:
            return self.build(self.session(db, body), self.spec.Order(**words))

    def seed(self, *names: str, shop: str = "demo") -> dict[str, Any]:
        """The named seed orders, all of them when none is named. Raises KeyError for an unknown name."""
        return {name: self.make_order(shop, **self.seeds[name]) for name in names or self.seeds}

    def populate(self, shop: str = "demo", count: int = 300, seed: int = 1) -> list[str]:
        """Believable orders in bulk; returns their ids. Each platform has customers of its own for the same seed."""
        own = seed + crc32(self.key.encode())
        with self.world.store.write():
            return [self.make_order(shop, **words).id for words in self.many(count, own)]

    def record(self, kind: str, ident: object, shop: str = "demo") -> Body:
        """A raw record, for tests that look behind the API; what is due runs first. Raises KeyError."""
        self.world.tick()
        with self.world.store.write() as db:
            found: Body | None = self.session(db, self.known(shop)).get(kind, ident)
        if found is None:
            raise KeyError(ident)
        return found

    def order(self, order_id: str, shop: str = "demo") -> Body:
        return self.record("order", order_id, shop)

    def staff(self, order_id: str, shop: str = "demo") -> Any:
        """Somebody in the platform's own desk, acting on this order behind our back."""
        return self.staff_kind(self, order_id, shop)

    # --- for the world -----------------------------------------------------------------------------
    def fire(self, db: sqlite3.Connection, row: sqlite3.Row) -> None:
        shop = self.shop(row["shop"].partition("/")[2])
        if shop is not None:
            session = self.session(db, shop)
            session.at = row["due"]
            self.due(session, row["kind"].partition(".")[2], json.loads(row["body"]))

    def control(self, action: str, asked: dict[str, Any]) -> Any:
        match action:
            case "order":
                return self.make_order(asked.pop("shop", "demo"), **self.words_of(asked))
            case "seed":
                return self.seed(*asked.get("names", ()), shop=asked.get("shop", "demo"))
            case "populate":
                return self.populate(**asked)
            case "shop":
                return self.add_shop(**asked)
        raise KeyError(action)

    def words_of(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Lines and the person as objects, the rest as it is. Raises TypeError for unknown words."""
        words = dict(asked)
        if "lines" in words:
            words["lines"] = tuple(self.spec.Line(**line) for line in words["lines"])
        if words.get("person"):
            words["person"] = self.spec.Person(**words["person"])
        unknown = set(words) - {field.name for field in fields(self.spec.Order)}
        if unknown:
            raise TypeError(f"no such words: {', '.join(sorted(unknown))}")
        return words
