"""What bench money sells: the orders each simulator can make, by tax, discount, shipping and digits of the currency."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any, Final

from sandbox import connections

CURRENCIES: Final[Mapping[int, str]] = {0: "JPY", 2: "USD", 3: "KWD"}
TAXES: Final = ("none", "added", "included")
DISCOUNTS: Final = ("none", "line", "order")
SHIPPINGS: Final = ("none", "flat")
RATES: Final = {"none": "0", "added": "0.0825", "included": "0.20"}
PERCENT: Final = {"none": "0", "added": "8.25", "included": "20"}
BASKETS: Final = ((("9.99", 3), ("4.35", 2), ("10.10", 1)), (("33.33", 3), ("0.07", 2)))
LINE_OFF, ORDER_OFF, FREIGHT = "1.11", "3.33", "5.95"
# What a simulator has no order for: an honest gap, told on the page.
LACKS: Final[Mapping[str, frozenset[str]]] = {
    "shoplazza": frozenset({"order"}),
    "magento": frozenset({"order", "included"}),
    "square": frozenset({"order"}),
    "woocommerce": frozenset({"line"}),
}


@dataclass(frozen=True)
class Cell:
    """One row of the page."""

    platform: str
    tax: str
    discount: str
    shipping: str
    digits: int

    @property
    def is_made(self) -> bool:
        return not LACKS.get(self.platform, frozenset()) & {self.tax, self.discount}

    def __str__(self) -> str:
        return (
            f"{self.platform}, tax {self.tax}, discount {self.discount}, shipping {self.shipping}, {self.digits} digits"
        )


def cells(platform: str, *, quick: bool) -> Iterator[Cell]:
    for tax, discount, shipping, digits in product(TAXES, DISCOUNTS, SHIPPINGS, CURRENCIES):
        cell = Cell(platform, tax, discount, shipping, digits)
        if cell.is_made and (not quick or (shipping == "flat" and digits == 2)):
            yield cell


def amount(said: str, digits: int) -> str:
    """The same figure in a currency of so many digits; with three the last one is no zero."""
    if digits == 0:
        return str(int(Decimal(said) * 100))
    return said if digits == 2 else f"{said}5"


def words(cell: Cell, basket: int) -> dict[str, Any]:
    """The order in the words of its simulator."""
    off = amount(LINE_OFF, cell.digits) if cell.discount == "line" else "0"
    lines = [_line(cell, place, off if place == 0 else "0", sold) for place, sold in enumerate(BASKETS[basket])]
    return {"lines": lines, **ORDERS[cell.platform](cell)}


def _line(cell: Cell, place: int, off: str, sold: tuple[str, int]) -> Any:
    price, units = sold
    given: dict[str, Any] = {"price": amount(price, cell.digits), "quantity": units, "sku": f"MUG-{place}"}
    if off != "0":
        given["discount"] = off
    return connections.line(cell.platform, **given)


def _freight(cell: Cell) -> str:
    return amount(FREIGHT, cell.digits) if cell.shipping == "flat" else "0"


def _off(cell: Cell) -> str:
    return amount(ORDER_OFF, cell.digits) if cell.discount == "order" else "0"


ORDERS: Final[Mapping[str, Any]] = {
    "shopify": lambda cell: {
        "tax": RATES[cell.tax] if cell.tax != "none" else "",
        "taxes_included": cell.tax == "included",
        "shipping": _freight(cell) if cell.shipping == "flat" else None,
        "discount": _off(cell),
    },
    "shoplazza": lambda cell: {
        "tax_rate": RATES[cell.tax], "taxes_included": cell.tax == "included", "shipping": _freight(cell),
    },
    "magento": lambda cell: {"tax_rate": RATES[cell.tax], "shipping": _freight(cell)},
    "bigcommerce": lambda cell: {
        "tax_rate": RATES[cell.tax], "taxes_included": cell.tax == "included", "shipping": _freight(cell),
        "discount": _off(cell),
    },
    "square": lambda cell: {
        "tax_rate": PERCENT[cell.tax], "taxes_included": cell.tax == "included", "charge": _freight(cell),
        "currency": CURRENCIES[cell.digits],
    },
    "woocommerce": lambda cell: {
        "tax_rate": RATES[cell.tax], "prices_include_tax": cell.tax == "included", "shipping": _freight(cell),
        "coupon": _off(cell), "currency": CURRENCIES[cell.digits],
    },
}  # fmt: skip


@dataclass
class Result:
    """One order given back. said: what the previews promised in all; moved: what the ledger counted."""

    paid: Decimal = Decimal(0)
    said: Decimal = Decimal(0)
    moved: Decimal = Decimal(0)
    trouble: str = ""

    @property
    def is_exact(self) -> bool:
        return not self.trouble and self.paid == self.moved == self.said > 0

    def __str__(self) -> str:
        return self.trouble or f"paid {self.paid}, promised {self.said}, moved {self.moved}"
