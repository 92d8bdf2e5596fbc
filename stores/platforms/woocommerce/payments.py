"""The one payment of an order, and what went back of it. WooCommerce keeps no transactions of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from stores.canonical.order import (
    MoneyPair,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Refund,
    RefundedLine,
    Totals,
)
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money
from stores.platforms.woocommerce import amounts, ledger
from stores.platforms.woocommerce.ledger import ZERO, Books, Kind

OFFLINE = ("bacs", "cheque", "cod", "")  # money that no gateway holds


def payment_id(order: Node) -> str:
    """The order's own: a transaction id may still change when an authorisation is taken."""
    return f"payment-{json_readers.ident(order, 'id')}"


def is_paid(order: Node) -> bool:
    return when(order, "date_paid_gmt") is not None


def is_authorised(order: Node) -> bool:
    """Held by a gateway and not taken, as far as core tells: on hold, with a transaction that nobody has paid out."""
    holds = json_readers.text(order, "status") == "on-hold" and json_readers.text(order, "transaction_id") != ""
    return holds and not is_paid(order) and json_readers.text(order, "payment_method") not in OFFLINE


def pair(amount: Decimal, currency: str) -> MoneyPair:
    """One currency: what a multi-currency plugin converts from is not told."""
    money = Money(amount, currency).rounded()
    return MoneyPair(shop=money, customer=money)


def to_payments(order: Node, kept: Books, *, by_hand: bool) -> tuple[Payment, ...]:
    if not is_paid(order) and not is_authorised(order):
        return ()
    taken = is_paid(order)
    return (
        Payment(
            id=payment_id(order),
            kind=PaymentKind.SALE if taken else PaymentKind.AUTHORISATION,
            status=PaymentStatus.SUCCESS if taken else PaymentStatus.UNKNOWN,
            gateway=json_readers.text(order, "payment_method"),
            label=json_readers.text(order, "payment_method_title", "payment_method"),
            amount=pair(kept.total, kept.currency),
            refundable=kept.money(kept.most) if taken else None,
            capturable=None if taken else kept.money(kept.total),
            is_manual=by_hand,
            processed_at=when(order, "date_paid_gmt"),
        ),
    )


def when(parent: Node, name: str) -> datetime | None:
    """A `_gmt` time, which carries no offset; the others are in the site's own zone and are not read."""
    said = json_readers.text(parent, name)
    return json_readers.when({name: said if said.endswith("Z") else f"{said}Z"}, name) if said else None


def to_state(order: Node, kept: Books) -> PaymentState:
    if not is_paid(order):
        if json_readers.text(order, "status") == "cancelled":
            return PaymentState.VOIDED
        return PaymentState.AUTHORISED if is_authorised(order) else PaymentState.PENDING
    if not kept.given_back:
        return PaymentState.PAID
    return PaymentState.PARTLY_REFUNDED if kept.most else PaymentState.REFUNDED


def to_totals(order: Node, kept: Books) -> Totals:
    currency = kept.currency

    def said(*names: str) -> MoneyPair:
        return pair(sum((amounts.number(order, name) for name in names), ZERO), currency)

    is_dead = json_readers.text(order, "status") in ("cancelled", "refunded", "trash")
    paid, held = is_paid(order), is_authorised(order)
    received = kept.total if paid else ZERO
    fees = sum((item.gross for item in kept.of(Kind.FEE)), ZERO)
    return Totals(
        original=pair(kept.total, currency),
        current=pair(ZERO if is_dead else max(ZERO, kept.total - kept.given_back), currency),
        subtotal=pair(sum((item.net for item in kept.of(Kind.PRODUCT)), ZERO), currency),
        tax=said("total_tax"),
        shipping=said("shipping_total", "shipping_tax"),
        discounts=said("discount_total"),
        received=pair(received, currency),
        refunded=pair(kept.given_back, currency),
        refunded_shipping=pair(sum((item.gross - item.gross_left for item in kept.of(Kind.SHIPPING)), ZERO), currency),
        outstanding=pair(ZERO if is_dead or paid else kept.total, currency),
        capturable=pair(kept.total if held else ZERO, currency),
        net=pair(received - kept.given_back, currency),
        fees=pair(fees, currency) if fees else None,
    )


# --- refunds -----------------------------------------------------------------------------------------
def to_refund(raw: Node, order: Node, kept: Books, *, by_hand: bool, at: datetime) -> Refund:
    ident, currency = json_readers.ident(raw, "id"), kept.currency
    amount = pair(amounts.number(raw, "amount"), currency)
    paid = json_readers.flag(raw, "refunded_payment")
    return Refund(
        id=ident,
        created_at=when(raw, "date_created_gmt") or at,
        note=json_readers.text(raw, "reason"),
        amount=amount,
        lines=tuple(_lines(raw, order, kept)),
        transactions=(
            Payment(
                id=f"{payment_id(order)}-{ident}",
                kind=PaymentKind.REFUND,
                status=PaymentStatus.SUCCESS if paid or by_hand else PaymentStatus.UNKNOWN,
                gateway=json_readers.text(order, "payment_method"),
                label=json_readers.text(order, "payment_method_title", "payment_method"),
                amount=amount,
                parent_id=payment_id(order),
                is_manual=not paid,
                processed_at=when(raw, "date_created_gmt"),
            ),
        ),
    )


def _lines(raw: Node, order: Node, kept: Books) -> list[RefundedLine]:
    """Which refund put units back is not told, only how many of a line came back in all."""
    found = []
    for line in json_readers.nodes(order, Kind.PRODUCT.value):
        item = kept.product(json_readers.ident(line, "id"))
        for share in ledger.shares_of(line, Kind.PRODUCT, [raw]):
            units = abs(amounts.number(share, "quantity"))
            if item and units:
                how = _restocked(item)
                found.append(RefundedLine(line_id=item.id, units=units, restock=how, was_restocked=how == "cancel"))
    return found


def _restocked(item: ledger.Item) -> str:
    if not item.returned:
        return "none"
    return "cancel" if item.returned >= item.units_back else "unknown"


def unpaid_back(refunds: Sequence[Node], *, by_hand: bool) -> list[Node]:
    """Refunds that are recorded without a word that the gateway paid."""
    return [] if by_hand else [raw for raw in refunds if not json_readers.flag(raw, "refunded_payment")]
