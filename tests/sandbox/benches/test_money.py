from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.benches import money, money_cases, money_page
from sandbox.benches.money import Result
from sandbox.benches.money_cases import Cell
from stores.platforms import registry

PAID = Decimal("10.00")
MONEY = sorted(kind.key for kind in registry.all_platforms() if kind.recipe.moves_money)


@pytest.mark.parametrize(
    ("result", "is_exact"),
    [
        (Result(PAID, PAID, PAID), True),
        (Result(PAID, PAID, Decimal("9.99")), False),
        (Result(PAID, Decimal("10.01"), PAID), False),
        (Result(PAID, PAID, PAID, "unit 3: no_money"), False),
        (Result(), False),  # nothing paid proves nothing
    ],
    ids=["exact", "moved less", "promised more", "in trouble", "nothing paid"],
)
def test_exact_is_what_was_paid_promised_and_moved(result, is_exact):
    assert result.is_exact is is_exact


@pytest.mark.parametrize(("digits", "said"), [(0, "999"), (2, "9.99"), (3, "9.995")])
def test_an_amount_has_the_digits_of_its_currency(digits, said):
    assert money_cases.amount("9.99", digits) == said


@pytest.mark.parametrize("platform", MONEY)
def test_each_simulator_says_what_it_cannot_make_and_makes_the_rest(platform):
    made = {(cell.tax, cell.discount, cell.shipping, cell.digits) for cell in money_cases.cells(platform, quick=False)}
    lacking = money_cases.LACKS.get(platform, frozenset())

    assert len(made) == (3 - ("included" in lacking)) * (3 - len(lacking & {"line", "order"})) * 2 * 3
    assert lacking <= set(money_page.LACKING)


@pytest.mark.parametrize("platform", MONEY)
def test_orders_go_back_whole_and_in_parts_through_the_simulator(platform, tmp_path: Path, monkeypatch):
    """Needs no database; a ledger that misses a cent is noticed."""
    cell = Cell(platform, "added", "none", "flat", 2)
    monkeypatch.setattr(money_cases, "cells", lambda key, quick: iter([cell]))

    ((_, found),) = money._platform(tmp_path, platform, quick=True)

    assert [str(one) for one in found if not one.is_exact] == []
    assert [one.paid > 40 for one in found] == [True, True]

    really = money.Shop.moved
    monkeypatch.setattr(money.Shop, "moved", lambda self, order_id: really(self, order_id) - Decimal("0.01"))
    again = tmp_path / "again"
    again.mkdir()
    ((_, found),) = money._platform(again, platform, quick=True)
    assert [one.is_exact for one in found] == [False, False]


def test_the_page_counts_whole_and_parts_and_names_what_was_not_exact(tmp_path: Path):
    cell, fine = Cell("square", "added", "line", "flat", 0), Result(PAID, PAID, PAID)
    lost = Result(PAID, Decimal("9.99"), Decimal("9.99"))
    stuck = Result(PAID, PAID, Decimal(0), "unit 2: no_money")

    money_page.write(
        tmp_path / "money.md",
        {cell: [fine, lost, fine, stuck], Cell("woocommerce", "none", "none", "none", 2): [fine] * 4},
    )

    page = (tmp_path / "money.md").read_text()
    assert "| added | line | flat | 0 | 4 | 2 of 2 | 0 of 2 |" in page
    assert "- less than was paid (1): tax added, discount line, shipping flat, 0 digits, order 1 in parts" in page
    assert "- no_money (1): " in page
    assert page.count("No exception.") == 1
    assert "Its simulator makes no order with: a discount on the whole order." in page
