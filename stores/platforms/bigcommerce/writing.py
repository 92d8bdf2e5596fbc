"""Our commands as BigCommerce wants them, and what must be true before one leaves: nothing there is idempotent.

What a refund names, item by item: the one computation that both the quote and the refund use. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stores.canonical.commands import CancelOrder, CorrectStock, PaymentBack, RefundOrder
from stores.canonical.order import PaymentStatus
from stores.connectors import commands, sentences
from stores.connectors.errors import refusal
from stores.connectors.judge import MARK
from stores.kernel.errors import RemoteRefused, RemoteUnavailable, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money, summed, total
from stores.platforms.bigcommerce import cancellable, capabilities, money
from stores.platforms.bigcommerce.api import Back, Item, Quoted
from stores.platforms.bigcommerce.cancellable import Cost, Read
from stores.platforms.bigcommerce.money import Rates

LONGEST_NOTES = 65_535
WAIT_SECONDS = 10.0
CANCELLED = {"status_id": capabilities.CANCELLED}  # the number: the text is read-only and passed over without a word


# --- the status --------------------------------------------------------------------------------------
def guard_cancel(command: CancelOrder) -> None:
    """A status moves no money. Raises Unsupported."""
    if command.refund or command.notify:
        raise Unsupported("cancel_order", str(capabilities.CAPABILITIES.cancel_order.why))


def is_cancelled(raw: Node) -> bool:
    return json_readers.units(raw, "status_id") == capabilities.CANCELLED


def guard_open(raw: Node, tag: str) -> None:
    """Somebody cancelled or shipped it since the plan was made, or it is archived: then nothing is sent."""
    status = int(json_readers.units(raw, "status_id"))
    if is_cancelled(raw) and tag not in json_readers.text(raw, "staff_notes"):
        raise refusal("already", capabilities.BY_ANOTHER)
    closed = (
        cancellable.why_closed(Read(raw), status)
        if status not in (capabilities.REFUNDED, capabilities.CANCELLED)
        else ""
    )
    has_left = any(json_readers.whole(line, "quantity_shipped") for line in cancellable.line_nodes(raw))
    if closed or has_left:
        why = closed or str(capabilities.CLOSED[capabilities.SHIPPED])
        raise moved_on("not_open", why)


def cancel_body(raw: Node, note: str, tag: str) -> dict[str, Any]:
    """The status and our line in the staff notes, in one request: whatever stands there stays."""
    notes = json_readers.text(raw, "staff_notes")
    if tag in notes:
        return dict(CANCELLED)
    added = f"{notes.rstrip()}\n{note}" if notes.strip() else note
    if len(added) > LONGEST_NOTES:
        raise refusal("notes_full", capabilities.NOTES_FULL)
    return CANCELLED | {"staff_notes": added}


# --- refunds -----------------------------------------------------------------------------------------
def whole_amount(command: RefundOrder) -> Money:
    """Raises Unsupported for a refund of nothing."""
    return commands.whole(command, capabilities.NOTHING_BACK)


def guard_refund(command: RefundOrder, raw: Node, records: Sequence[Node], tag: str) -> None:
    """Raises RemoteRefused where our own refund is there already, or the order moved on since our last look."""
    if Rates.of(raw).currency != command.currency:
        raise refusal("currency_changed", sentences.CURRENCY_CHANGED)
    if any(tag in money.reason(record) for record in records):
        raise refusal("already", capabilities.ALREADY)
    if closed := cancellable.why_closed(Read(raw), cancellable.status_of(raw)):
        raise moved_on("not_open", closed)
    lines = {json_readers.ident(line, "id"): line for line in cancellable.line_nodes(raw)}
    for back in command.lines:
        line = lines.get(back.line_id)
        if line is not None and back.units > _still_here(line):
            raise moved_on("shipped", capabilities.UNITS_LEFT)


def _still_here(line: Node) -> Decimal:
    return json_readers.units(line, "quantity") - json_readers.whole(line, "quantity_shipped")


def moved_on(code: str, why: object) -> RemoteRefused:
    return refusal(code, str(capabilities.NOT_OPEN) % {"why": why})


def may_be_running(records: Sequence[Node]) -> bool:
    """Refunds run one after another, so only the last can; what is paid names its transaction, or nothing at all."""
    return any(
        not json_readers.flag(part, "is_declined") and not json_readers.flag(part, "offline")
        and not part.get("transaction_id")
        for part in money.back_payments(records[-1:])
    )  # fmt: skip


def guard_running(records: Sequence[Node], rows: Sequence[Node]) -> None:
    """Parallel refunds are refused there: wait for the other one before anything is sent."""
    if PaymentStatus.PENDING in money.states(records, rows).values():
        raise running()


def running() -> RemoteUnavailable:
    return RemoteUnavailable(
        "a refund is running", code="refund_running", retry_after=WAIT_SECONDS, user_message=str(capabilities.RUNNING)
    )


def refund_items(command: RefundOrder, raw: Node, costs: Sequence[Cost], reason: str) -> list[Item]:
    units = summed((line.line_id, line.units) for line in command.lines)
    return wanted(raw, costs, units, shipping=command.shipping, fees=command.fees, reason=reason)


def refund_body(command: RefundOrder, wanted: list[Item], quoted: Quoted, ids: Sequence[str]) -> dict[str, Any]:
    """With the amounts a person confirmed: those of the quote, or smaller ones that replace it."""
    sum_back = whole_amount(command)
    backs = matched(command.payments, quoted, ids)
    body = {
        "items": wanted,
        "payments": [
            {"provider_id": back.provider, "amount": json_number(payment.amount), "offline": payment.is_manual}
            for payment, back in backs
        ],
    }
    if all(payment.amount == back.amount for payment, back in backs) and sum_back == _sum(quoted, backs):
        return body
    if sum_back > _most(quoted, backs):
        raise less_left()
    return body | {"merchant_calculated_override": override(sum_back, quoted)}


def _sum(quoted: Quoted, backs: Sequence[tuple[PaymentBack, Back]]) -> Money:
    """What the whole way of these payments gives back."""
    providers = {back.provider for _, back in backs}
    way = next(way for way in quoted.ways if providers <= {back.provider for back in way})
    return total((back.amount for back in way), quoted.total.currency)


def _most(quoted: Quoted, backs: Sequence[tuple[PaymentBack, Back]]) -> Money:
    return min(_sum(quoted, backs), quoted.total) if quoted.total else _sum(quoted, backs)


def override(amount: Money, quoted: Quoted) -> dict[str, Any]:
    """A sum of one's own, and its proportional share of the quoted tax."""
    share = quoted.tax.amount * amount.amount / quoted.total.amount if quoted.total else Decimal(0)
    tax = Money(share.quantize(Decimal("0.000001"), ROUND_HALF_UP), amount.currency).rounded()
    return {"total_amount": json_number(amount), "total_tax": json_number(min(tax, amount))}


