"""What a platform tells of an order, as rows for its page: money by name, and facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stores.canonical.order import MoneyPair, Order

TOTALS: dict[str, str | Promise] = {
    "original": gettext_lazy("When it was placed"),
    "subtotal": gettext_lazy("Goods"),
    "discounts": gettext_lazy("Discounts"),
    "shipping": gettext_lazy("Shipping"),
    "tax": gettext_lazy("Tax"),
    "duties": gettext_lazy("Duties"),
    "fees": gettext_lazy("Fees"),
    "tips": gettext_lazy("Tip"),
    "rounding": gettext_lazy("Cash rounding"),
    "current": gettext_lazy("Total now"),
    "received": gettext_lazy("Paid"),
    "capturable": gettext_lazy("Authorised, not captured"),
    "refunded": gettext_lazy("Refunded"),
    "refunded_shipping": gettext_lazy("of it shipping"),
    "net": gettext_lazy("Kept by the shop"),
    "outstanding": gettext_lazy("Still owed"),
}
ALWAYS = frozenset({"original", "subtotal", "shipping", "tax", "current", "received"})


@dataclass(frozen=True)
class MoneyRow:
    label: str
    pair: MoneyPair
    is_total: bool


def money_rows(order: Order) -> Sequence[MoneyRow]:
    """The order's totals by name; those that say nothing (zero) are left out, but for the usual ones."""
    rows = []
    for name, label in TOTALS.items():
        pair = getattr(order.totals, name)
        if pair is not None and (name in ALWAYS or pair.shop or pair.customer):
            rows.append(MoneyRow(str(label), pair, name in ("current", "outstanding")))
    return rows


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
