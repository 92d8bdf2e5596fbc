"""How a platform wants to be asked: the calls it has, and what each of them takes with it.

A call that a platform lacks is left out, so that no plan can ask for it: what moves no money has no `Refund`, what
cannot end an order in one call has no `Cancel`. What types cannot exclude is refused when the recipe is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Refunds(StrEnum):
    """When the money of a whole cancel goes back, and which call takes the units."""

    FIRST = "first"  # a refund of units and money, then the cancel ends the rest (WooCommerce, Magento, BigCommerce, …)
    WITH_CANCEL = "with_cancel"  # the cancel takes the units and gives all back; less goes first, alone (Shopify)
    AFTER = "after"  # the cancel only ends the order, a refund of units and money follows (Square)
    NEVER = "never"  # money is settled elsewhere (Modern Dropship)


class Restock(StrEnum):
    """Whether a whole cancel puts units back. An order may say otherwise: `Order.cancel_restocks`."""

    ASKED = "asked"  # each cancel says so (Shopify)
    ALWAYS = "always"  # WooCommerce, Magento, BigCommerce
    NEVER = "never"  # Square, Shoplazza, Modern Dropship


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """One call ends the whole order."""

    refunds: Refunds
    restocks: Restock


class Per(StrEnum):
    """What one refund covers."""

    ORDER = "order"  # all payments at once (Shopify, WooCommerce, BigCommerce, Shoplazza)
    PAYMENT = "payment"  # a call for each, with the units it paid for (Magento's invoices, Square)


class RefundStock(StrEnum):
    """Whether a refund puts the units it names back, and how it is told."""

    PER_LINE = "per_line"  # each line says so (Magento, Shoplazza)
    ONE_SWITCH = "one_switch"  # said once for all its lines: kept units need a refund of their own (WooCommerce)
    ALWAYS = "always"  # told not to, it takes *shipped* units first: kept ones are taken out again (Shopify)
    NONE = "none"  # it changes no stock (BigCommerce, Square)


@dataclass(frozen=True, kw_only=True)
class Refund:
    """One call gives money back and takes the units it names off the order."""

    per: Per
    stock: RefundStock
    closes: bool  # of everything, it ends the order: the cancel that follows is a label (WooCommerce, Magento, …)
    of_nothing: bool = False  # units can leave by a refund of zero (Shopify)


@dataclass(frozen=True, kw_only=True)
class CancelLines:
    """Some units leave by one call a line, one after another, and no money moves (Modern Dropship)."""

    rest_in_one_call: bool  # everything that has not left goes in one call


class Void(StrEnum):
    """How money is released that was authorised and never captured."""

    FIRST = "first"  # a call of its own, before the cancel (BigCommerce, Square)
    WITH_CANCEL = "with_cancel"  # the cancel does it by itself (Shopify, Magento)
    ALONE = "alone"  # a call of its own, last, where no call ends the whole order


class Edit(StrEnum):
    """What can leave an order by editing it, without money moving."""

    UNPAID = "unpaid"  # units nobody has paid for (Square)
    KEPT = "kept"  # those, and paid ones that are to stay out of stock: they leave before their money (Shopify)


class Adjust(StrEnum):
    """What the call that changes stock is used for."""

    KEEP = "keep"  # what another call put back by itself is taken out again (Shopify, BigCommerce)
    ADD = "add"  # units are put back where neither cancel nor refund does it (BigCommerce, Square)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The calls of a platform; whatever is not named here does not exist there.

    Raises ValueError for what does not fit together.
    """

    units: Refund | CancelLines  # how some units of an order leave it
    cancel: Cancel | None = None
    void: Void | None = None
    edit: Edit | None = None
    adjusts: frozenset[Adjust] = frozenset()

    def __post_init__(self) -> None:
        if wrong := list(_wrong(self)):
            raise ValueError("; ".join(wrong))

    @property
    def refund(self) -> Refund | None:
        return self.units if isinstance(self.units, Refund) else None

    @property
    def moves_money(self) -> bool:
        return self.refund is not None


def _wrong(recipe: Recipe) -> Iterator[str]:
    match recipe.units:
        case Refund() as refund:
            yield from _of_refund(recipe, refund)
        case CancelLines():
            yield from _without_money(recipe)
    if recipe.void is not None and (recipe.void is Void.ALONE) == (recipe.cancel is not None):
        yield "an authorisation is released alone where there is no cancel, and nowhere else"


def _without_money(recipe: Recipe) -> Iterator[str]:
    if recipe.cancel and recipe.cancel.refunds is not Refunds.NEVER:
        yield "a cancel gives money back only where there is a refund"
    if recipe.void or recipe.edit or recipe.adjusts:
        yield "voids, edits and changes of stock stand beside a refund, not beside calls a line"


def _of_refund(recipe: Recipe, refund: Refund) -> Iterator[str]:
    if refund.per is Per.PAYMENT and refund.stock is RefundStock.ONE_SWITCH:
        yield "a refund for each payment cannot be one for each setting of a switch, too"
    if refund.stock is RefundStock.ALWAYS and Adjust.KEEP not in recipe.adjusts:
        yield "where a refund always puts units back, something must take kept ones out again"
    if refund.stock is not RefundStock.NONE and Adjust.ADD in recipe.adjusts:
        yield "units that a refund puts back must not be added once more"
    if recipe.edit is Edit.KEPT and refund.stock in (RefundStock.PER_LINE, RefundStock.NONE):
        yield "an edit keeps units out of stock only where a refund would put them back"
    if recipe.cancel:
        yield from _of_cancel(recipe.cancel)


def _of_cancel(cancel: Cancel) -> Iterator[str]:
    if cancel.refunds is Refunds.NEVER:
        yield "a cancel beside a refund says when the money goes back"
    if cancel.refunds is Refunds.AFTER and cancel.restocks is not Restock.NEVER:
        yield "a cancel that takes no units puts none back"
