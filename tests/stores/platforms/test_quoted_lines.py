"""Each line of a quote, on every platform that gives money back: its units, its worth, its tax and its payment.

Two lines, three at 14.50 and two at 8.90; one unit of the first, some of both, all of both. By hand: 10 % on top;
19 % inside (14.50 holds 2.32, 29.00 holds 4.63, 43.50 holds 6.95, 8.90 holds 1.42, 17.80 holds 2.84).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.platforms.shopify.spec import Line as ShopifyLine
from sandbox.world import World
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest
from stores.platforms.shopify import Shopify
from tests.make import NOW
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place as bigcommerce
from tests.stores.platforms.magento import place as magento
from tests.stores.platforms.rig import Platform
from tests.stores.platforms.shoplazza import place as shoplazza
from tests.stores.platforms.square import place as square
from tests.stores.platforms.woocommerce import place as woocommerce

SOME: tuple[tuple[int, int], ...] = ((1, 0), (2, 1), (3, 2))
PLAIN = [["1 14.50 0"], ["2 29.00 0", "1 8.90 0"], ["3 43.50 0", "2 17.80 0"]]
ON_TOP = [["1 14.50 1.45"], ["2 29.00 2.90", "1 8.90 0.89"], ["3 43.50 4.35", "2 17.80 1.78"]]
INSIDE = [["1 14.50 2.32"], ["2 29.00 4.63", "1 8.90 1.42"], ["3 43.50 6.95", "2 17.80 2.84"]]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.open(tmp_path / "world.sqlite3", now=lambda: NOW)
    for switch, position in {
        "limit": "plus", "shoplazza_limit": "wide", "square_limit": "wide", "magento_limit": "wide",
        "woocommerce_limit": "none",
    }.items():  # fmt: skip
        made.switch(switch, position)
    yield made
    made.close()


def on_shopify(world: World, **words: Any) -> tuple[Platform, Order]:
    shop = rig.on_world(Shopify, world)
    lines = [ShopifyLine(price="14.50", quantity=3), ShopifyLine(price="8.90", quantity=2)]
    return shop, shop.read_order(world.make_order(lines=lines, **words).id)


def on(place: Any) -> Callable[..., tuple[Platform, Order]]:
    def made(world: World, **words: Any) -> tuple[Platform, Order]:
        shop = place.on_world(world)
        line = type(place.MUG)
        lines = [
            line(title="Mug", sku="M", price="14.50", quantity=3),
            line(title="Tea", sku="T", price="8.90", quantity=2),
        ]
        return shop, place.made(world, shop, lines=lines, **words)

    return made


SHOPS = {
    "shopify": on_shopify, "square": on(square), "magento": on(magento), "shoplazza": on(shoplazza),
    "woocommerce": on(woocommerce), "bigcommerce": on(bigcommerce),
}  # fmt: skip
ROWS = [
    pytest.param("shopify", {"tax": "0"}, PLAIN, id="shopify"),
    pytest.param("shopify", {"tax": "0.10"}, ON_TOP, id="shopify, tax on top"),
    pytest.param("shopify", {"tax": "0.19", "taxes_included": True}, INSIDE, id="shopify, tax inside"),
    pytest.param("square", {}, PLAIN, id="square"),
    pytest.param("square", {"tax_rate": "10"}, ON_TOP, id="square, tax on top"),
    pytest.param("magento", {}, PLAIN, id="magento"),
    pytest.param("magento", {"tax_rate": "0.10"}, ON_TOP, id="magento, tax on top"),
    pytest.param("shoplazza", {}, PLAIN, id="shoplazza"),
    pytest.param("shoplazza", {"tax_rate": "0.10"}, ON_TOP, id="shoplazza, tax on top"),
    pytest.param("shoplazza", {"tax_rate": "0.19", "taxes_included": True}, INSIDE, id="shoplazza, tax inside"),
    pytest.param("woocommerce", {}, PLAIN, id="woocommerce"),
    pytest.param("woocommerce", {"tax_rate": "0.10"}, ON_TOP, id="woocommerce, tax on top"),
    pytest.param("woocommerce", {"tax_rate": "0.19", "prices_include_tax": True}, INSIDE, id="woocommerce, tax inside"),
    pytest.param("bigcommerce", {}, PLAIN, id="bigcommerce"),
    pytest.param("bigcommerce", {"tax_rate": "0.10"}, ON_TOP, id="bigcommerce, tax on top"),
]


def told(order: Order, shop: Platform, units: tuple[int, int]) -> list[str]:
    wanted = {line.id: Decimal(n) for line, n in zip(order.lines, units, strict=True) if n}
    quote = shop.quote(order, CancelRequest(lines=wanted))
    assert quote is not None
    assert [row.line_id for row in quote.lines] == list(wanted)
    assert {row.amount.currency for row in quote.lines} | {row.tax.currency for row in quote.lines} == {"USD"}
    return [f"{row.units.normalize():f} {row.amount.amount} {row.tax.amount or 0}" for row in quote.lines]


@pytest.mark.parametrize(("platform", "words", "expected"), ROWS)
def test_each_line_has_its_units_its_worth_and_its_tax(platform, words, expected, world):
    shop, order = SHOPS[platform](world, **words)

    assert [told(order, shop, units) for units in SOME] == expected


@pytest.mark.parametrize("platform", ["square", "magento"])
def test_where_a_refund_is_made_per_payment_each_line_names_its_own(platform, world):
    shop, order = SHOPS[platform](world)
    quote = shop.quote(order, rig.everything(order))

    assert quote is not None
    assert {row.payment_id for row in quote.lines} == {payment.payment_id for payment in quote.payments}


@pytest.mark.parametrize("platform", ["shopify", "shoplazza", "woocommerce", "bigcommerce"])
def test_elsewhere_no_line_names_a_payment(platform, world):
    shop, order = SHOPS[platform](world)
    quote = shop.quote(order, rig.everything(order))

    assert quote is not None
    assert {row.payment_id for row in quote.lines} == {""}


def test_magento_splits_the_lines_over_its_invoices(world):
    shop, order = SHOPS["magento"](world, tax_rate="0.10", invoices=[[2, 0], [1, 2]])
    quote = shop.quote(order, rig.everything(order))

    assert quote is not None
    first, second = (payment.payment_id for payment in quote.payments)
    rows = sorted(
        (row.payment_id == second, str(row.units), str(row.amount.amount), str(row.tax.amount)) for row in quote.lines
    )
    assert rows == [(False, "2", "29.00", "2.90"), (True, "1", "14.50", "1.45"), (True, "2", "17.80", "1.78")]
    assert first != second