def matched(wanted: Sequence[PaymentBack], quoted: Quoted, ids: Sequence[str]) -> list[tuple[PaymentBack, Back]]:
    """Each payment with its part of one way. Raises RemoteRefused where the platform now offers another."""
    for way in quoted.ways:
        found = [(payment, back) for payment in wanted for back in way if _is_same(payment, back, ids)]
        if len(found) == len(wanted):
            return found
    raise refusal("way_changed", capabilities.OTHER_WAY)


def _is_same(payment: PaymentBack, back: Back, ids: Sequence[str]) -> bool:
    is_named = payment.gateway == back.provider or money.payment_of(back.provider, ids) == payment.payment_id
    return is_named and payment.is_manual == back.offline


# --- stock -------------------------------------------------------------------------------------------
def stock_body(command: CorrectStock, tag: str) -> dict[str, Any]:
    """Relative, and named by variant: one entry for each place."""
    merged = summed(((change.stock_item_id, change.location_id), change.delta) for change in command.changes)
    return {
        "reason": f"Rescind, order {command.order_id} {tag}",
        "items": [
            {
                "location_id": _as_number(place),
                "variant_id": _as_number(variant),
                "quantity": commands.pieces(delta, "BigCommerce"),
            }
            for (variant, place), delta in merged.items()
            if delta
        ],
    }


