"""What a platform tells of an order, as rows for its page: money by name, and facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.canonical.order import MoneyPair, Order

ALWAYS = frozenset({"subtotal", "shipping", "current", "received", "outstanding"})
PARTS: tuple[tuple[str, str | Promise], ...] = (
    ("subtotal", gettext_lazy("Items")),
    ("shipping", gettext_lazy("Shipping")),
    ("tax", gettext_lazy("Tax")),
    ("duties", gettext_lazy("Duties")),
    ("fees", gettext_lazy("Fees")),
    ("tips", gettext_lazy("Tip")),
    ("rounding", gettext_lazy("Cash rounding")),
)


@dataclass(frozen=True)
class MoneyRow:
    """sign: how it counts towards the next total; "" for a total, and for what is told beside it."""

    label: str
    pair: MoneyPair
    sign: str = ""
    is_total: bool = False
    is_aside: bool = False

    @property
    def is_told(self) -> bool:
        return bool(self.pair.shop or self.pair.customer)


def money_rows(order: Order) -> Sequence[MoneyRow]:
    """From the items to what is still to pay: each row with its sign, so that every total is the sum above it."""
    totals = order.totals
    parts = [*_parts(order), *_before(order)]
    rows = [*parts, *_rest(parts, totals.current), MoneyRow(_current_words(order), totals.current, is_total=True)]
    paid = [
        MoneyRow(_("Total"), totals.current, "+"),
        MoneyRow(_("Paid"), totals.received, "−"),
        MoneyRow(_("Refunded"), totals.refunded, "+"),
    ]
    rows += [row for row in paid[1:] if row.is_told or row.sign == "−"]
    if totals.refunded_shipping.customer or totals.refunded_shipping.shop:
        rows.append(MoneyRow(_("of it shipping"), totals.refunded_shipping, is_aside=True))
    rows += _rest(paid, totals.outstanding)
    owes = totals.outstanding.customer.amount < 0
    rows.append(MoneyRow(_("The shop owes") if owes else _("Still to pay"), totals.outstanding, is_total=True))
    return [*rows, *_asides(order)]


def _parts(order: Order) -> list[MoneyRow]:
    """What the total is made of. Tax that stands in the prices is told beside them."""
    rows = []
    for name, label in PARTS:
        pair = getattr(order.totals, name)
        if pair is None or not (name in ALWAYS or pair.shop or pair.customer):
            continue
        if (name == "tax" and order.taxes_included) or (name == "duties" and order.duties_included):
            rows.append(MoneyRow(_("%(what)s in it") % {"what": label}, pair, is_aside=True))
        else:
            rows.append(MoneyRow(str(label), pair, "+"))
    return rows


def _before(order: Order) -> list[MoneyRow]:
    """Discounts: taken off here where the items are told without them, else told beside."""
    off = order.totals.discounts
    if not (off.shop or off.customer):
        return []
    left = _difference(_parts(order), order.totals.current)
    if left == _negated(off):
        return [MoneyRow(_("Discounts"), off, "−")]
    return [MoneyRow(_("Discounts, already taken off"), off, is_aside=True)]


def _rest(rows: Sequence[MoneyRow], whole: MoneyPair) -> list[MoneyRow]:
    """What the platform's own parts leave open, so that the column adds up all the same."""
    left = _difference(rows, whole)
    if not (left.shop or left.customer):
        return []
    if left.customer.amount < 0:
        return [MoneyRow(_("Other, as the platform counts"), _negated(left), "−")]
    return [MoneyRow(_("Other, as the platform counts"), left, "+")]


def _difference(rows: Sequence[MoneyRow], whole: MoneyPair) -> MoneyPair:
    for row in rows:
        if row.sign:
            part = row.pair if row.sign == "+" else _negated(row.pair)
            whole = MoneyPair(shop=whole.shop - part.shop, customer=whole.customer - part.customer)
    return whole


def _negated(pair: MoneyPair) -> MoneyPair:
    return MoneyPair(shop=-pair.shop, customer=-pair.customer)


def _current_words(order: Order) -> str:
    return _("Total now") if order.totals.original != order.totals.current else _("Total")


def _asides(order: Order) -> Iterator[MoneyRow]:
    """Told beside the sums: nothing is added to them."""
    totals = order.totals
    rows = [
        MoneyRow(_("When it was placed"), totals.original, is_aside=True),
        MoneyRow(_("Kept by the shop"), totals.net, is_aside=True),
        MoneyRow(_("Authorised, not captured"), totals.capturable, is_aside=True),
    ]
    yield from (row for row in rows[:1] if totals.original != totals.current)
    yield from (row for row in rows[1:2] if totals.refunded.customer)
    yield from (row for row in rows[2:] if row.is_told)


def is_untouched(order: Order) -> bool:
    """Nothing of it was shipped, refunded or cancelled, as far as its lines and records tell."""
    moved = any(line.shipped or line.cancelled for line in order.lines)
    return not (moved or order.cancelled_at or order.shipments or order.refunds)


def facts(order: Order) -> Sequence[tuple[str, Any]]:
    """What else the platform tells; empty ones fall out in the template."""
    yes = {True: _("yes"), False: ""}
    return (
        (_("Their id"), order.external_id),
        (_("Number in their exports"), order.legacy_id),
        (_("Confirmation number"), order.confirmation_number),
        (_("Purchase order"), order.po_number),
        (_("Came from"), " · ".join(dict.fromkeys(t for t in (order.source, order.app_name, order.source_id) if t))),
        (_("Company order"), yes[order.company]),
        (_("Payment terms"), order.payment_terms),
        (_("Gateways"), ", ".join(order.gateways)),
        (_("Return"), order.return_state),
        (_("Cannot be cancelled as a whole"), " ".join(order.whole_cancel_blockers)),
        (_("Prices include tax"), yes[order.taxes_included]),
        (_("Prices include duties"), yes[order.duties_included]),
        (_("Tax is an estimate"), yes[order.is_tax_estimated]),
        (_("Edited since it was placed"), yes[order.is_edited]),
        (_("Cannot be edited"), "" if order.is_editable else " ".join(order.edit_blockers) or _("yes")),
        (_("Not yet confirmed"), yes[not order.is_confirmed]),
        (_("Cannot be refunded"), yes[not order.is_refundable]),
        (_("Cannot be put back in stock"), yes[not order.is_restockable]),
        (_("Customer cannot be told by the platform"), yes[not order.can_notify]),
    )
