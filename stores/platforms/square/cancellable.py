"""Where an order stands: which units left or were taken off by refunds, is it over, may all of it be cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from stores.canonical.order import Cancellable, EndsWhenRepaid, Fulfilment, LineItem, PaymentStatus, Refund
from stores.connectors import order_totals
from stores.connectors.order_totals import Count
from stores.kernel.http.json_readers import Node, maybe, nodes, text, when
from stores.kernel.http.json_readers import ident as ident_of
from stores.kernel.money import Money, summed, total
from stores.platforms.square import capabilities
from stores.platforms.square.api import quantity

Disputes = tuple[tuple[str, str], ...]  # (payment id, state) of each that stands against a refund; some share a payment


@dataclass(frozen=True)
class Facts:
    """refunds: those that were read now, oldest first; returns: return order id → it; hidden: payments we may not see.

    known: refunds of an earlier read that can no longer change. read_at: None for a listing, which shows no payments.
    """

    order: Node
    payments: tuple[Node, ...] = ()
    refunds: tuple[Node, ...] = ()
    returns: Mapping[str, Node] = field(default_factory=dict)
    known: tuple[Refund, ...] = ()
    hidden: int = 0
    disputes: Disputes | None = ()  # None: nobody may tell
    read_at: datetime | None = None


def is_settled(refund: Refund) -> bool:
    return bool(refund.transactions) and all(t.status in SETTLED for t in refund.transactions)


SETTLED = (PaymentStatus.SUCCESS, PaymentStatus.FAILED)


# --- units of a line ----------------------------------------------------------------------------------
ZERO = Decimal(0)
LIVE = ("PROPOSED", "RESERVED", "PREPARED")
GONE, CANCELED = "COMPLETED", "CANCELED"


def lines_of(order: Node) -> list[Node]:
    return nodes(order, "line_items")


def fulfilments(order: Node, *states: str) -> list[Node]:
    found = nodes(order, "fulfillments")
    return [one for one in found if not states or text(one, "state") in states]


def covered(order: Node, *states: str) -> dict[str, Decimal]:
    """uid → units in fulfilments of these states. A fulfilment without a list of entries covers every line."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in fulfilments(order, *states):
        if text(one, "line_item_application") == "ENTRY_LIST":
            for entry in nodes(one, "entries"):
                found[ident_of(entry, "line_item_uid")] += quantity(entry)
        else:
            for line in lines_of(order):
                found[uid(line)] = quantity(line)
    return found


def uid(line: Node) -> str:
    return ident_of(line, "uid")


def counts(order: Node, refunds: Sequence[Refund]) -> dict[str, Count]:
    gone, off = covered(order, GONE), taken(refunds)
    ordered = {uid(line): quantity(line) for line in lines_of(order)}
    return {
        ident: Count(units, min(units, off.get(ident, ZERO)), min(units, gone.get(ident, ZERO)))
        for ident, units in ordered.items()
    }


def taken(refunds: Sequence[Refund]) -> dict[str, Decimal]:
    """By refunds that were paid or are on their way."""
    return summed((line.line_id, line.units) for refund in filter(counts_as_paid, refunds) for line in refund.lines)


def counts_as_paid(refund: Refund) -> bool:
    return all(one.status is not PaymentStatus.FAILED for one in refund.transactions)


def left(order: Node, refunds: Sequence[Refund]) -> dict[str, Decimal]:
    """uid → units that no refund took."""
    return {ident: count.current for ident, count in counts(order, refunds).items()}


def step_of(line: Node) -> Decimal:
    """The smallest step: of a weight its precision, of pieces 1."""
    precision = maybe(line, "quantity_unit").get("precision")
    digits = precision if isinstance(precision, int) and not isinstance(precision, bool) and 0 <= precision <= 5 else 0
    said = text(line, "quantity")
    return Decimal(1).scaleb(-max(digits, len(said.partition(".")[2].rstrip("0"))))


def any_left(counts: Mapping[str, Count]) -> bool:
    return any(count.shipped for count in counts.values())


def is_pending(refund: Refund) -> bool:
    return any(t.status in (PaymentStatus.PENDING, PaymentStatus.UNKNOWN) for t in refund.transactions)


def refunded(refunds: Sequence[Refund], currency: str, *, done: bool = False) -> Money:
    """Paid back or on its way; done: paid back for certain."""
    chosen = [r for r in refunds if counts_as_paid(r) and not (done and is_pending(r))]
    return total((r.amount.customer for r in chosen), currency)


# --- the order ----------------------------------------------------------------------------------------
DETAILS = {"PICKUP": "pickup_details", "SHIPMENT": "shipment_details", "DELIVERY": "delivery_details"}
NOTE = "rescind_cancel"  # our entry in the order's metadata
EDIT_NOTE = "rescind_edit"


def can_update(order: Node) -> bool:
    """Only an open order that was made through the API has a version to name."""
    return text(order, "state") == "OPEN" and isinstance(order.get("version"), int)


def tender_states(order: Node) -> set[str]:
    """Cards say whether they were captured; whatever else is money in hand."""
    return {text(maybe(t, "card_details"), "status") or "CAPTURED" for t in nodes(order, "tenders")}


def is_paid(order: Node) -> bool:
    return "CAPTURED" in tender_states(order)


