"""An order of theirs as an order of ours. Words nobody knows become "unknown" and a remark, never an error.

An order has one payment: WooCommerce keeps no transactions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from stores.canonical import order as ours
from stores.connectors import order_totals, refunds, sentences
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.woocommerce import cancellable, capabilities, money
from stores.platforms.woocommerce.cancellable import ENDED, OPEN, Told
from stores.platforms.woocommerce.money import ZERO, Books, Kind, is_paid, pair, when

# --- payments -----------------------------------------------------------------------------------------
OFFLINE = ("bacs", "cheque", "cod", "")  # money that no gateway holds


def payment_id(order: Node) -> str:
    """The order's own: a transaction id may still change when an authorisation is taken."""
    return f"payment-{json_readers.ident(order, 'id')}"


def is_authorised(order: Node) -> bool:
    """Held by a gateway and not taken, as far as core tells: on hold, with a transaction that nobody has paid out."""
    holds = json_readers.text(order, "status") == "on-hold" and json_readers.text(order, "transaction_id") != ""
    return holds and not is_paid(order) and json_readers.text(order, "payment_method") not in OFFLINE


def to_payments(order: Node, kept: Books, *, by_hand: bool) -> tuple[ours.Payment, ...]:
    if not is_paid(order) and not is_authorised(order):
        return ()
    taken = is_paid(order)
    return (
        ours.Payment(
            id=payment_id(order),
            kind=ours.PaymentKind.SALE if taken else ours.PaymentKind.AUTHORISATION,
            status=ours.PaymentStatus.SUCCESS if taken else ours.PaymentStatus.UNKNOWN,
            gateway=json_readers.text(order, "payment_method"),
            label=json_readers.text(order, "payment_method_title", "payment_method"),
            amount=pair(kept.total, kept.currency),
            refundable=kept.money(kept.most) if taken else None,
            capturable=None if taken else kept.money(kept.total),
            is_manual=by_hand,
            processed_at=when(order, "date_paid_gmt"),
        ),
    )


def to_totals(order: Node, kept: Books) -> ours.Totals:
    def said(*names: str) -> ours.MoneyPair:
        return pair(sum((money.number(order, name) for name in names), ZERO), kept.currency)

    fees = sum((item.gross for item in kept.of(Kind.FEE)), ZERO)
    return order_totals.to_totals(
        ours.MoneyPair.of,
        kept.money(kept.total),
        paid=kept.money(kept.total if is_paid(order) else ZERO),
        back=kept.money(kept.given_back),
        held=kept.money(kept.total if is_authorised(order) else ZERO),
        is_over=json_readers.text(order, "status") in ("cancelled", "refunded", "trash"),
        subtotal=pair(sum((item.net for item in kept.of(Kind.PRODUCT)), ZERO), kept.currency),
        tax=said("total_tax"),
        shipping=said("shipping_total", "shipping_tax"),
        discounts=said("discount_total"),
        refunded_shipping=pair(
            sum((item.gross - item.gross_left for item in kept.of(Kind.SHIPPING)), ZERO), kept.currency
        ),
        fees=pair(fees, kept.currency) if fees else None,
    )


# --- refunds -----------------------------------------------------------------------------------------
def to_refund(told: Told, raw: Node, at: datetime) -> ours.Refund:
    order, ident = told.order, json_readers.ident(raw, "id")
    paid = json_readers.flag(raw, "refunded_payment")
    return refunds.of_one(
        ident,
        pair(money.number(raw, "amount"), told.kept.currency),
        _lines(raw, order, told.kept),
        through=payment_id(order),
        status=ours.PaymentStatus.SUCCESS if paid or told.by_hand else ours.PaymentStatus.UNKNOWN,
        gateway=json_readers.text(order, "payment_method"),
        label=json_readers.text(order, "payment_method_title", "payment_method"),
        is_manual=not paid,
        made=when(raw, "date_created_gmt"),
        otherwise=at,
        note=json_readers.text(raw, "reason"),
        payment_id=f"{payment_id(order)}-{ident}",
    )


