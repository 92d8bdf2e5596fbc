"""What Magento can do and how it wants to be asked, the rights that takes, and our reasons in its words."""

from __future__ import annotations

from collections.abc import Mapping

from stores.canonical.capabilities import Capabilities, Capability, assisted, composed, impossible, native
from stores.canonical.recipe import Cancel, Per, Recipe, Refund, Refunds, RefundStock, Restock, Void
from stores.canonical.request import Reason
from stores.connectors.roles import Scope
from stores.platforms.magento.messages import _


def _capabilities() -> dict[str, Capability]:
    return {
        "import_orders": native(_("All orders are copied page by page, the longest unchanged first.")),
        "list_units": composed(
            _("The list tells units refunded and shipped; invoices and credit memos are seen when opened.")
        ),
        "list_money": native(_("The list tells the total after refunds and what was paid.")),
        "search_orders": native(_("Rescind searches its own copy; Magento's own search is spared.")),
        "receive_events": impossible(
            _("Magento Open Source tells nobody of changes: Rescind asks every minute what changed.")
        ),
        "read_order": native(_("Lines, invoices, credit memos and shipments are read live, in one to four calls.")),
        "cancel_order": native(
            _("What was never invoiced is cancelled in one call; what was paid is refunded, and the order is closed.")
        ),
        "cancel_lines": native(
            _("Paid units are refunded by a credit memo. Units never invoiced leave only with the whole order.")
        ),
        "cancel_rest": native(_("Of a partly shipped order, paid units that have not left are refunded.")),
        "cancel_while_packing": impossible(
            _("Magento does not say whether a unit is being packed. Ask the warehouse before you cancel.")
        ),
        "refund_quote": composed(
            _("Magento has no calculator: Rescind does Magento's arithmetic, and you can change the amount.")
        ),
        "refund": native(
            _("One credit memo per invoice, through the payment provider where it was paid online. It is final.")
        ),
        "refund_part": native(
            _("Any amount up to what is left; the difference to the units is booked as an adjustment.")
        ),
        "refund_shipping": native(_("All of it, part of it, or none; taxed shipping may be booked as an adjustment.")),
        "cancel_without_refund": impossible(
            _(
                "Paid units leave a Magento order only with money. An order nobody paid is cancelled without, and one "
                "that cost nothing has a credit memo of 0.00."
            )
        ),
        "disputes": impossible(
            _("Magento does not tell of disputes: look at the payment provider before money goes back.")
        ),
        "labels": native(
            _("A label made in Magento is told with its shipment: it stays paid, and Rescind cannot void it.")
        ),
        "void_authorisation": composed(_("Cancelling the order releases what was only authorised.")),
        "restock": native(_("Cancelled units can be sold again; of a refund it is said for each line.")),
        "restock_at_location": impossible(_("Magento chooses the source itself.")),
        "keep_stock": native(
            _(
                "Said per line of a refund. With Magento's inventory of sources, a unit that never left and is not put "
                "back is written off. A cancellation of unpaid units always puts them back."
            )
        ),
        "notify_customer": native(
            _("Magento mails the credit memo if you ask; it sends nothing about a cancellation.")
        ),
        "staff_note": native(
            _("A credit memo keeps the note, with Rescind's mark. A cancellation without money takes no text.")
        ),
        "find_again": native(
            _("Rescind's mark in a credit memo shows what was done; of a cancellation, the order's state.")
        ),
        "idempotency": impossible(
            _("Magento would refund a second time: after a lost answer a person decides whether it is sent again.")
        ),
        "undo": impossible(_("A cancelled order stays cancelled, and a credit memo cannot be taken back.")),
    }


CAPABILITIES = Capabilities(**_capabilities())
RECIPE = Recipe(
    cancel=Cancel(refunds=Refunds.FIRST, restocks=Restock.ALWAYS),
    units=Refund(per=Per.PAYMENT, stock=RefundStock.PER_LINE, closes=True),
    void=Void.WITH_CANCEL,
)
SALES = "Magento_Sales::"
SCOPES = (
    Scope(f"{SALES}actions_view", _("Nothing works without reading orders."), is_vital=True),
    Scope(
        f"{SALES}sales_invoice", _("Paid orders can be neither read nor refunded."), is_vital=True,
        needed_for=("RefundOrder",),
    ),
    Scope(
        f"{SALES}sales_creditmemo", _("Refunds cannot be seen, so none is made."), is_vital=True,
        needed_for=("RefundOrder",),
    ),
    Scope(f"{SALES}shipment", _("Shipments cannot be seen."), is_vital=True),
    Scope(f"{SALES}cancel", _("No order can be cancelled."), needed_for=("CancelOrder",)),
    Scope("Magento_Backend::store", _("The shop's currency and time zone cannot be read."), is_vital=True),
)  # fmt: skip
REASONS: Mapping[Reason, str] = {
    Reason.CUSTOMER: "Customer changed their mind",
    Reason.OUT_OF_STOCK: "Out of stock",
    Reason.FRAUD: "Suspected fraud",
    Reason.PAYMENT_DECLINED: "Payment declined",
    Reason.DUPLICATE: "Duplicate order",
    Reason.ADDRESS: "Address problem",
    Reason.PRICE_ERROR: "Wrong price",
    Reason.STAFF_ERROR: "Staff error",
    Reason.OTHER: "Other",
}
__all__ = ["CAPABILITIES", "REASONS", "RECIPE", "SCOPES", "assisted"]
