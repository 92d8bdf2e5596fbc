"""What the simulators of shops share: shops and orders by keyword, seeds, bulk, the control door.

A platform's `BaseSimulator` says how a shop and an order begin and answers requests; records are kept by `Session`.
"""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sandbox.core.messages import Reply, Request, SimulatedShop
from sandbox.core.records import Body, Session

if TYPE_CHECKING:
    from sandbox.core.switches import Switch
    from sandbox.core.world import World


@dataclass(frozen=True)
class Made:
    """An order that was made: its id, its number, and the ids of its lines in order."""

    id: str
    number: str
    shop: str
    lines: tuple[str, ...]


class BaseSimulator(ABC):
    """Base of a simulated platform (`Simulated` in platforms.py says what the shared doors ask)."""

    key: str
    spec: Any  # a module with the dataclasses Order, Line and (optional) Person: the words of an order
    seeds: Mapping[str, Mapping[str, Any]]  # named orders in those words
    switches: tuple[Switch, ...] = ()

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
    def build(self, session: Session, wanted: Any) -> Made:
        """Make the records of one order from the words of `spec.Order`."""

    @classmethod
    @abstractmethod
    def many(cls, count: int, seed: int) -> Iterable[Mapping[str, Any]]:
        """Words of believable orders; the same seed gives the same."""

    @abstractmethod
    def open_shop(self, name: str, base: str) -> SimulatedShop:
        """The address and credentials that a connection form would take; base: "" = reached in process."""

    @classmethod
    @abstractmethod
    def claims(cls, request: Request) -> bool: ...

    @abstractmethod
    def operations(self, request: Request) -> tuple[str, ...]: ...

    @abstractmethod
    def reply(self, request: Request) -> Reply: ...

    def due(self, session: Session, kind: str, body: Body) -> None:
        """A timer of ours came due; kind as it was given to `Session.timer`. Most platforms have none."""
        return None

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        return {"Content-Type": "application/json"}

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
            "SELECT body FROM records WHERE home = ? AND kind = 'shop' AND id = ?", (self.key, name)
        ).fetchone()
        if row:
            found: Body = json.loads(row[0])
            return found
        return self.fresh(name) if name == "demo" else None

    def shops(self) -> list[Body]:
        """Every shop, `demo` first when nobody changed it."""
        rows = self.world.store.db.execute(
            "SELECT body FROM records WHERE home = ? AND kind = 'shop' ORDER BY rowid", (self.key,)
        )
        found = [json.loads(row[0]) for row in rows]
        return found if any(shop["name"] == "demo" for shop in found) else [self.fresh("demo"), *found]

    def session(self, db: sqlite3.Connection, shop: Body, *, request: str = "") -> Session:
        """Inside `with world.store.write() as db`."""
        return Session(self.world, db, self.key, shop, request=request)

    def make_order(self, shop: str = "demo", **words: Any) -> Made:
        """One order by keyword; see the platform's spec.py for the words. Opens the shop when there is none."""
        home = self.shop(shop) or self.add_shop(shop)
        with self.world.store.write() as db:
            return self.build(self.session(db, home), self.spec.Order(**words))

    def seed(self, *names: str, shop: str = "demo") -> dict[str, Made]:
        """The named seed orders, all of them when none is named. Raises KeyError for an unknown name."""
        return {name: self.make_order(shop, **self.seeds[name]) for name in names or self.seeds}

    def populate(self, shop: str = "demo", count: int = 300, seed: int = 1) -> list[str]:
        """Believable orders in bulk; returns their ids."""
        with self.world.store.write():
            return [self.make_order(shop, **words).id for words in self.many(count, seed)]

    def record(self, kind: str, ident: object, shop: str = "demo") -> Body:
        """A raw record, for tests that look behind the API; what is due runs first. Raises KeyError."""
        self.world.tick()
        with self.world.store.write() as db:
            found = self.session(db, self.shop(shop) or self.fresh(shop)).get(kind, ident)
        if found is None:
            raise KeyError(ident)
        return found

    def order(self, order_id: str, shop: str = "demo") -> Body:
        return self.record("order", order_id, shop)

    # --- for the shared doors ----------------------------------------------------------------------
    def fire(self, db: sqlite3.Connection, row: sqlite3.Row) -> None:
        home = self.shop(row["shop"].partition("/")[2])
        if home is not None:
            session = self.session(db, home)
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
