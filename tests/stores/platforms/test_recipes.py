"""How each platform wants to be asked, as the fact sheets say: the whole recipe, retyped."""

from __future__ import annotations

from typing import Any

import pytest

from stores.canonical.recipe import (
    Adjust,
    Cancel,
    CancelLines,
    Edit,
    Per,
    Recipe,
    Refund,
    Refunds,
    RefundStock,
    Restock,
    Void,
)
from stores.platforms import registry


def asked(cancel: str, units: Refund | CancelLines, **others: Any) -> Recipe:
    """`cancel`: when the money goes back, and what it does to stock."""
    when, restocks = cancel.split()
    return Recipe(cancel=Cancel(refunds=Refunds(when), restocks=Restock(restocks)), units=units, **others)


def refund(per: str, stock: str, *, closes: bool = False, of_nothing: bool = False) -> Refund:
    return Refund(per=Per(per), stock=RefundStock(stock), closes=closes, of_nothing=of_nothing)


RECIPES = {
    "shopify": asked(
        "with_cancel asked",
        refund("order", "always", of_nothing=True),
        void=Void.WITH_CANCEL,
        edit=Edit.KEPT,
        adjusts=frozenset({Adjust.KEEP}),
    ),
    "woocommerce": asked("first always", refund("order", "one_switch", closes=True)),
    "bigcommerce": asked(
        "first always",
        refund("order", "none", closes=True),
        void=Void.FIRST,
        adjusts=frozenset({Adjust.KEEP, Adjust.ADD}),
    ),
    "magento": asked("first always", refund("payment", "per_line", closes=True), void=Void.WITH_CANCEL),
    "square": asked(
        "after never",
        refund("payment", "none"),
        void=Void.FIRST,
        edit=Edit.UNPAID,
        adjusts=frozenset({Adjust.ADD}),
    ),
    "shoplazza": asked("first never", refund("order", "per_line")),
    "modern_dropship": asked("never never", CancelLines(rest_in_one_call=True)),
}


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_each_is_asked_in_its_own_way(kind):
    assert kind.recipe == RECIPES[kind.key]


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_each_is_waited_for_alike(kind):
    assert kind.late_landing_seconds == 600
    assert kind.poll_seconds == (1, 2, 3, 5, 8, 13, 21, 34, 60)
    assert kind.poll_deadline_seconds == 600
