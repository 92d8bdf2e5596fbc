"""Numbers of theirs as money of ours, and what was paid, is held and went back, per payment gateway.

Text in v2, JSON numbers in v3, three currencies by name: `default_currency_code` is the one the customer pays in,
`currency_code` the one prices were shown in, `store_default_currency_code` the store's own; the rate leads from the
store's to the paid one (the vendor's description). A refund names a provider, a transaction a gateway; they are the
same word for most, and `payment_of` finds the payment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from stores.canonical.order import MoneyPair, Payment, PaymentKind, PaymentStatus, Refund, RefundedLine
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money, total
from stores.platforms.bigcommerce import capabilities


def amount(parent: Node, currency: str, *names: str) -> Money:
    return Money(json_readers.decimal(parent, *names), currency).rounded()


def sum_of(parents: Iterable[Node], currency: str, *names: str) -> Money:
    return total((amount(parent, currency, *names) for parent in parents), currency)


def back_payments(records: Iterable[Node]) -> list[Node]:
    """Each payment that a refund made, or tried to make."""
    return [part for record in records for part in json_readers.nodes(record, "payments")]


@dataclass(frozen=True)
class Rates:
    """currency: the one that moves; shop: the store's own; shown: of the storefront; rate: shop × rate = currency."""

    currency: str
    shop: str
    shown: str
    rate: Decimal

    @classmethod
    def of(cls, raw: Node) -> Rates:
        currency = json_readers.currency(raw, "default_currency_code", "currency_code")
        if not currency:
            raise Misread("default_currency_code")
        shop = json_readers.currency(raw, "store_default_currency_code") or currency
        rate = json_readers.decimal(raw, "store_default_to_transactional_exchange_rate")
        return cls(currency, shop, json_readers.currency(raw, "currency_code") or currency, rate)

    @property
    def zero(self) -> Money:
        return Money.zero(self.currency)

    def pair(self, money: Money) -> MoneyPair:
        """In both currencies; without a rate the paid one stands for both."""
        if self.shop == self.currency or self.rate <= 0:
            return MoneyPair(shop=money, customer=money)
        return MoneyPair(shop=Money(money.amount / self.rate, self.shop).rounded(), customer=money)

    def read(self, parent: Node, *names: str) -> MoneyPair:
        return self.pair(amount(parent, self.currency, *names))


BY_HAND = ("bankdeposit", "cheque", "cod", "moneyorder", "instore", "custom")
CREDIT = ("storecredit", "giftcertificate")
LABELS = {"giftcertificate": "Gift certificate", "storecredit": "Store credit", "bankdeposit": "Bank deposit",
          "cod": "Cash on delivery", "cheque": "Check", "moneyorder": "Money order"}  # fmt: skip
States = Mapping[str, PaymentStatus]  # refund payment id → what became of it


def to_payments(raw: Node, rows: Sequence[Node], records: Sequence[Node], rates: Rates) -> tuple[Payment, ...]:
    """One payment per gateway. Money in another currency than the order's is left to a person (`is_clear`)."""
    ours = [row for row in rows if json_readers.currency(row, "currency") in ("", rates.currency)]
    gateways = list(dict.fromkeys(json_readers.text(row, "gateway") for row in ours))
    found = [_payment(gateway, _of(ours, gateway), raw, rates) for gateway in gateways]
    known = [payment for payment in found if payment is not None]
    return as_they_stand(known or _held_without_row(raw, rates), records, rates)


def _of(rows: Sequence[Node], gateway: str) -> list[Node]:
    return [row for row in rows if json_readers.text(row, "gateway") == gateway and not is_error(row)]


