"""The adapter on a world or on the network fake, and its commands as the planner would write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox import in_process as sandbox
from sandbox.platforms.bigcommerce.simulator import BigCommerceSimulator
from sandbox.platforms.bigcommerce.spec import Line
from sandbox.world import World
from stores.canonical.commands import CancelOrder, CorrectStock, PaymentBack, RefundOrder, StockChange, UnitsBack
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Quote, Reason
from stores.connectors.roles import ConnectorContext
from stores.kernel.http import network as ways
from stores.platforms.bigcommerce import BigCommerce
from tests.sandbox import bigcommerce_spec
from tests.stores.platforms import rig
from tests.stores.platforms.rig import Sent

BASE = "https://api.bigcommerce.com/stores/demo"
ANY = re.compile(r"https://api\.bigcommerce\.com/stores/demo/.*")
CHECK = bigcommerce_spec.checker()  # every exchange against the vendor's descriptions
MUG = Line(title="Enamel mug", variant="Blue", price="14.50", sku="MUG-BLU", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA-100", quantity=2)


def home(world: World) -> BigCommerceSimulator:
    return BigCommerceSimulator(world)


def on_world(world: World, *, shop: str = "demo", journal: Sent | None = None, **settings: str) -> BigCommerce:
    """Its clock is the world's, so that waiting there is waiting here."""
    if CHECK not in world.watchers:
        world.watchers.append(CHECK)
    secrets = {"token": f"bc_{shop}_sandbox", "client_secret": f"{shop}-client-secret-sandbox"}
    found = {"store_hash": shop, **settings}
    made = rig.connection(found, secrets, session=sandbox.session(world), journal=journal)
    return BigCommerce(at_the_clock_of(world, made))


def at_the_clock_of(world: World, made: ConnectorContext) -> ConnectorContext:
    return ConnectorContext(
        settings=made.settings, secrets=made.secrets, transport=made.transport, now=world.now, token=made.token,
        forget_token=made.forget_token,
    )  # fmt: skip


def on_network(secrets: Mapping[str, str] | None = None, **settings: str) -> BigCommerce:
    session = ways.open_session(ways.Egress())
    found = {"store_hash": "demo", **settings}
    return BigCommerce(rig.connection(found, secrets or {"token": "t"}, session=session))


def made(world: World, shop: BigCommerce, **words: Any) -> Order:
    """An order read through the adapter."""
    return shop.read_order(home(world).make_order(**({"lines": [MUG, TEA]} | words)).id)


def cancel(order: Order, **changes: Any) -> CancelOrder:
    words: dict[str, Any] = {"reason": Reason.CUSTOMER, "refund": False, "restock": bool(order.cancel_restocks),
                             "notify": False, "note": "bye"}  # fmt: skip
    return CancelOrder(order_id=order.external_id, **(words | changes))


def refund(order: Order, quote: Quote, units: Mapping[str, Decimal], **changes: Any) -> RefundOrder:
    lines = tuple(UnitsBack(line_id=line, units=count, restock=False) for line, count in units.items())
    paid = tuple(
        PaymentBack(payment_id=p.payment_id, gateway=p.gateway, amount=p.amount, is_manual=p.is_manual)
        for p in quote.payments
        if p.amount
    )
    words: dict[str, Any] = {"lines": lines, "payments": paid, "shipping": quote.shipping or None, "note": "bye",
                             "fees": quote.fees}  # fmt: skip
    return RefundOrder(order_id=order.external_id, currency=order.customer_currency, **(words | changes))


def some(order: Order, units: int = 1) -> dict[str, Decimal]:
    return {order.lines[0].id: Decimal(units)}


def part(shop: BigCommerce, order: Order, units: int = 1, **changes: Any) -> RefundOrder:
    wanted = some(order, units)
    return refund(order, shop.quote(order, CancelRequest(lines=wanted)), wanted, **changes)


def everything(shop: BigCommerce, order: Order, **changes: Any) -> RefundOrder:
    wanted = rig.everything(order)
    return refund(order, shop.quote(order, wanted), wanted.lines, **changes)


def stock(order: Order, delta: int = 1) -> CorrectStock:
    line = order.lines[0]
    place = rig.place_of(order, line.id)
    change = StockChange(stock_item_id=line.stock_item_id, location_id=place, delta=Decimal(delta))
    return CorrectStock(order_id=order.external_id, changes=(change,))
