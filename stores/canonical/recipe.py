"""How a platform wants to be asked: what the planner must know beside the capabilities that people read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UnitsBy(StrEnum):
    """How some units of an order leave it."""

    REFUND = "refund"  # an itemised refund names lines and quantities
    ITEM = "item"  # one call per line, one after another; no money


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """No defaults: every adapter says each."""

    units_by: UnitsBy
    edits: bool  # an order can be reduced without money moving
    moves_money: bool  # False: money is settled elsewhere, the plan speaks of units only
    cancels_whole: bool  # there is a call that cancels the whole order
    cancel_takes_units: bool  # that call takes the units off; False: they leave with the refund that follows
    cancel_refunds: bool  # a whole cancel can give the money back in the same call
    cancel_restocks: bool  # a whole cancel can put units back (an order may say otherwise: `Order.cancel_restocks`)
    cancel_asks_restock: bool  # whether it does is said with each cancel; False: it always does, or never
    cancel_voids: bool  # a whole cancel releases what was only authorised
    voids_first: bool  # an authorisation is released by a call of its own, before the order is cancelled
    rest_in_one_call: bool  # everything that has not left, in one call
    refund_first: bool  # the money goes back before the order is cancelled, not after
    refund_closes: bool  # a refund of everything ends the order: the cancel that follows is a label
    refund_per_payment: bool  # one call for each payment
    refund_of_nothing: bool  # units can leave by a refund of zero
    refund_restocks: bool  # a refund can put units back
    refund_restocks_each: bool  # whether units go back is said per line of a refund (no correction needed to keep them)
    one_restock_switch: bool  # ... or once for all lines of it, so that kept units need a refund of their own
    names_location: bool  # a refund can say where units go back to
    corrects_stock: bool  # a restock can be taken back
    adds_stock: bool  # units go back by an adjustment of stock where neither cancel nor refund put them back