def _payment(gateway: str, rows: Sequence[Node], raw: Node, rates: Rates) -> Payment | None:
    def of(*events: str) -> Money:
        return sum_of((row for row in rows if json_readers.text(row, "event") in events), rates.currency, "amount")

    by_hand = gateway in BY_HAND or any(json_readers.text(row, "method") in ("offline", "custom") for row in rows)
    taken = of("purchase", "capture") or of("settled")
    held = max(of("authorization") - of("capture", "void"), rates.zero)
    waiting = of("pending")
    if by_hand and not taken and waiting and _is_paid_outside(raw):
        taken = waiting
    released = of("void")
    kinds = ((taken, PaymentKind.SALE), (held, PaymentKind.AUTHORISATION), (released, PaymentKind.VOID),
             (waiting, PaymentKind.OTHER))  # fmt: skip
    said = next(((amount, kind) for amount, kind in kinds if amount), None)
    if said is None:
        return None
    return Payment(
        id=gateway,
        kind=said[1],
        status=PaymentStatus.SUCCESS if taken or held or not waiting else PaymentStatus.PENDING,
        gateway=gateway,
        label=label(gateway, rows),
        amount=rates.pair(said[0]),
        refundable=taken or None,
        capturable=held or None,
        is_manual=by_hand,
        is_test=any(json_readers.flag(row, "test") for row in rows),
        processed_at=json_readers.when(rows[0], "date_created"),
    )


def _is_paid_outside(raw: Node) -> bool:
    """Paid by hand: somebody moved the order to a state that follows payment."""
    return int(json_readers.units(raw, "status_id")) not in capabilities.UNPAID


def _held_without_row(raw: Node, rates: Rates) -> list[Payment]:
    if json_readers.text(raw, "payment_status") != "authorized":
        return []
    whole = amount(raw, rates.currency, "total_inc_tax")
    said = json_readers.text(raw, "payment_method")
    return [
        Payment(
            id="authorization", kind=PaymentKind.AUTHORISATION, status=PaymentStatus.SUCCESS, gateway="", label=said,
            amount=rates.pair(whole), capturable=whole,
        )
    ]  # fmt: skip


def label(gateway: str, rows: Sequence[Node]) -> str:
    """ "Visa •••• 4242", "Bank deposit": for people."""
    card: Node = next((row["credit_card"] for row in rows if isinstance(row.get("credit_card"), Mapping)), {})
    last, kind = json_readers.text(card, "card_last4"), json_readers.text(card, "card_type")
    if kind and last:
        return f"{kind.replace('_', ' ').capitalize()} •••• {last[-4:]}"
    outside: Node = next((row["offline"] for row in rows if isinstance(row.get("offline"), Mapping)), {})
    return LABELS.get(gateway) or json_readers.text(outside, "display_name") or gateway


def as_they_stand(paid: Sequence[Payment], records: Sequence[Node], rates: Rates) -> tuple[Payment, ...]:
    """Less what went back through each or is on its way; store credit takes from what is left in all."""
    ids = [payment.id for payment in paid]
    taken = total((p.amount.customer for p in paid if p.refundable is not None), rates.currency)
    left = max(taken - refunded(records, rates), rates.zero)

    def rest(payment: Payment) -> Money | None:
        if payment.refundable is None:
            return None
        own = payment.amount.customer - refunded(records, rates, payment.id, ids)
        return max(min(own, left), rates.zero)

    return tuple(replace(payment, refundable=rest(payment)) for payment in paid)


def payment_of(provider: str, ids: Sequence[str]) -> str:
    """The payment a provider of a quote or a refund stands for; its own word where it is none of them."""
    if provider in ids or provider in (*CREDIT, "custom"):
        return provider
    likely = [ident for ident in ids if ident and (ident in provider or provider in ident)]
    others = [ident for ident in ids if ident not in CREDIT]
    return likely[0] if len(likely) == 1 else others[0] if len(others) == 1 else provider


# --- what went back ----------------------------------------------------------------------------------
def refunded(records: Sequence[Node], rates: Rates, payment_id: str = "", ids: Sequence[str] = ()) -> Money:
    """Recorded and not declined."""
    gone = [part for part in back_payments(records) if not json_readers.flag(part, "is_declined")]
    if payment_id:
        gone = [part for part in gone if payment_of(json_readers.text(part, "provider_id"), ids) == payment_id]
    return sum_of(gone, rates.currency, "amount")


