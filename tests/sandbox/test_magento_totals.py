"""Totals of credit memos worked out by hand from the vendor's collectors: tax mode by discount by shipping."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.platforms.magento.simulator import MagentoSimulator
from sandbox.platforms.magento.spec import Line
from tests.sandbox.magento_client import Client, client, exact, home, world

__all__ = ["client", "home", "world"]

INCL = {"prices_include_tax": True, "shipping_includes_tax": True, "tax_rate": "0.20", "shipping": "6.00"}
EXCL = {"tax_rate": "0.20", "shipping": "5.00"}
ONE = Line(price="24.00", discount="2.40")  # with its tax: 20.00 + 3.60, and 0.40 that the discount took off the tax
THREE = Line(price="9.99", quantity=3, discount="3.00")  # 29.97: 24.97 + 4.50 + 0.50 - 3.00 = 26.97

# words of the order, how it reads shipping, units, shipping asked, (shipping, its tax, tax, compensation, total)
ROWS: dict[str, tuple[Any, str, int, float, tuple[float, ...]]] = {
    "goods discounted": (INCL | {"lines": [ONE]}, "excluding", 1, 5, (5, 1, 4.6, 0.4, 27.6)),
    "both discounted": (
        INCL | {"lines": [ONE], "shipping_discount": "3.00"}, "excluding", 1, 5, (5, 0.5, 4.1, 0.9, 24.6),
    ),
    "both discounted, asked with tax": (
        INCL | {"lines": [ONE], "shipping_discount": "3.00"}, "including", 1, 6, (5, 0.5, 4.1, 0.9, 24.6),
    ),
    "half the shipping": (
        INCL | {"lines": [ONE], "shipping_discount": "3.00"}, "excluding", 0, 2.5, (2.5, 0.25, 0.25, 0.25, 1.5),
    ),
    "half the shipping, asked with tax": (
        INCL | {"lines": [ONE], "shipping_discount": "3.00"}, "including", 0, 3, (2.5, 0.25, 0.25, 0.25, 1.5),
    ),
    "shipping for nothing": (
        INCL | {"lines": [ONE], "shipping_discount": "6.00"}, "excluding", 1, 5, (5, 0, 3.6, 1.4, 21.6),
    ),
    "goods alone": (INCL | {"lines": [ONE], "shipping_discount": "3.00"}, "excluding", 1, 0, (0, 0, 3.6, 0.4, 21.6)),
    "one of three": (INCL | {"lines": [THREE]}, "excluding", 1, 0, (0, 0, 1.5, 0.17, 8.99)),
    "tax before the discount": (
        INCL | {"lines": [ONE], "shipping_discount": "3.00", "tax_after_discount": False},
        "excluding", 1, 5, (5, 1, 5, 0, 24.6),
    ),
    "without tax": (
        EXCL | {"lines": [Line(price="20.00", discount="2.00")], "shipping_discount": "2.50"},
        "excluding", 1, 5, (5, 0.5, 4.1, 0, 24.6),
    ),
    "without tax, asked with it": (
        EXCL | {"lines": [Line(price="20.00", discount="2.00")], "shipping_discount": "2.50"},
        "including", 1, 6, (5, 0.5, 4.1, 0, 24.6),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_credit_memo_comes_to_what_its_collectors_say(home: MagentoSimulator, client: Client, name: str) -> None:
    words, config, count, asked, right = ROWS[name]
    home.world.switch("magento_shipping_config", config)
    made = home.make_order(**words)

    assert client.refund(made, **exact(made, count, shipping=asked)).status_code == 200

    (memo,) = client.of("creditmemos", made)
    fields = ("shipping_amount", "shipping_tax_amount", "tax_amount", "discount_tax_compensation_amount", "grand_total")
    assert tuple(memo[f"base_{field}"] for field in fields) == right
    order = client.order(made)
    assert order["base_total_refunded"] == right[-1]
    if count and asked:
        assert (order["base_grand_total"], order["state"]) == (right[-1], "closed")


def test_of_discounted_shipping_a_third_is_not_rounded(home: MagentoSimulator, client: Client) -> None:
    """The discount's share keeps its four digits in the memo, the order's sum has two, and so has the provider's."""
    made = home.make_order(lines=[Line(price="20.00")], shipping="7.00", shipping_discount="2.00", tax_rate="0.20")
    client.refund(made, **exact(made, 0, shipping=2.33))
    (memo,) = client.of("creditmemos", made)

    assert memo["base_grand_total"] == 1.9943  # 2.33 + 0.33 tax - 0.6657
    assert client.order(made)["base_total_refunded"] == 1.99
    assert [str(e.amount) for e in home.world.effects(made.id, kind="refund")] == ["1.99"]


