"""Where an order stands: is it over, has something left, may the whole of it be cancelled, and by what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from stores.canonical.order import Cancellable, EndsWhenRepaid, Fulfilment, LineItem, Refund
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node, maybe
from stores.kernel.money import Money
from stores.platforms.square import capabilities, moneys, units
from stores.platforms.square.units import CANCELED, GONE, LIVE, Count

DETAILS = {"PICKUP": "pickup_details", "SHIPMENT": "shipment_details", "DELIVERY": "delivery_details"}
NOTE = "rescind_cancel"  # our entry in the order's metadata
EDIT_NOTE = "rescind_edit"


def can_update(order: Node) -> bool:
    """Only an open order that was made through the API has a version to name."""
    return json_readers.text(order, "state") == "OPEN" and isinstance(order.get("version"), int)


def is_paid(order: Node) -> bool:
    """By its tenders: cards say whether they were captured, whatever else is money in hand."""
    said = (
        json_readers.text(maybe(t, "card_details"), "status") or "CAPTURED"
        for t in json_readers.nodes(order, "tenders")
    )
    return "CAPTURED" in set(said)


def was_called_off(order: Node) -> bool:
    """A paid order cannot be CANCELED: its fulfilments are, and none was carried out or still will be."""
    return bool(units.fulfilments(order, CANCELED)) and not units.fulfilments(order, GONE, *LIVE)


def is_frozen(order: Node) -> bool:
    """No call can cancel anything of it: made at the till, complete, or with nothing to hand over."""
    return not can_update(order) or not units.fulfilments(order, *LIVE)


def was_emptied(order: Node, received: Money, refunds: Sequence[Refund], counts: Mapping[str, Count]) -> bool:
    """Nothing is left of a sale that no call can cancel: every cent went back for certain, and every unit with it.

    Money alone ends no order: units that remain, free ones too, hold it open.
    """
    done = moneys.refunded(refunds, received.currency, done=True)
    is_empty = not any(count.left or count.shipped for count in counts.values())
    return bool(received) and done >= received and is_empty and is_frozen(order)


def cancelled_at(
    order: Node, received: Money, refunds: Sequence[Refund], counts: Mapping[str, Count]
) -> datetime | None:
    changed = json_readers.when(order, "closed_at") or json_readers.when(order, "updated_at")
    if json_readers.text(order, "state") == CANCELED:
        return changed
    if was_called_off(order):
        said = [json_readers.when(details_of(one), "canceled_at") for one in units.fulfilments(order)]
        return max((at for at in said if at), default=json_readers.when(order, "updated_at"))
    if was_emptied(order, received, refunds, counts):
        return max(refund.created_at for refund in refunds)
    return None


def details_of(fulfilment: Node) -> Node:
    return maybe(fulfilment, DETAILS.get(json_readers.text(fulfilment, "type"), "pickup_details"))


def cancel_reason(order: Node, *, is_refunded: bool) -> str:
    """In words: what ended it."""
    if json_readers.text(order, "state") == CANCELED:
        return str(capabilities.CANCELLED)
    if was_called_off(order):
        return str(capabilities.CALLED_OFF)
    return str(capabilities.BY_REFUND) if is_refunded else ""


def note_of(order: Node) -> str:
    """Ours in the metadata, which no other application sees; else the reason at a fulfilment."""
    said = json_readers.text(maybe(order, "metadata"), NOTE)
    reasons = (json_readers.text(details_of(one), "cancel_reason") for one in units.fulfilments(order, CANCELED))
    return said or next((reason for reason in reasons if reason), "")


def ends_by_refund(order: Node, counts: Mapping[str, Count], *, is_over: bool) -> bool:
    """Paid, and nothing is left that a call could cancel: giving the money back is all there is."""
    return not is_over and is_paid(order) and not units.any_left(counts) and is_frozen(order)


def ends_when_repaid(order: Node) -> EndsWhenRepaid:
    """Square ends no order because its money went back; one that no call can cancel has ended once it is empty."""
    return EndsWhenRepaid.WHEN_EMPTY if is_paid(order) and is_frozen(order) else EndsWhenRepaid.NEVER


def blockers(
    order: Node, counts: Mapping[str, Count], refunds: Sequence[Refund], *, is_over: bool, is_coming: bool
) -> tuple[str, ...]:
    """Why Square would refuse to end the whole order; or take money for it afterwards (is_coming)."""
    found = []
    state = json_readers.text(order, "state")
    if is_over:
        found.append(capabilities.OVER)
    elif state == "DRAFT":
        found.append(capabilities.DRAFT)
    elif not is_paid(order) and not can_update(order):
        found.append(capabilities.NO_VERSION if state == "OPEN" else capabilities.CLOSED)
    if units.any_left(counts):
        found.append(capabilities.SHIPPED)
    if any(moneys.is_pending(refund) for refund in refunds):
        found.append(capabilities.PENDING_REFUND)
    if is_coming and not is_over:
        found.append(capabilities.PENDING_PAYMENT)
    return tuple(str(word) for word in found)


def why_closed(order: Node, *, is_over: bool, is_spent: bool = False) -> str:
    """Why no unit of it can be cancelled; "" when some can. is_spent: paid, and nothing more can go back."""
    state = json_readers.text(order, "state")
    if is_over:
        return str(capabilities.OVER)
    if state == "DRAFT":
        return str(capabilities.DRAFT)
    if not is_paid(order) and not can_update(order):
        return str(capabilities.NO_VERSION if state == "OPEN" else capabilities.CLOSED)
    if is_spent and is_frozen(order):
        return str(capabilities.SPENT)
    return ""


def how_much(lines: Sequence[LineItem], stopped: Sequence[str]) -> Cancellable:
    if not any(line.cancellable for line in lines):
        return Cancellable.NONE
    is_all = all(line.cancellable == line.current for line in lines)
    return Cancellable.ALL if is_all and not stopped else Cancellable.PART


def fulfilment(order: Node, counts: Mapping[str, Count]) -> Fulfilment:
    found = units.fulfilments(order)
    if not found:
        return Fulfilment.NOT_NEEDED
    if units.any_left(counts):
        is_all = all(count.shipped >= count.ordered for count in counts.values())
        return Fulfilment.FULFILLED if is_all or not units.fulfilments(order, *LIVE) else Fulfilment.PARTIAL
    if units.fulfilments(order, "PREPARED"):
        return Fulfilment.IN_PROGRESS
    known = {*LIVE, GONE, CANCELED, "FAILED"}
    is_known = all(json_readers.text(one, "state") in known for one in found)
    return Fulfilment.UNFULFILLED if is_known else Fulfilment.UNKNOWN