def states(records: Sequence[Node], rows: Sequence[Node]) -> dict[str, PaymentStatus]:
    """Declined is said by the refund, paid by a transaction: by its id, else the first unused one that fits.

    A refund of money that was not settled yet may stand there as a void (changelog of 2026-10-02: Braintree).
    """
    back = sorted((row for row in rows if json_readers.text(row, "event") in ("refund", "void")), key=is_error)
    ids = list(dict.fromkeys(json_readers.text(row, "gateway") for row in rows))
    found: dict[str, PaymentStatus] = {}
    used: set[str] = set()
    pending: list[tuple[Node, Node]] = []
    parts = [(record, part) for record in records for part in json_readers.nodes(record, "payments")]
    for record, part in parts:
        ident, named = json_readers.ident(part, "id"), json_readers.text(part, "transaction_id")
        row = next((row for row in back if named and named in _names(row)), None)
        if json_readers.flag(part, "is_declined"):
            found[ident] = PaymentStatus.FAILED
        elif json_readers.flag(part, "offline"):
            found[ident] = PaymentStatus.SUCCESS
            pending.append((record, part))  # its transaction, if there is one, is nobody else's
        elif row is not None:
            found[ident] = _end(row)
            used.add(json_readers.ident(row, "id"))
        else:
            found[ident] = PaymentStatus.PENDING
            pending.append((record, part))
    for record, part in pending:
        unused = (row for row in back if json_readers.ident(row, "id") not in used)
        row = next((row for row in unused if _fits(row, record, part, ids)), None)
        if row is not None:
            used.add(json_readers.ident(row, "id"))
            if found[json_readers.ident(part, "id")] is PaymentStatus.PENDING:
                found[json_readers.ident(part, "id")] = _end(row)
    return found


def _names(row: Node) -> tuple[str, str]:
    return json_readers.ident(row, "id"), json_readers.text(row, "gateway_transaction_id")


def is_error(row: Node) -> bool:
    return json_readers.text(row, "status") == "error"


def _end(row: Node) -> PaymentStatus:
    return PaymentStatus.FAILED if is_error(row) else PaymentStatus.SUCCESS


def _fits(row: Node, record: Node, part: Node, ids: Sequence[str]) -> bool:
    """The same money through the same gateway; a void only from the refund's time on: earlier ones released a hold."""
    if payment_of(json_readers.text(part, "provider_id"), ids) != json_readers.text(row, "gateway"):
        return False
    if json_readers.text(row, "event") == "void":
        at, created = json_readers.when(row, "date_created"), json_readers.when(record, "created")
        if at is None or created is None or at < created:
            return False
    return json_readers.decimal(row, "amount") == json_readers.decimal(part, "amount")


def to_refund(record: Node, state: States, ids: Sequence[str], rates: Rates, at: datetime) -> Refund:
    """Whether units were put back is not told: a refund never does it."""
    lines = [item for item in json_readers.nodes(record, "items") if json_readers.text(item, "item_type") == "PRODUCT"]
    back = [part for part in json_readers.nodes(record, "payments") if not json_readers.flag(part, "is_declined")]
    return Refund(
        id=json_readers.ident(record, "id"),
        created_at=json_readers.when(record, "created") or at,
        note=reason(record),
        amount=rates.pair(sum_of(back, rates.currency, "amount")),
        lines=tuple(
            RefundedLine(
                line_id=json_readers.ident(item, "item_id"), units=json_readers.units(item, "quantity"), restock="none",
                was_restocked=False,
            )
            for item in lines
        ),
        transactions=tuple(_part(part, state, ids, rates) for part in json_readers.nodes(record, "payments")),
    )  # fmt: skip


def reason(record: Node) -> str:
    """Ours stands in every item."""
    said = [json_readers.text(item, "reason") for item in json_readers.nodes(record, "items")]
    return next(filter(None, [*said, json_readers.text(record, "reason")]), "")


def _part(part: Node, state: States, ids: Sequence[str], rates: Rates) -> Payment:
    provider = json_readers.text(part, "provider_id")
    return Payment(
        id=json_readers.ident(part, "id"),
        kind=PaymentKind.REFUND,
        status=state.get(json_readers.ident(part, "id"), PaymentStatus.UNKNOWN),
        gateway=provider,
        label=LABELS.get(provider, provider),
        amount=rates.read(part, "amount"),
        parent_id=payment_of(provider, ids),
        is_manual=json_readers.flag(part, "offline"),
        error=json_readers.text(part, "declined_message"),
    )
