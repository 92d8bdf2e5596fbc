"""An order of theirs as an order of ours. Words nobody knows become "unknown" and a remark, never an error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.order import (
    Cancellable,
    EndsWhenRepaid,
    Fulfilment,
    LineItem,
    Order,
    Placement,
    Readiness,
    Remark,
    Shipment,
)
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.platforms.woocommerce import amounts, bundles, labels, ledger, messages, payments, people, tenders
from stores.platforms.woocommerce.bundles import Bundle
from stores.platforms.woocommerce.ledger import ZERO, Books, Item, Kind

OPEN = ("pending", "failed", "on-hold", "processing")
ENDED = ("completed", "cancelled", "refunded", "trash", "checkout-draft", "auto-draft")


@dataclass(frozen=True)
class Told:
    """All that was read of one order. sent: shipments, where the shop records them; by_hand: money is only recorded."""

    order: Node
    refunds: Sequence[Node] = ()
    sent: tuple[Shipment, ...] = ()
    by_hand: bool = False
    is_hidden: bool = False  # something was recorded as shipped, and what it is cannot be read
    is_summary: bool = False
    digits: int | None = None  # of the store's prices, where the order was read with more
    kept: Books = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept", ledger.read(self.order, self.refunds, self.digits))

    @property
    def status(self) -> str:
        return json_readers.text(self.order, "status")

    @property
    def has_left(self) -> bool:
        """`completed` is core's only word for shipped, also when the order was refunded afterwards. Staff who set it
        back to an open status say that it can still be stopped; the date stays."""
        was_completed = payments.when(self.order, "date_completed_gmt") is not None
        return self.is_hidden or self.status == "completed" or (was_completed and self.status not in OPEN)

    def shipped(self, item: Item) -> Decimal:
        if self.has_left:
            return item.units_left
        return sum((units for s in self.sent for line, units in s.lines if line == item.id), ZERO)


def to_order(told: Told) -> Order:
    raw, kept = told.order, told.kept
    placed, updated = payments.when(raw, "date_created_gmt"), payments.when(raw, "date_modified_gmt")
    if placed is None:
        raise Misread("date_created_gmt")
    updated = updated or placed
    together = bundles.of(raw)
    lines = tuple(to_line(told, item, together.get(item.id)) for item in kept.of(Kind.PRODUCT))
    over = ended_at(told, updated)
    title = json_readers.text(raw, "payment_method_title", "payment_method")
    return Order(
        platform="woocommerce",
        external_id=json_readers.ident(raw, "id"),
        number=json_readers.text(raw, "number") or json_readers.ident(raw, "id"),
        placed_at=placed,
        created_at=placed,
        updated_at=updated,
        cancelled_at=over,
        closed_at=payments.when(raw, "date_completed_gmt"),
        cancel_reason=""
        if over is None
        else str(messages.BY_REFUND if told.status == "refunded" else messages.CANCELLED),
        cancel_note=note_of(raw),
        fulfilment=to_fulfilment(told),
        payment=payments.to_state(raw, kept),
        currency=kept.currency,
        customer_currency=kept.currency,
        customer=people.to_person(raw),
        note=json_readers.text(raw, "customer_note"),
        source=json_readers.text(raw, "created_via"),
        taxes_included=json_readers.flag(raw, "prices_include_tax"),
        gateways=(title,) if title else (),
        is_editable=False,
        can_notify=False,
        is_refundable=payments.is_paid(raw) and kept.most > 0,
        totals=payments.to_totals(raw, kept),
        lines=lines,
        shipping_lines=tuple(item.title for item in kept.of(Kind.SHIPPING)),
        shipping_refundable=kept.money(kept.left_of(Kind.SHIPPING)),
        payments=payments.to_payments(raw, kept, by_hand=told.by_hand),
        shipments=told.sent,
        refunds=tuple(
            payments.to_refund(refund, raw, kept, by_hand=told.by_hand, at=updated) for refund in told.refunds
        ),
        remarks=tuple(remarks(told)),
        cancellable=how_much(told, lines),
        whole_cancel_blockers=(str(messages.KEPT_STOCK),) if kept.holds_kept_stock and not kept.most else (),
        ends_by_refund=payments.is_paid(raw) and kept.holds_kept_stock and kept.most > 0,
        ends_when_repaid=when_it_ends(told),
        is_summary=told.is_summary,
    )


CANCEL_KEY = "_rescind_cancel"  # of the order's meta_data: our words and our mark


def note_of(raw: Node) -> str:
    said = ledger.meta(raw, CANCEL_KEY)
    return said if isinstance(said, str) else ""


def when_it_ends(told: Told) -> EndsWhenRepaid:
    """Core sets an order to refunded with the last of its money; with a free item on it, only when no unit is left."""
    if not payments.is_paid(told.order):
        return EndsWhenRepaid.NEVER
    has_free = any(item.net == 0 for item in told.kept.of(Kind.PRODUCT))
    return EndsWhenRepaid.WHEN_EMPTY if has_free else EndsWhenRepaid.ALWAYS


def ended_at(told: Told, updated: datetime) -> datetime | None:
    """Cancelled, or all money given back before anything left; when exactly is not told, only the last change."""
    is_over = told.status == "cancelled" or (told.status == "refunded" and not told.has_left)
    return updated if is_over else None


def how_much(told: Told, lines: Sequence[LineItem]) -> Cancellable:
    if not any(line.cancellable for line in lines):
        return Cancellable.NONE
    return Cancellable.PART if any(line.shipped for line in lines) else Cancellable.ALL


def to_fulfilment(told: Told) -> Fulfilment:
    if told.has_left:
        return Fulfilment.UNKNOWN if told.is_hidden else Fulfilment.FULFILLED
    if told.sent:
        left = [item for item in told.kept.of(Kind.PRODUCT) if told.shipped(item) < item.units_left]
        return Fulfilment.PARTIAL if left else Fulfilment.FULFILLED
    return Fulfilment.UNFULFILLED if told.status in OPEN else Fulfilment.UNKNOWN


# --- lines ---------------------------------------------------------------------------------------------
def to_line(told: Told, item: Item, bundle: Bundle | None) -> LineItem:
    raw = next(
        one for one in json_readers.nodes(told.order, Kind.PRODUCT.value) if json_readers.ident(one, "id") == item.id
    )
    shipped = min(item.units, told.shipped(item) + returned(told, raw))
    waiting = max(ZERO, item.units_left - shipped)
    is_whole = waiting == waiting.to_integral_value() or not payments.is_paid(told.order)
    stoppable = waiting if told.status in OPEN and is_whole else ZERO
    place = Placement(id=item.id, group_id="", units=waiting, readiness=Readiness.OPEN)
    return LineItem(
        id=item.id,
        title=json_readers.text(raw, "parent_name", "name"),
        variant=_variant(raw),
        sku=json_readers.text(raw, "sku"),
        ordered=item.units,
        current=item.units_left,
        shipped=shipped,
        cancelled=min(item.units_back, max(ZERO, item.units - shipped)),
        refundable=item.units_left,
        unfulfilled=waiting,
        cancellable=stoppable,
        unit_step=_step(item.units),
        unit_price=payments.pair(_each(told, item), told.kept.currency),
        tax=tuple(_tax_words(told, item)),
        placements=(place,) if stoppable else (),
        is_tracked=item.taken > 0,
        is_editable=False,
        group_id=bundle.id if bundle else "",
        group_title=bundle.title if bundle else "",
        stock_item_id=json_readers.text(raw, "product_id"),
        why_not="" if stoppable else why_not(told, waiting),
    )


def returned(told: Told, line: Node) -> Decimal:
    """Units refunded once the order was completed: they had left, so that they were not cancelled."""
    completed = payments.when(told.order, "date_completed_gmt")
    if completed is None or not told.has_left:
        return ZERO
    after = [raw for raw in told.refunds if (at := payments.when(raw, "date_created_gmt")) and at >= completed]
    shares = ledger.shares_of(line, Kind.PRODUCT, after)
    return sum((abs(amounts.number(share, "quantity")) for share in shares), ZERO)


def _variant(raw: Node) -> str:
    """ "Linen shirt - M" where the product itself is called "Linen shirt"."""
    name, parent = json_readers.text(raw, "name"), json_readers.text(raw, "parent_name")
    return name.removeprefix(parent).strip(" -–") if parent and name.startswith(parent) else ""


def _step(units: Decimal) -> Decimal:
    """Whole pieces, unless a plugin sells by weight."""
    exponent = units.normalize().as_tuple().exponent
    return Decimal(1).scaleb(min(0, exponent)) if isinstance(exponent, int) else Decimal(1)


def _each(told: Told, item: Item) -> Decimal:
    whole = item.gross if told.order.get("prices_include_tax") is True else item.net
    return whole / item.units if item.units else ZERO


def _tax_words(told: Told, item: Item) -> Iterator[str]:
    labels = {
        json_readers.text(t, "rate_id"): json_readers.text(t, "label")
        for t in json_readers.nodes(told.order, "tax_lines")
    }
    for rate, tax in item.taxes.items():
        said = amounts.told(amounts.rounded(tax, told.kept.step))
        yield f"{labels.get(rate) or _('Tax')}: {said} {told.kept.currency}"


def why_not(told: Told, waiting: Decimal) -> str:
    if told.has_left:
        return str(messages.HIDDEN if told.is_hidden else messages.COMPLETED)
    if told.status in OPEN or not waiting:
        return str(messages.IN_PARTS if waiting else messages.LINE_GONE)
    return (
        str(messages.LINE_CLOSED)
        if told.status in ENDED
        else str(messages.UNKNOWN_STATUS) % {"status": told.status[:60]}
    )


# --- the rest --------------------------------------------------------------------------------------------
def to_shipment(raw: Node, at: datetime) -> Shipment:
    """A record of the optional fulfilments feature; items stand in a meta."""
    items = next((one.get("value") for one in json_readers.nodes(raw, "meta_data") if one.get("key") == "_items"), None)
    rows = json_readers.nodes({"_items": items}, "_items")
    lines = tuple((json_readers.ident(row, "item_id"), abs(amounts.number(row, "qty"))) for row in rows)
    return Shipment(
        id=json_readers.ident(raw, "id"),
        name="",
        status=json_readers.text(raw, "status"),
        created_at=at,
        units=sum((units for _line, units in lines), ZERO),
        lines=lines,
        is_effective=json_readers.flag(raw, "is_fulfilled"),
    )


def remarks(told: Told) -> Iterator[Remark]:
    raw, kept = told.order, told.kept
    if payments.is_authorised(raw):
        yield Remark(kind="other", text=str(messages.MAYBE_AUTHORISED))
    if payments.is_paid(raw) and told.by_hand:
        yield Remark(kind="other", text=str(messages.PAY_BY_HAND))
    for refund in payments.unpaid_back(told.refunds, by_hand=told.by_hand):
        said = f"{amounts.told(amounts.number(refund, 'amount'))} {kept.currency}"
        yield Remark(kind="other", text=str(messages.NOT_PAID_BACK) % {"amount": said}, is_open=True)
    for sentence in tenders.said(raw, kept):
        yield Remark(kind="payment", text=sentence)
    for name in labels.bought(raw):
        yield Remark(kind="label", text=str(messages.LABEL) % {"name": name})
    for item in kept.of(Kind.FEE):
        said = f"{amounts.told(amounts.rounded(item.gross, kept.step))} {kept.currency}"
        text = messages.FEE if item.net >= 0 else messages.NEGATIVE_FEE
        yield Remark(kind="other", text=str(text) % {"name": item.title[:80], "amount": said})
    if told.status not in (*OPEN, *ENDED):
        yield Remark(kind="other", text=str(messages.UNKNOWN_STATUS) % {"status": told.status[:60]})
