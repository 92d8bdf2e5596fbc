"""The adapter on a world or on the network fake, and its commands as the planner would write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox import in_process as sandbox
from sandbox.platforms.square.simulator import SquareSimulator
from sandbox.platforms.square.spec import Line
from sandbox.world import World
from stores.canonical.commands import (
    CancelOrder,
    Command,
    CorrectStock,
    PaymentBack,
    RefundOrder,
    StockChange,
    UnitsBack,
)
from stores.canonical.order import Order
from stores.canonical.receipts import Receipt
from stores.canonical.request import CancelRequest, Quote, Reason
from stores.kernel.http import network as ways
from stores.kernel.http.contracts import Prepared
from stores.platforms.square import Square
from tests.make import NOW
from tests.stores.platforms import rig
from tests.stores.platforms.rig import Sent
from tests.stores.platforms.square import vendor

BASE = "https://connect.squareup.com/v2"
ANY = re.compile(r"https://connect\.squareup\.com/.*")
ADDRESS = "https://desk.example/hooks/abc"
MUG = Line(title="Enamel mug", variant="Blue", price="14.50", sku="MUG-BLU", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA-100", quantity=2)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Hardly any limit, so that no test waits for it; every exchange is checked against the vendor's schema."""
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOW)
    made.switch("square_limit", "wide")
    made.watchers.append(vendor.check)
    yield made
    made.close()


def home(world: World) -> SquareSimulator:
    return SquareSimulator(world)


def on_world(world: World, *, shop: str = "demo", journal: Sent | None = None, **settings: str) -> Square:
    secrets = {"token": f"sq_{shop}_sandbox", "signature_key": f"{shop}-signature-key"}
    return Square(rig.connection(settings, secrets, session=sandbox.session(world), journal=journal))


def on_network(secrets: Mapping[str, str] | None = None, **settings: str) -> Square:
    session = ways.open_session(ways.Egress())
    return Square(rig.connection(settings, secrets or {"token": "t"}, session=session))


def made(world: World, shop: Square, **words: Any) -> Order:
    """An order read through the adapter."""
    return shop.read_order(home(world).make_order(**({"lines": [MUG, TEA]} | words)).id)


def cancel(order: Order, **changes: Any) -> CancelOrder:
    words: dict[str, Any] = {"reason": Reason.CUSTOMER, "refund": False, "restock": False, "notify": False}
    return CancelOrder(order_id=order.external_id, **({"note": "bye"} | words | changes))


def refunds(order: Order, quote: Quote, **changes: Any) -> list[RefundOrder]:
    """One for each payment, with exactly the units that are recorded with it."""
    return [
        RefundOrder(
            order_id=order.external_id,
            currency=quote.currency,
            lines=tuple(
                UnitsBack(line_id=line.line_id, units=line.units, restock=False)
                for line in quote.lines
                if line.payment_id == paid.payment_id
            ),
            payments=(PaymentBack(payment_id=paid.payment_id, gateway=paid.gateway, amount=paid.amount,
                                  is_manual=paid.is_manual),),
            shipping=None,
            fees=paid.fees,
            **({"note": "bye"} | changes),
        )
        for paid in quote.payments
    ]  # fmt: skip


def some(order: Order, *units: object) -> dict[str, Decimal]:
    """These units of the lines, in their order; one of the first where none is said."""
    wanted = zip(order.lines, units or (1,), strict=False)
    return {line.id: Decimal(str(count)) for line, count in wanted if count}


def part(shop: Square, order: Order, *units: object) -> RefundOrder:
    (command,) = parts(shop, order, *units)
    return command


def parts(shop: Square, order: Order, *units: object) -> list[RefundOrder]:
    return refunds(order, shop.quote(order, CancelRequest(lines=some(order, *units))))


def everything(shop: Square, order: Order) -> list[RefundOrder]:
    return refunds(order, shop.quote(order, rig.everything(order)))


def stock(order: Order, delta: int = 1) -> CorrectStock:
    line = order.lines[0]
    spot = line.placements[0].location
    assert spot
    change = StockChange(stock_item_id=line.stock_item_id, location_id=spot.id, delta=Decimal(delta))
    return CorrectStock(order_id=order.external_id, changes=(change,))


def resend(shop: Square, command: Command, request: Prepared) -> Receipt:
    """The stored bytes once more, as the executor sends them."""
    body = json.loads(request.body) if request.body else None
    path = request.path.removeprefix(f"{shop.api.url}/")
    return shop.read_answer(command, shop.api.effect(request.method, path, body, key=request.key))
