"""What comes due by the world's clock: jobs, pending refunds, the search index, requests that land late."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

from sandbox import registry
from sandbox.platforms.shopify import cancel, fulfilment, index, refund
from sandbox.platforms.shopify.ids import Body
from sandbox.platforms.shopify.session import Session

if TYPE_CHECKING:
    from sandbox.core.world import World


def run_due(world: World) -> None:
    """In the order in which they were due, each at its own time. Cheap when nothing is."""
    while row := next_due(world):
        if row["kind"] == "late":
            world.land_late(json.loads(row["body"]), row["id"])
            continue
        with world.store.write() as db:
            if db.execute("DELETE FROM timers WHERE id = ?", (row["id"],)).rowcount:  # another process may be faster
                fire(world, db, row)


def next_due(world: World) -> sqlite3.Row | None:
    found: sqlite3.Row | None = world.store.db.execute(
        "SELECT * FROM timers WHERE due <= ? ORDER BY due, id LIMIT 1", (world.at(),)
    ).fetchone()
    return found


def fire(world: World, db: sqlite3.Connection, row: sqlite3.Row) -> None:
    if platform := registry.owner(world, row["kind"]):
        platform.fire(db, row)
        return
    body: Body = json.loads(row["body"])
    shop = world.shop(row["shop"])
    if row["kind"] == "index":
        index.refresh(db, body["order"])
        return
    if shop is None:
        return
    session = Session(world, db, shop, version="")
    session.at = row["due"]
    if row["kind"] == "job":
        cancel.finish(session, body["job"])
        return
    order = session.order(body["order"])
    if order and row["kind"] == "settle":
        refund.settle(session, order, body["payment"])
    elif order and row["kind"] == "service":
        fulfilment.service_answers(session, order, body["parcel"])
