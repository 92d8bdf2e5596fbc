"""The Python door of the Shopify shops in a world, and what the world asks of them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from typing import Any

from sandbox.core.base_simulator import BaseSimulator
from sandbox.core.graphql import question
from sandbox.core.messages import Reply, Request
from sandbox.platforms.shopify import (
    build,
    cancel,
    fulfilment,
    index,
    refund,
    router,
    schema,
    seeds,
    shops,
    spec,
    stock,
    webhooks,
)
from sandbox.platforms.shopify.answer import Exchange
from sandbox.platforms.shopify.index import TABLES
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.shops import Made
from sandbox.platforms.shopify.staff import Staff
from sandbox.platforms.shopify.switches import SWITCHES
from sandbox.platforms.shopify.values import Body


class ShopifySimulator(BaseSimulator):
    key = "shopify"
    spec = spec
    seeds = seeds.SEEDS
    switches = SWITCHES
    tables = TABLES
    form = {"shop": "{name}.myshopify.com"}
    secrets = {"token": "static_token"}
    host = re.compile(r"(?P<shop>[a-z0-9][a-z0-9-]*)\.myshopify\.com(:\d+)?")

    @classmethod
    def fresh(cls, name: str) -> Body:
        return shops.fresh(name)

    def session(self, db: sqlite3.Connection, shop: Body, *, request: str = "", version: str = "") -> Session:
        return Session(self.world, db, self.key, shop, request=request, version=version)

    # --- orders --------------------------------------------------------------------------------------
    def make_order(self, shop: str = "demo", **words: Any) -> Made:
        """One order by keyword; see spec.py for the words. Raises KeyError for an unknown shop."""
        if self.shop(shop) is None:
            raise KeyError(f"no shop {shop!r}")
        made: Made = super().make_order(shop, **words)
        return made

    def build(self, session: Session, wanted: spec.Order) -> Made:
        order_id, number = shops.reserve(self.world, session.shop["name"], 1)
        order = build.build(session.shop, wanted, order_id=order_id, number=number, at=session.at)
        shops.insert(session.db, [order])
        stock.commit_new(session.db, order)
        session.order_event("ORDERS_CREATE", order)
        return shops.made(order)

    def seed(self, *names: str, shop: str = "demo") -> dict[str, Made]:
        """The named seed orders, all of them when none is named; a shop that a seed names is opened as needed."""
        with self.world.store.write():
            return {name: self._plant({"shop": shop} | dict(self.seeds[name])) for name in names or self.seeds}

    def _plant(self, words: dict[str, Any]) -> Made:
        if words["shop"] == seeds.JPY_SHOP and self.shop(seeds.JPY_SHOP) is None:
            self.add_shop(seeds.JPY_SHOP, currency="JPY", taxes_included=True)
        return self.make_order(words.pop("shop"), **words)

    def populate(self, shop: str = "demo", count: int = 300, seed: int = 1) -> list[str]:
        """Believable orders in bulk, in batches; returns their gids, oldest first."""
        return seeds.fill(self.world, self.shop(shop), seeds.many(count, seed), count)

    def order(self, order_id: str | int, shop: str = "") -> Body:
        """By its id alone, whatever shop it is in."""
        self.world.tick()
        return index.body(self.world.store.db, order_id)

    def staff(self, order_id: str, shop: str = "") -> Staff:
        """In whatever shop the order is. Raises KeyError."""
        return Staff(self, order_id, self.order(order_id)["shop"])

    def stock(self, item: str | int, location: int, shop: str = "demo") -> dict[str, int]:
        """{available, committed, on_hand} of an inventory item at a location; zeros when never stocked."""
        return stock.level(self.world.store.db, shop, int(str(item).rsplit("/", 1)[-1]), location)

    def on_exchange(self, callback: Callable[[Exchange], None]) -> None:
        """Called with every GraphQL exchange of this process."""

        def watch(request: Request, status: int, payload: Any) -> None:
            place = self.where(request)
            version = router.version_of(place.rest) if place else None
            asked = question(request.body, version) if version else None
            if asked and version:
                callback(Exchange(schema.API.names(asked)[0], asked.query, asked.variables, payload, version))

        self.world.watchers.append(watch)

    # --- for the world -----------------------------------------------------------------------------
    def operations(self, request: Request) -> tuple[str, ...]:
        place = self.where(request)
        return router.operations(request, place.rest if place else "")

    def reply(self, request: Request) -> Reply:
        place = self.where(request)
        return router.reply(self.world, self.shop(place.shop) if place else None, request, place.rest if place else "")

    def due(self, session: Session, kind: str, body: Body) -> None:
        """A job, the search index, a pending refund, a service that answers."""
        if kind == "index":
            index.refresh(session.db, body["order"])
        elif kind == "job":
            cancel.finish(session, body["job"])
        elif order := session.order(body["order"]):
            if kind == "settle":
                refund.settle(session, order, body["payment"])
            else:
                fulfilment.service_answers(session, order, body["parcel"])

    def hook_headers(self, row: sqlite3.Row) -> dict[str, str]:
        return webhooks.headers(self.of_row(row), row)
