"""How a platform is asked, in sentences: its recipe as the documents tell it."""

from __future__ import annotations

from collections.abc import Iterator

from stores.canonical.recipe import (
    Adjust,
    CancelLines,
    Per,
    Recipe,
    Refund,
    Refunds,
    RefundStock,
    Restock,
    Void,
)
from stores.connectors.roles import OrderSource


def sentences(kind: type[OrderSource]) -> Iterator[str]:
    """What is asked first, what ends an order, and who puts units back."""
    recipe = kind.recipe
    match recipe.units:
        case CancelLines():
            yield "Some units: one call per line, one after another."
        case Refund():
            yield "Some units: a refund that names lines."
    if recipe.refund:
        yield "Rescind moves money here."
        yield from _money(recipe, recipe.refund)
    else:
        yield "No money moves here: it is settled elsewhere."
    yield from _stock(recipe)
    if isinstance(recipe.units, CancelLines) and recipe.units.rest_in_one_call:
        yield "Everything that has not left can be cancelled in one call."
    if kind.copies_by:
        yield "Its orders may mirror those of another connected shop: they are recognised, shown once and followed."


def _money(recipe: Recipe, refund: Refund) -> Iterator[str]:
    if recipe.void is Void.FIRST:
        yield "What was only authorised is released by a call of its own, before anything else."
    if recipe.void is Void.WITH_CANCEL:
        yield "What was only authorised is released by the cancel itself."
    yield (
        "The money goes back before the order is cancelled."
        if recipe.cancel and recipe.cancel.refunds is Refunds.FIRST
        else "The order is cancelled and the money goes back with it or after it."
    )
    if refund.per is Per.PAYMENT:
        yield "Each payment is a refund of its own."
    if refund.closes:
        yield "A refund of everything ends the order."


def _stock(recipe: Recipe) -> Iterator[str]:
    if recipe.cancel and recipe.cancel.restocks is Restock.ALWAYS:
        yield "A cancel puts units back whether one wants it or not, where the shop is set so."
    if recipe.refund and recipe.refund.stock is RefundStock.ONE_SWITCH:
        yield "One switch decides the stock of all lines of a refund: units kept out leave with a refund of their own."
    if Adjust.ADD in recipe.adjusts:
        yield "Where neither cancel nor refund puts units back, Rescind adjusts the stock in a step of its own."