def _lines(raw: Node, order: Node, kept: Books) -> list[ours.RefundedLine]:
    """Which refund put units back is not told, only how many of a line came back in all."""
    found = []
    for line in json_readers.nodes(order, Kind.PRODUCT.value):
        item = kept.product(json_readers.ident(line, "id"))
        for share in money.shares_of(line, Kind.PRODUCT, [raw]):
            units = abs(money.number(share, "quantity"))
            if item and units:
                how = _restocked(item)
                found.append(
                    ours.RefundedLine(line_id=item.id, units=units, restock=how, was_restocked=how == "cancel")
                )
    return found


def _restocked(item: money.Item) -> str:
    if not item.returned:
        return "none"
    return "cancel" if item.returned >= item.units_back else "unknown"


def unpaid_back(refunds: Sequence[Node], *, by_hand: bool) -> list[Node]:
    """Refunds that are recorded without a word that the gateway paid."""
    return [] if by_hand else [raw for raw in refunds if not json_readers.flag(raw, "refunded_payment")]


# --- people -------------------------------------------------------------------------------------------
def to_person(raw: Node) -> ours.Person:
    billing, shipping = (json_readers.or_empty(raw, name) for name in ("billing", "shipping"))
    return ours.Person(
        id=json_readers.text(raw, "customer_id").removeprefix("0"),
        name=_name(billing) or _name(shipping),
        email=json_readers.text(billing, "email"),
        phone=json_readers.text(billing, "phone") or json_readers.text(shipping, "phone"),
        billing_address=_address(billing),
        shipping_address=_address(shipping),
    )


def _name(who: Node) -> str:
    return json_readers.joined(who, "first_name", "last_name")


def _address(who: Node) -> tuple[str, ...]:
    rest = json_readers.texts(who, "company", "address_1", "address_2", "postcode", "city", "state", "country")
    return tuple(filter(None, (_name(who), *rest))) if rest else ()


# --- other tenders ------------------------------------------------------------------------------------
# What paid for an order beside its payment: gift cards of extensions, which no refund of WooCommerce gives back.
LIKE_A_CARD = re.compile(r"gift|voucher|store credit|gutschein|cadeau", re.IGNORECASE)


def tenders(order: Node, kept: Books) -> Iterator[str]:
    """A sentence for each way in which a part of the price was paid otherwise. Codes of cards are money: not told."""
    cards = [money.number(card, "amount") for card in json_readers.nodes(order, "gift_cards")]
    if sum(cards, ZERO) > 0:
        yield _money(capabilities.BY_GIFT_CARDS, sum(cards, ZERO), kept)
    elif -kept.unlisted > max(kept.rounding, kept.step):
        yield _money(capabilities.BY_SOMETHING, -kept.unlisted, kept)
    for item in kept.of(Kind.FEE):
        if item.net < 0 and LIKE_A_CARD.search(item.title):
            yield _money(capabilities.BY_GIFT_CARDS, -item.gross, kept)


def _money(sentence: str, amount: Decimal, kept: Books) -> str:
    return str(sentence) % {"amount": kept.said(amount)}


# --- the order ----------------------------------------------------------------------------------------