def test_half_a_cent_is_half_a_cent_whatever_a_division_makes_of_it(home: MagentoSimulator, client: Client) -> None:
    """The share of 0.45 in 3.78, of 3.15: 0.375, and not 0.374999…"""
    home.world.switch("magento_shipping_config", "including")
    made = home.make_order(lines=[Line(price="20.00")], shipping="3.15", tax_rate="0.20")
    client.refund(made, **exact(made, 0, shipping=0.45))

    (memo,) = client.of("creditmemos", made)
    assert (memo["base_shipping_amount"], memo["base_shipping_tax_amount"]) == (0.38, 0.08)


def test_tax_of_the_last_units_is_what_their_invoice_holds(home: MagentoSimulator, client: Client) -> None:
    """Not what the whole order holds: the shipping's stands on the first invoice."""
    made = home.make_order(
        lines=[Line(price="20.00", quantity=2), Line(price="30.00", sku="TEA")], invoices=[(2, 0), (0, 1)],
        shipping="8.00", tax_rate="0.20",
    )  # fmt: skip
    client.refund(made, 1, **exact(made, 0, 1))
    client.refund(made, 0, **exact(made, 2, shipping=8))

    assert [m["base_grand_total"] for m in client.of("creditmemos", made)] == [36, 57.6]
    assert client.order(made)["state"] == "closed"


def test_a_fee_that_is_kept_closes_the_order_too(home: MagentoSimulator, client: Client) -> None:
    made = home.make_order(lines=[Line(price="20.00")], shipping="0")
    body = exact(made, 1)
    body["arguments"]["adjustment_negative"] = 5

    client.refund(made, **body)

    order = client.order(made)
    assert (order["state"], order["base_total_refunded"], order["base_total_paid"]) == ("closed", 15, 20)


@pytest.mark.parametrize(("switch", "status"), [("allowed", 200), ("refused", 400)])
def test_units_of_a_free_order_leave_by_a_credit_memo_of_nothing(
    home: MagentoSimulator, client: Client, switch: str, status: int
) -> None:
    home.world.switch("magento_zero_memos", switch)
    made = home.make_order(lines=[Line(price="9.00", quantity=2, discount="18.00")], shipping="0", pay="free")
    answers = [client.refund(made, **exact(made, 1) | {"isOnline": False}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [status] * 2
    assert [m["base_grand_total"] for m in client.of("creditmemos", made)] == ([0, 0] if status == 200 else [])
    assert client.order(made)["state"] == ("closed" if status == 200 else "processing")
    assert home.stock("MUG")["salable"] == (1000 if status == 200 else 998)


def test_store_credit_is_used_by_the_first_invoice_and_goes_back_before_money(
    home: MagentoSimulator, client: Client
) -> None:
    made = home.make_order(
        lines=[Line(price="10.00", quantity=3)], shipping="0", invoices=[(1,), (2,)],
        extras={"customer_balance_amount": "15.00"},
    )  # fmt: skip
    first, second = client.of("invoices", made)
    assert (first["base_grand_total"], second["base_grand_total"]) == (0, 15)

    for count, back in ((1, 0), (1, 5)):  # of 15.00
        assert client.refund(made, 1, **exact(made, count)).status_code == 200
        assert client.of("creditmemos", made)[-1]["base_grand_total"] == back
    assert client.order(made)["base_total_refunded"] == 5
