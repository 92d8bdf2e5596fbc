"""The adapter on a world or on the network fake, its commands as the planner would write them, recorded answers."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox import in_process as sandbox
from sandbox.platforms.modern_dropship.spec import Line
from sandbox.world import World
from stores.canonical.commands import CancelLine, CancelOrder, CancelRest
from stores.canonical.order import Order
from stores.canonical.request import Reason
from stores.kernel.http import network as ways
from stores.platforms.modern_dropship import ModernDropship
from tests.sandbox.modern_dropship_client import checker
from tests.stores.platforms import rig
from tests.stores.platforms.rig import Sent

BASE = "https://api.convictional.com"
ANY = re.compile(r"https://api\.convictional\.com/.*")
MUG = Line(sku="MUG-BLU", title="Enamel mug", quantity=5)
TEA = Line(sku="TEA-100", title="Mountain tea", price="8.90", quantity=3)
HERE = Path(__file__).parent


def recorded(name: str, **changes: Any) -> dict[str, Any]:
    """An answer as the vendor's pages and client show it, made anonymous."""
    return json.loads((HERE / f"{name}.json").read_text()) | changes


def watched(world: World) -> World:
    """Every exchange is checked against the derived description, without the envelope that 2021 did not have."""
    world.watchers.append(checker())
    return world


def on_world(world: World, *, account: str = "demo", journal: Sent | None = None) -> ModernDropship:
    secrets = {"api_key": f"md_{account}_sandbox"}
    return ModernDropship(rig.connection({}, secrets, session=sandbox.session(world), journal=journal))


def on_network(key: str = "a-key-of-the-test", **settings: str) -> ModernDropship:
    session = ways.open_session(ways.Egress())
    return ModernDropship(rig.connection(settings, {"api_key": key}, session=session))


def made(world: World, shop: ModernDropship, *lines: Line, **words: Any) -> Order:
    """An order read through the adapter."""
    return shop.read_order(world.modern_dropship.make_order(lines=lines or (MUG, TEA), **words).id)


def cancel(order: Order, **changes: Any) -> CancelOrder:
    words: dict[str, Any] = {"reason": Reason.OUT_OF_STOCK, "refund": False, "restock": False, "notify": False}
    return CancelOrder(order_id=order.external_id, **({"note": "bye"} | words | changes))


def rest(order: Order, **changes: Any) -> CancelRest:
    words: dict[str, Any] = {"reason": Reason.OUT_OF_STOCK, "note": "bye"}
    return CancelRest(order_id=order.external_id, **(words | changes))


def part(order: Order, keep: int = 2, *, place: int = 0, **changes: Any) -> CancelLine:
    line = order.lines[place]
    words: dict[str, Any] = {"reason": Reason.OUT_OF_STOCK, "note": "bye"}
    return CancelLine(
        order_id=order.external_id, line_id=line.id, stock_key=line.sku, keep=Decimal(keep), **(words | changes)
    )