def to_order(told: Told) -> ours.Order:
    raw, kept = told.order, told.kept
    placed = money.at(raw, "date_created_gmt")
    updated = when(raw, "date_modified_gmt") or placed
    totals, is_void = to_totals(raw, kept), told.status == "cancelled"
    together = cancellable.bundles_of(raw)
    lines = tuple(cancellable.to_line(told, item, together.get(item.id)) for item in kept.of(Kind.PRODUCT))
    over, has_left = cancellable.ended_at(told, updated), any(line.shipped for line in lines)
    reason = sentences.BY_REFUND if told.status == "refunded" else capabilities.CANCELLED
    title = json_readers.text(raw, "payment_method_title", "payment_method")
    return ours.Order(
        platform="woocommerce",
        external_id=json_readers.ident(raw, "id"),
        number=json_readers.text(raw, "number") or json_readers.ident(raw, "id"),
        placed_at=placed,
        created_at=placed,
        updated_at=updated,
        cancelled_at=over,
        closed_at=when(raw, "date_completed_gmt"),
        cancel_reason="" if over is None else str(reason),
        cancel_note=note_of(raw),
        fulfilment=cancellable.to_fulfilment(told),
        payment=order_totals.payment_state(totals, is_void=is_void, is_settled=True, is_repaid=not kept.most),
        currency=kept.currency,
        customer_currency=kept.currency,
        customer=to_person(raw),
        note=json_readers.text(raw, "customer_note"),
        source=json_readers.text(raw, "created_via"),
        taxes_included=json_readers.flag(raw, "prices_include_tax"),
        gateways=(title,) if title else (),
        is_editable=False,
        can_notify=False,
        is_refundable=is_paid(raw) and kept.most > 0,
        totals=totals,
        lines=lines,
        shipping_lines=tuple(item.title for item in kept.of(Kind.SHIPPING)),
        shipping_refundable=kept.money(kept.left_of(Kind.SHIPPING)),
        payments=to_payments(raw, kept, by_hand=told.by_hand),
        shipments=told.sent,
        refunds=tuple(to_refund(told, refund, updated) for refund in told.refunds),
        remarks=tuple(remarks(told)),
        cancellable=order_totals.how_much((line.cancellable for line in lines), is_all=not has_left),
        whole_cancel_blockers=(str(capabilities.KEPT_STOCK),) if kept.holds_kept_stock and not kept.most else (),
        ends_by_refund=is_paid(raw) and kept.holds_kept_stock and kept.most > 0,
        ends_when_repaid=cancellable.when_it_ends(told),
        is_summary=told.is_summary,
    )


CANCEL_KEY = "_rescind_cancel"  # of the order's meta_data: our words and our mark


def note_of(raw: Node) -> str:
    said = money.meta(raw, CANCEL_KEY)
    return said if isinstance(said, str) else ""


# --- the rest --------------------------------------------------------------------------------------------
def to_shipment(raw: Node, at: datetime) -> ours.Shipment:
    """A record of the optional fulfilments feature; items stand in a meta."""
    items = next((one.get("value") for one in json_readers.nodes(raw, "meta_data") if one.get("key") == "_items"), None)
    rows = json_readers.nodes({"_items": items}, "_items")
    lines = tuple((json_readers.ident(row, "item_id"), abs(money.number(row, "qty"))) for row in rows)
    return ours.Shipment(
        id=json_readers.ident(raw, "id"),
        name="",
        status=json_readers.text(raw, "status"),
        created_at=at,
        units=sum((units for _line, units in lines), ZERO),
        lines=lines,
        is_effective=json_readers.flag(raw, "is_fulfilled"),
    )


def remarks(told: Told) -> Iterator[ours.Remark]:
    raw, kept = told.order, told.kept
    if is_authorised(raw):
        yield ours.Remark(kind="other", text=str(capabilities.MAYBE_AUTHORISED))
    if is_paid(raw) and told.by_hand:
        yield ours.Remark(kind="other", text=str(capabilities.PAY_BY_HAND))
    for refund in unpaid_back(told.refunds, by_hand=told.by_hand):
        said = f"{money.told(money.number(refund, 'amount'))} {kept.currency}"
        yield ours.Remark(kind="other", text=str(capabilities.NOT_PAID_BACK) % {"amount": said}, is_open=True)
    for sentence in tenders(raw, kept):
        yield ours.Remark(kind="payment", text=sentence)
    for name in cancellable.labels_bought(raw):
        yield ours.Remark(kind="label", text=str(capabilities.LABEL) % {"name": name})
    for item in kept.of(Kind.FEE):
        text = capabilities.FEE if item.net >= 0 else capabilities.NEGATIVE_FEE
        yield ours.Remark(kind="other", text=str(text) % {"name": item.title[:80], "amount": kept.said(item.gross)})
    if told.status not in (*OPEN, *ENDED):
        yield ours.Remark(kind="other", text=cancellable.unknown_status(told))
