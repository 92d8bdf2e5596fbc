"""The adapter on a world or on the network fake, and its commands as the planner would write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox import in_process as sandbox
from sandbox.platforms.woocommerce.simulator import WooCommerceSimulator
from sandbox.platforms.woocommerce.spec import Line
from sandbox.world import World
from stores.canonical.commands import CancelOrder, PaymentBack, RefundOrder, UnitsBack
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Quote, Reason
from stores.kernel.http import network as ways
from stores.platforms.woocommerce import WooCommerce
from tests.stores.platforms import rig
from tests.stores.platforms.rig import Sent

BASE = "https://demo.woocommerce.example/wp-json/wc/v3"
ANY = re.compile(r"https://demo\.woocommerce\.example/wp-json/.*")
ANY_GATEWAY = re.compile(r"https://demo\.woocommerce\.example/wp-json/wc/v3/payment_gateways/.*")
MUG = Line(title="Enamel mug", variant="Blue", price="14.50", sku="MUG-BLU", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA-100", quantity=2)
SITE = {"shop": "demo.woocommerce.example"}


def on_world(world: World, *, shop: str = "demo", journal: Sent | None = None, **settings: str) -> WooCommerce:
    house = WooCommerceSimulator(world).open_shop(shop, "")
    found = house.settings | settings
    return WooCommerce(rig.connection(found, house.secrets, session=sandbox.session(world), journal=journal))


def on_network(secrets: Mapping[str, str] | None = None, journal: Sent | None = None, **settings: str) -> WooCommerce:
    session = ways.open_session(ways.Egress())
    keys = secrets or {"key": "ck_demo", "secret": "cs_demo"}
    return WooCommerce(rig.connection(SITE | settings, keys, session=session, journal=journal))


def made(world: World, shop: WooCommerce, **words: Any) -> Order:
    """An order read through the adapter."""
    return shop.read_order(WooCommerceSimulator(world).make_order(**({"lines": [MUG, TEA]} | words)).id)


def cancel(order: Order, **changes: Any) -> CancelOrder:
    words: dict[str, Any] = {"reason": Reason.CUSTOMER, "refund": False, "restock": True, "notify": False}
    return CancelOrder(order_id=order.external_id, **({"note": "bye"} | words | changes))


def refund(order: Order, quote: Quote, units: Mapping[str, Decimal], **changes: Any) -> RefundOrder:
    lines = tuple(UnitsBack(line_id=line, units=count, restock=True) for line, count in units.items())
    paid = tuple(
        PaymentBack(payment_id=p.payment_id, gateway=p.gateway, amount=p.amount, is_manual=p.is_manual)
        for p in quote.payments
        if p.amount
    )
    words: dict[str, Any] = {"shipping": quote.shipping or None, "fees": quote.fees, "note": "bye"}
    return RefundOrder(
        order_id=order.external_id,
        currency=order.customer_currency,
        **({"lines": lines, "payments": paid} | words | changes),
    )


def some(order: Order, units: int = 1) -> dict[str, Decimal]:
    return {order.lines[0].id: Decimal(units)}


def part(shop: WooCommerce, order: Order, units: int = 1, **changes: Any) -> RefundOrder:
    wanted = some(order, units)
    return refund(order, shop.quote(order, CancelRequest(lines=wanted)), wanted, **changes)


def everything(shop: WooCommerce, order: Order, **changes: Any) -> RefundOrder:
    wanted = rig.everything(order)
    return refund(order, shop.quote(order, wanted), wanted.lines, **changes)
