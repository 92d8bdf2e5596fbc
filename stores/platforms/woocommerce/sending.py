"""Our commands as WooCommerce wants them, and what must be true before they leave: nothing there is idempotent.

Core believes what it is told: it refunds two units out of one, restocks and pays unless told not to, and sets any
status over any other. So each amount, unit and switch is said, and checked against the order read just before.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from stores.canonical.commands import CancelOrder, RefundOrder
from stores.kernel.errors import InputRejected, RemoteRefused, Unsupported
from stores.kernel.money import Money, total
from stores.platforms.woocommerce import amounts, messages
from stores.platforms.woocommerce.ledger import ZERO, Books, Kind
from stores.platforms.woocommerce.mapping import CANCEL_KEY, OPEN, Told
from stores.platforms.woocommerce.refund_math import Share, figures

REFUND_KEY = "_rescind_refund"
REASON_KEY = "_rescind_reason"  # hidden, as every key that begins with an underscore
SHOWN_REASON = "Items cancelled"  # customers read a refund's reason in their order: "Suspected fraud" is not for them
MAY_BE_CANCELLED = (*OPEN, "refunded", "cancelled")  # refunded: the refund before it; cancelled: by the shop itself


# --- the whole order -----------------------------------------------------------------------------------
def guard_cancel(command: CancelOrder) -> None:
    """Raises Unsupported for what a status cannot tell."""
    if command.refund or command.notify:
        raise Unsupported("cancel_order", str(messages.NOT_BY_CANCEL))


def guard_status(command: CancelOrder, told: Told) -> None:
    """Core has no guard of its own: a completed order would become cancelled. Raises RemoteRefused."""
    if told.status not in MAY_BE_CANCELLED or told.has_left or told.sent:
        said = str(messages.NO_LONGER_OPEN) % {"status": told.status[:60]}
        raise RemoteRefused("no longer open", code="status_changed", user_message=said)
    if told.kept.holds_kept_stock or (not command.restock and took_stock(told.kept)):
        raise RemoteRefused("would restock", code="would_restock", user_message=str(messages.WOULD_RESTOCK))


def took_stock(kept: Books) -> bool:
    return any(item.taken > 0 for item in kept.items)


def cancel_body(note: str) -> dict[str, Any]:
    """`refunded` is never set by hand: that would record a refund of everything that nobody pays."""
    return {"status": "cancelled", "meta_data": [{"key": CANCEL_KEY, "value": note}]}


def reason_words(reason: str, note: str) -> str:
    """One text holds both; a note that repeats the reason is said once."""
    return note if note.startswith(reason) else ": ".join(filter(None, (reason, note)))


# --- money and units -----------------------------------------------------------------------------------
def whole(command: RefundOrder) -> Money:
    """Raises Unsupported for a refund of nothing: units without an amount would give 0.00 and restock."""
    found = total((payment.amount for payment in command.payments), command.currency)
    if found.amount <= 0:
        raise Unsupported("cancel_without_refund", str(messages.NOTHING_BACK))
    return found


def guard_refund(command: RefundOrder) -> None:
    """Raises Unsupported for what a refund cannot tell."""
    if command.notify:
        raise Unsupported("notify_customer", str(messages.NO_MAIL))
    whole(command)


def guard_units(command: RefundOrder, told: Told) -> None:
    """What left meanwhile, or was ended by somebody else, is not refunded as cancelled. Raises RemoteRefused."""
    if told.status not in OPEN or told.has_left:
        raise _no("status_changed", str(messages.CLOSED_MEANWHILE) % {"status": told.status[:60]})
    for line in command.lines:
        known = told.kept.product(line.line_id)
        if known is None or line.units > known.units_left - told.shipped(known):
            title = known.title if known else line.line_id
            raise _no("fewer_units", str(messages.FEWER_UNITS) % {"title": title[:80]})


def guard_money(command: RefundOrder, kept: Books) -> None:
    """The order's own figures just before the refund; less than planned stops. Raises RemoteRefused."""
    if kept.currency != command.currency:
        raise _no("currency_changed", messages.OTHER_CURRENCY)
    amount = whole(command).amount
    if amount > kept.most:
        raise _no("less_refundable", messages.LESS_LEFT)
    for part, kind in ((command.shipping, Kind.SHIPPING), (command.fees, Kind.FEE)):
        if part and part.amount > kept.left_of(kind):
            raise _no("less_refundable", messages.LESS_LEFT)
    if amount != amounts.rounded(amount, kept.step):
        raise _no("too_fine", str(messages.TOO_FINE) % {"step": amounts.told(kept.step)})


def restocks(command: RefundOrder, kept: Books) -> bool:
    """The one switch of the whole refund. Raises RemoteRefused where lines that took stock want both."""
    wishes = {line.restock for line in command.lines if _took_stock(kept, line.line_id)}
    if len(wishes) == 2:
        raise _no("mixed_stock", messages.MIXED_STOCK)
    return True in wishes


def _took_stock(kept: Books, line_id: str) -> bool:
    known = kept.product(line_id)
    return known is not None and known.taken > 0


def refund_body(command: RefundOrder, kept: Books, note: str, tag: str) -> dict[str, Any]:
    """Every field is said: WooCommerce pays and restocks by default, and computes nothing before 11.1."""
    guard_money(command, kept)
    found = figures(
        kept,
        {line.line_id: line.units for line in command.lines},
        shipping=command.shipping.amount if command.shipping else ZERO,
        fees=command.fees.amount if command.fees else ZERO,
        amount=whole(command).amount,
    )
    return {
        "amount": amounts.told(amounts.rounded(found.amount, kept.step)),
        "reason": note,
        "api_refund": pays(command),
        "api_restock": restocks(command, kept),
        "line_items": [item(share) for share in found.shares],
        "meta_data": [{"key": REFUND_KEY, "value": tag}, {"key": REASON_KEY, "value": command.note}],
    }


def pays(command: RefundOrder) -> bool:
    """False where the payment method cannot pay back: the refund is only recorded."""
    return not any(payment.is_manual for payment in command.payments)


def item(share: Share) -> dict[str, Any]:
    """Amounts without tax, taxes by rate; `quantity` 0 for shipping and fees, which have none."""
    return {
        "id": int(share.id),
        "quantity": count(share.units),
        "refund_total": amounts.told(share.net),
        "refund_tax": [{"id": int(rate), "refund_total": amounts.told(tax)} for rate, tax in share.taxes.items()],
    }


def count(units: Decimal) -> int:
    """Raises InputRejected for a part of a unit: core counts whole ones."""
    if units != units.to_integral_value():
        raise InputRejected("units", "WooCommerce counts whole units only.")
    return int(units)


def _no(code: str, said: str) -> RemoteRefused:
    return RemoteRefused(code, code=code, user_message=str(said))
