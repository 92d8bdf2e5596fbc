"""The adapter on a world or on the network fake, and its commands as the planner would write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox import in_process as sandbox
from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from sandbox.world import World
from stores.canonical.commands import CancelOrder, PaymentBack, RefundOrder, UnitsBack
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Quote, Reason
from stores.kernel.http import network as ways
from stores.platforms.magento import Magento
from tests.make import NOW
from tests.sandbox import magento_oauth, magento_spec
from tests.stores.platforms import rig
from tests.stores.platforms.rig import Sent

BASE = "https://demo.magento.example/rest/default/V1"
ANY = re.compile(r"https://demo\.magento\.example/rest/default/V1/.*")
MUG = Line(title="Enamel mug", price="14.50", sku="MUG-BLU", quantity=3)
TEA = Line(title="Mountain tea", price="8.90", sku="TEA-100", quantity=2)
NAMES = ("consumer_key", "consumer_secret", "token", "token_secret")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """No limit to wait for; every exchange is checked against the vendor's schema, its signature by oauthlib."""
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOW)
    prepare(made)
    yield made
    made.close()


def prepare(world: World) -> None:
    world.switch("magento_limit", "wide")
    world.watchers += [magento_spec.checker(), magento_oauth.checker(world)]


def on_world(world: World, *, shop: str = "demo", journal: Sent | None = None, **settings: str) -> Magento:
    house = MagentoSimulator(world).open_shop(shop, "")
    return Magento(
        rig.connection(house.settings | settings, house.secrets, session=sandbox.session(world), journal=journal)
    )


def on_network(secrets: Mapping[str, str] | None = None, **settings: str) -> Magento:
    session = ways.open_session(ways.Egress())
    given = secrets or {name: f"{name}-1" for name in NAMES}
    return Magento(rig.connection({"shop": "demo.magento.example", **settings}, given, session=session))


def made(world: World, shop: Magento, **words: Any) -> Order:
    """An order read through the adapter."""
    return shop.read_order(MagentoSimulator(world).make_order(**({"lines": [MUG, TEA]} | words)).id)


def cancel(order: Order, **changes: Any) -> CancelOrder:
    words: dict[str, Any] = {"reason": Reason.CUSTOMER, "refund": False, "restock": True, "notify": False}
    return CancelOrder(order_id=order.external_id, **({"note": "bye"} | words | changes))


def refunds(order: Order, quote: Quote, **changes: Any) -> list[RefundOrder]:
    """One for each payment of the quote, with the units that are quoted on it."""
    return [
        RefundOrder(
            order_id=order.external_id,
            currency=order.customer_currency,
            lines=tuple(
                UnitsBack(line_id=share.line_id, units=share.units, restock=True)
                for share in quote.lines
                if share.payment_id == payment.payment_id
            ),
            payments=(
                PaymentBack(
                    payment_id=payment.payment_id,
                    gateway=payment.gateway,
                    amount=payment.amount,
                    is_manual=payment.is_manual,
                ),
            ),
            **({"shipping": payment.shipping or None, "note": "bye"} | changes),
        )
        for payment in quote.payments
    ]


def some(order: Order, units: int = 1) -> dict[str, Decimal]:
    return {order.lines[0].id: Decimal(units)}


def part(shop: Magento, order: Order, units: int = 1, **changes: Any) -> RefundOrder:
    (command,) = refunds(order, shop.quote(order, CancelRequest(lines=some(order, units))), **changes)
    return command


def everything(shop: Magento, order: Order, **changes: Any) -> list[RefundOrder]:
    return refunds(order, shop.quote(order, rig.everything(order)), **changes)
