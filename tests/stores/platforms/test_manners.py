"""How each platform wants to be asked, the whole recipe, retyped from what was read."""

from __future__ import annotations

from dataclasses import fields

import pytest

from stores.canonical.recipe import UnitsBy
from stores.platforms import registry

RECIPES = {
    "shopify": """moves_money edits cancels_whole cancel_takes_units cancel_refunds cancel_restocks cancel_asks_restock
        cancel_voids refund_of_nothing refund_restocks names_location corrects_stock""",
    "woocommerce": """moves_money cancels_whole cancel_takes_units cancel_restocks refund_first refund_closes
        refund_restocks one_restock_switch""",
    "bigcommerce": """moves_money cancels_whole cancel_takes_units cancel_restocks voids_first refund_first
        refund_closes corrects_stock adds_stock""",
    "magento": """moves_money cancels_whole cancel_takes_units cancel_restocks cancel_voids refund_first refund_closes
        refund_per_payment refund_restocks refund_restocks_each""",
    "square": "moves_money edits cancels_whole voids_first refund_per_payment names_location adds_stock",
    "shoplazza": "moves_money cancels_whole cancel_takes_units refund_first refund_restocks refund_restocks_each",
    "modern_dropship": "cancels_whole cancel_takes_units rest_in_one_call",
}


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_each_is_asked_in_its_own_way(kind):
    said = {field.name for field in fields(kind.recipe) if getattr(kind.recipe, field.name) is True}

    assert said == set(RECIPES[kind.key].split())
    assert kind.recipe.units_by is (UnitsBy.ITEM if kind.key == "modern_dropship" else UnitsBy.REFUND)


@pytest.mark.parametrize("kind", registry.all_platforms(), ids=lambda kind: kind.key)
def test_each_is_waited_for_alike(kind):
    assert kind.late_landing_seconds == 600
    assert kind.poll_seconds == (1, 2, 3, 5, 8, 13, 21, 34, 60)
    assert kind.poll_deadline_seconds == 600
