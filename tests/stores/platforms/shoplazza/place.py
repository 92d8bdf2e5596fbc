"""The adapter on a world or on the network fake, and its commands as the planner would write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox import in_process as sandbox
from sandbox.platforms.shoplazza.spec import Line
from sandbox.world import World
from stores.canonical.commands import CancelOrder, PaymentBack, RefundOrder, UnitsBack
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Quote, Reason
from stores.kernel.http import network as ways
from stores.platforms.shoplazza import Shoplazza
from tests.stores.platforms import rig
from tests.stores.platforms.rig import Sent

BASE = "https://demo.myshoplaza.com/openapi/2026-01"
ANY = re.compile(r"https://demo\.myshoplaza\.com/openapi/2026-01/.*")
MUG = Line(title="Enamel mug", variant="Blue", price="14.50", sku="MUG-BLU", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA-100", quantity=2)


def on_world(world: World, *, shop: str = "demo", journal: Sent | None = None, **settings: str) -> Shoplazza:
    secrets = {"token": f"shplza_{shop}_sandbox", "client_secret": f"{shop}-secret-sandbox"}
    found = {"shop": shop, **settings}
    return Shoplazza(rig.connection(found, secrets, session=sandbox.session(world), journal=journal))


def on_network(secrets: Mapping[str, str] | None = None, **settings: str) -> Shoplazza:
    session = ways.open_session(ways.Egress())
    return Shoplazza(rig.connection({"shop": "demo", **settings}, secrets or {"token": "t"}, session=session))


def made(world: World, shop: Shoplazza, **words: Any) -> Order:
    """An order read through the adapter."""
    return shop.read_order(world.shoplazza.make_order(**({"lines": [MUG, TEA]} | words)).id)


def cancel(order: Order, **changes: Any) -> CancelOrder:
    words: dict[str, Any] = {"reason": Reason.CUSTOMER, "refund": False, "restock": False, "notify": False}
    return CancelOrder(order_id=order.external_id, **({"note": "bye"} | words | changes))


def refund(order: Order, quote: Quote, units: Mapping[str, Decimal], **changes: Any) -> RefundOrder:
    lines = tuple(UnitsBack(line_id=line, units=count, restock=True) for line, count in units.items())
    paid = tuple(
        PaymentBack(payment_id=p.payment_id, gateway=p.gateway, amount=p.amount) for p in quote.payments if p.amount
    )
    words: dict[str, Any] = {"lines": lines, "payments": paid, "shipping": quote.shipping or None, "fees": quote.fees,
                             "note": "bye"}  # fmt: skip
    return RefundOrder(order_id=order.external_id, currency=order.customer_currency, **(words | changes))


def some(order: Order, units: int = 1) -> dict[str, Decimal]:
    return {order.lines[0].id: Decimal(units)}


def part(shop: Shoplazza, order: Order, units: int = 1) -> RefundOrder:
    wanted = some(order, units)
    return refund(order, shop.quote(order, CancelRequest(lines=wanted)), wanted)


def everything(shop: Shoplazza, order: Order) -> RefundOrder:
    wanted = rig.everything(order)
    return refund(order, shop.quote(order, wanted), wanted.lines)