def guard_stock(command: CorrectStock, raw: Node, records: Callable[[], Sequence[Node]]) -> None:
    """The order just before: a status that somebody else set may have put all its units back, and what left stays out.

    Units come out again only after a cancellation of ours, which has put them back.
    """
    added = {change.stock_item_id for change in command.changes if change.delta > 0}
    by_us = MARK.search(json_readers.text(raw, "staff_notes")) is not None
    if (is_cancelled(raw) and not by_us) or _is_refunded_by_hand(raw, records):
        raise moved_on("cancelled", capabilities.STOCK_BY_ANOTHER)
    if not added and not is_cancelled(raw):
        raise moved_on("open_again", capabilities.STOCK_OPEN_AGAIN)
    if any(_is_over(line) for line in cancellable.line_nodes(raw) if json_readers.text(line, "variant_id") in added):
        raise moved_on("shipped", capabilities.UNITS_LEFT)


def _is_refunded_by_hand(raw: Node, records: Callable[[], Sequence[Node]]) -> bool:
    """Refunded by its status, not by money: a status set by a person gives stock back, the one of a refund does not."""
    if cancellable.status_of(raw) != capabilities.REFUNDED:
        return False
    rates = Rates.of(raw)
    return money.refunded(records(), rates) < money.amount(raw, rates.currency, "total_inc_tax")


def _is_over(line: Node) -> bool:
    """More of it left or went back than was ordered: somebody shipped units that were just taken off the order."""
    gone = json_readers.whole(line, "quantity_shipped") + json_readers.whole(line, "quantity_refunded")
    return gone > json_readers.units(line, "quantity")


def pairs(command: CorrectStock) -> list[tuple[str, str]]:
    return list(dict.fromkeys((change.stock_item_id, change.location_id) for change in command.changes))


def _as_number(said: str) -> int:
    if not said.isascii() or not said.isdigit() or len(said) > 18:
        raise refusal("not_counted", capabilities.NOT_COUNTED)
    return int(said)


def wanted(
    raw: Node,
    costs: Sequence[Cost],
    units: Mapping[str, Decimal],
    *,
    shipping: Money | None,
    fees: Money | None,
    reason: str,
) -> list[Item]:
    """Units of lines with their gift wrapping, then shipping, then handling and fees; each with the same reason.

    Raises RemoteRefused where less is left than is wanted.
    """
    lines = {json_readers.ident(line, "id"): line for line in cancellable.line_nodes(raw)}
    found = [item for line_id, count in units.items() for item in _goods(lines.get(line_id), count)]
    found += _costs(shipping, cancellable.of_kind(costs, "SHIPPING"))
    found += _costs(fees, cancellable.of_kind(costs, "HANDLING", "FEE"))
    return [item | {"reason": reason} for item in found]


def _goods(line: Node | None, count: Decimal) -> Iterator[Item]:
    if line is None or count > json_readers.units(line, "quantity") - json_readers.whole(line, "quantity_refunded"):
        raise less_left()
    item = {"item_id": cancellable.number(line, "id"), "quantity": pieces(count)}
    yield {"item_type": "PRODUCT", **item}
    if json_readers.decimal(line, "wrapping_cost_inc_tax") > 0:
        yield {"item_type": "GIFT_WRAPPING", **item}


def _costs(amount: Money | None, found: Sequence[Cost]) -> list[Item]:
    if not amount:
        return []
    if amount > cancellable.sum_of(found, amount.currency):
        raise less_left()
    return [
        {"item_type": cost.kind, "item_id": cost.id, "amount": json_number(part)}
        for cost, part in cancellable.spread(amount, found)
    ]


def less_left() -> RemoteRefused:
    return refusal("less_refundable", sentences.LESS_LEFT)


def pieces(count: Decimal) -> int:
    return commands.pieces(count, "BigCommerce")


def json_number(amount: Money) -> int | float:
    return commands.json_number(amount.rounded().amount)
