"""How a platform is asked, in sentences: its recipe as the documents tell it."""

from __future__ import annotations

from collections.abc import Iterator

from stores.canonical.recipe import Recipe, UnitsBy
from stores.connectors.roles import OrderSource


def sentences(kind: type[OrderSource]) -> Iterator[str]:
    """What is asked first, what ends an order, and who puts units back."""
    by_item = kind.recipe.units_by is UnitsBy.ITEM
    yield "Some units: one call per line, one after another." if by_item else "Some units: a refund that names lines."
    if kind.recipe.moves_money:
        yield "Rescind moves money here."
        yield from _money(kind.recipe)
    else:
        yield "No money moves here: it is settled elsewhere."
    yield from _stock(kind.recipe)
    if kind.recipe.rest_in_one_call:
        yield "Everything that has not left can be cancelled in one call."
    if kind.copies_by:
        yield "Its orders may mirror those of another connected shop: they are recognised, shown once and followed."


def _money(recipe: Recipe) -> Iterator[str]:
    if recipe.voids_first:
        yield "What was only authorised is released by a call of its own, before anything else."
    if recipe.cancel_voids:
        yield "What was only authorised is released by the cancel itself."
    yield (
        "The money goes back before the order is cancelled."
        if recipe.refund_first
        else "The order is cancelled and the money goes back with it or after it."
    )
    if recipe.refund_per_payment:
        yield "Each payment is a refund of its own."
    if recipe.refund_closes:
        yield "A refund of everything ends the order."


def _stock(recipe: Recipe) -> Iterator[str]:
    if recipe.cancel_restocks and not recipe.cancel_asks_restock:
        yield "A cancel puts units back whether one wants it or not, where the shop is set so."
    if recipe.one_restock_switch:
        yield "One switch decides the stock of all lines of a refund: units kept out leave with a refund of their own."
    if recipe.adds_stock:
        yield "Where neither cancel nor refund puts units back, Rescind adjusts the stock in a step of its own."