def was_called_off(order: Node) -> bool:
    """A paid order cannot be CANCELED: its fulfilments are, and none was carried out or still will be."""
    return bool(fulfilments(order, CANCELED)) and not fulfilments(order, GONE, *LIVE)


def is_frozen(order: Node) -> bool:
    """No call can cancel anything of it: made at the till, complete, or with nothing to hand over."""
    return not can_update(order) or not fulfilments(order, *LIVE)


def was_emptied(order: Node, received: Money, refunds: Sequence[Refund], counts: Mapping[str, Count]) -> bool:
    """Nothing is left of a sale that no call can cancel: every cent went back for certain, and every unit with it.

    Money alone ends no order: units that remain, free ones too, hold it open.
    """
    done = refunded(refunds, received.currency, done=True)
    is_empty = not any(count.current or count.shipped for count in counts.values())
    return bool(received) and done >= received and is_empty and is_frozen(order)


def cancelled_at(
    order: Node, received: Money, refunds: Sequence[Refund], counts: Mapping[str, Count]
) -> datetime | None:
    changed = when(order, "closed_at") or when(order, "updated_at")
    if text(order, "state") == CANCELED:
        return changed
    if was_called_off(order):
        said = [when(details_of(one), "canceled_at") for one in fulfilments(order)]
        return max((at for at in said if at), default=when(order, "updated_at"))
    if was_emptied(order, received, refunds, counts):
        return max(refund.created_at for refund in refunds)
    return None


def details_of(fulfilment: Node) -> Node:
    return maybe(fulfilment, DETAILS.get(text(fulfilment, "type"), "pickup_details"))


def cancel_reason(order: Node, *, is_refunded: bool) -> str:
    """In words: what ended it."""
    if text(order, "state") == CANCELED:
        return str(capabilities.CANCELLED)
    if was_called_off(order):
        return str(capabilities.CALLED_OFF)
    return str(capabilities.BY_REFUND) if is_refunded else ""


def note_of(order: Node) -> str:
    """Ours in the metadata, which no other application sees; else the reason at a fulfilment."""
    said = text(maybe(order, "metadata"), NOTE)
    reasons = (text(details_of(one), "cancel_reason") for one in fulfilments(order, CANCELED))
    return said or next((reason for reason in reasons if reason), "")


def ends_by_refund(order: Node, counts: Mapping[str, Count], *, is_over: bool) -> bool:
    """Paid, and nothing is left that a call could cancel: giving the money back is all there is."""
    return not is_over and is_paid(order) and not any_left(counts) and is_frozen(order)


def ends_when_repaid(order: Node) -> EndsWhenRepaid:
    """Square ends no order because its money went back; one that no call can cancel has ended once it is empty."""
    return EndsWhenRepaid.WHEN_EMPTY if is_paid(order) and is_frozen(order) else EndsWhenRepaid.NEVER


def why_fixed(order: Node) -> str:
    """Why Square lets no call change it."""
    return str(capabilities.NO_VERSION if text(order, "state") == "OPEN" else capabilities.CLOSED)


def _why_none(order: Node, *, is_over: bool) -> str:
    """Why no call can cancel anything of it, whatever was paid or handed over; "" when one may."""
    if is_over:
        return str(capabilities.OVER)
    if text(order, "state") == "DRAFT":
        return str(capabilities.DRAFT)
    return "" if is_paid(order) or can_update(order) else why_fixed(order)


def blockers(
    order: Node, counts: Mapping[str, Count], refunds: Sequence[Refund], *, is_over: bool, is_coming: bool
) -> tuple[str, ...]:
    """Why Square would refuse to end the whole order; or take money for it afterwards (is_coming)."""
    found = [_why_none(order, is_over=is_over)]
    if any_left(counts):
        found.append(str(capabilities.SHIPPED))
    if any(is_pending(refund) for refund in refunds):
        found.append(str(capabilities.PENDING_REFUND))
    if is_coming and not is_over:
        found.append(str(capabilities.PENDING_PAYMENT))
    return tuple(filter(None, found))


def why_closed(order: Node, *, is_over: bool, is_spent: bool = False) -> str:
    """Why no unit of it can be cancelled; "" when some can. is_spent: paid, and nothing more can go back."""
    spent = str(capabilities.SPENT) if is_spent and is_frozen(order) else ""
    return _why_none(order, is_over=is_over) or spent


def how_much(lines: Sequence[LineItem], stopped: Sequence[str]) -> Cancellable:
    is_all = not stopped and all(line.cancellable == line.current for line in lines)
    return order_totals.how_much((line.cancellable for line in lines), is_all=is_all)


def fulfilment(order: Node, counts: Mapping[str, Count]) -> Fulfilment:
    found = fulfilments(order)
    if not found:
        return Fulfilment.NOT_NEEDED
    if any_left(counts):
        is_all = all(count.shipped >= count.ordered for count in counts.values())
        return Fulfilment.FULFILLED if is_all or not fulfilments(order, *LIVE) else Fulfilment.PARTIAL
    if fulfilments(order, "PREPARED"):
        return Fulfilment.IN_PROGRESS
    known = {*LIVE, GONE, CANCELED, "FAILED"}
    is_known = all(text(one, "state") in known for one in found)
    return Fulfilment.UNFULFILLED if is_known else Fulfilment.UNKNOWN
