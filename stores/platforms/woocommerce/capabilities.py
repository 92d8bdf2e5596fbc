"""What WooCommerce can do, in words a merchant understands, and how it wants to be asked; and all that people read
about it: states, and what each error means for them.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext

from stores.canonical.capabilities import Capabilities, assisted, composed, impossible, native
from stores.canonical.recipe import Cancel, Per, Recipe, Refund, Refunds, RefundStock, Restock
from stores.connectors import sentences
from stores.connectors.errors import PLAIN, Said
from stores.connectors.roles import Scope
from stores.connectors.sentences import _
from stores.kernel.i18n import with_theirs

# --- states -------------------------------------------------------------------------------------------
LINE_CLOSED = _("The order is finished in WooCommerce, so nothing of it can be cancelled.")
COMPLETED = _("The order is completed, which is WooCommerce's only word for shipped: start a return instead.")
HIDDEN = _(
    "The order is marked as shipped, at least in part, and WooCommerce does not tell what has left. "
    "Look at its shipments in WooCommerce."
)
IN_PARTS = _(
    "Sold in parts of a unit, which WooCommerce's interface does not take back: refund it in WooCommerce itself."
)
UNKNOWN_STATUS = _(
    "The shop uses the status “%(status)s”, which Rescind does not know, so it may have been shipped. Set the order to "
    "Processing or On hold in WooCommerce if it can still be stopped."
)
CANCELLED = _("Cancelled")
MAYBE_AUTHORISED = _(
    "The payment may be authorised and not taken: whether cancelling releases it depends on the payment plugin."
)
NOT_PAID_BACK = _("A refund of %(amount)s is recorded, but WooCommerce does not say that the money went back.")
PAY_BY_HAND = _("This payment method cannot pay back by itself: a refund is only recorded, and you pay by hand.")
NEGATIVE_FEE = _("Discount on the order: %(name)s, %(amount)s")
BY_GIFT_CARDS = _("%(amount)s of the price was paid by gift card. A refund here does not give that back to the card.")
BY_SOMETHING = _(
    "%(amount)s of the price was not paid through this payment (a gift card or credit of an extension, it seems). "
    "A refund here does not give that back."
)
KEPT_STOCK = _(
    "Units refunded earlier were left out of stock, and setting the order to cancelled would put them back. No money "
    "is left by which a refund could end it: refund the remaining units with 0 in WooCommerce itself."
)
LABEL = _("A shipping label was bought: %(name)s")
LABEL_UNREADABLE = _("which one, its data does not tell in a form that can be read")
FEE = _("Extra fee: %(name)s, %(amount)s")

# --- before sending -----------------------------------------------------------------------------------
FEWER_UNITS = _("Fewer units of %(title)s can be refunded now than was planned.")
TOO_FINE = _("This shop counts money in steps of %(step)s.")
NO_MAIL = _("The shop's own mail settings decide whether the customer is told; it cannot be said with a refund.")
NOTHING_BACK = _("Units leave a WooCommerce order only together with money.")
NOT_BY_CANCEL = _("Setting an order to cancelled moves stock and nothing else; money goes back by a refund before it.")
WOULD_RESTOCK = _("Setting the order to cancelled would put units back in stock that are to stay out.")
MIXED_STOCK = _("A WooCommerce refund puts back all of its units or none.")
CLOSED_MEANWHILE = _("The order is %(status)s in WooCommerce by now: its units can no longer be refunded as cancelled.")
NO_LONGER_OPEN = _("The order is %(status)s in WooCommerce by now and can no longer be set to cancelled.")

# --- errors -------------------------------------------------------------------------------------------
UNREADABLE = _("WooCommerce's answer could not be understood.")
NOT_FOUND = _("WooCommerce does not show this order. It may have been deleted.")
LOGIN = _(
    "WooCommerce does not accept our key. Check the key in the shop's settings; if it is right, the server hides the "
    "secure connection from WordPress: then choose the signed connection there."
)
READ_ONLY = _("The key may only read. Give it the permission Read/Write in WooCommerce under Settings, Advanced.")
NO_RIGHT = _("The WordPress user who owns the key may not do this. Use a key of a shop manager.")
NO_API = _("No WooCommerce answers at this address. Check the address, and in WordPress that permalinks are not plain.")
NO_ROUTE = _("This shop does not offer this call: WooCommerce is too old, or its permalinks are set to plain.")
HOST = _("The shop's host answered instead of WooCommerce: a firewall or maintenance page. Ask the host.")
NO_AUTOMATIC = _(
    "This payment method cannot pay back by itself. Read the order again: the refund is then only recorded, and you "
    "pay by hand."
)
GATEWAY = _(
    "The payment provider may not have paid back; WooCommerce keeps no refund that failed. Look at the provider before "
    "another try."
)
GATEWAY_SILENT = _(
    "The payment provider did not answer WooCommerce, which keeps no refund then although the money may have moved. "
    "Look at the provider before another try."
)
STALE = _("The amounts changed since the plan was made. Read the order again.")
STATUSES: Mapping[int | None, str] = {
    400: _("WooCommerce found a value wrong."),
    403: NO_RIGHT,
    404: NO_ROUTE,
    422: STALE,
    429: _("The shop's host asks us to slow down. It goes on by itself."),
}
NOT_PAID = _(
    "The refund is recorded in WooCommerce, but it does not say that the payment provider paid. Look at the provider."
)


def refused(said: Said, status: int | None) -> str:
    """Our words for a refusal that has a code, and WooCommerce's own where it has some."""
    if not said.code or status not in PLAIN:
        return ""
    return with_theirs(str(STATUSES.get(status) or gettext("WooCommerce refused this.")), "WooCommerce", said.text)


# --- capabilities -------------------------------------------------------------------------------------
CAPABILITIES = Capabilities(
    **sentences.untold("WooCommerce"),
    import_orders=native(_("All orders are copied, in the order in which they were last changed.")),
    list_units=composed(_("The list tells the sum of refunds; their units and shipments are seen when opened.")),
    list_money=native(_("The list tells the total after refunds and the state of payment.")),
    search_orders=native(_("Rescind searches its own copy, since a search in WooCommerce is slow for the shop.")),
    receive_events=native(
        _("WooCommerce tells us of changes, sometimes minutes late; Rescind asks every minute as well.")
    ),
    read_order=native(_("The order, its refunds and what its payment method can do are read live.")),
    cancel_order=composed(
        _(
            "What is refunded goes back first; then the order is set to cancelled. "
            "That always puts back in stock what the order had taken."
        )
    ),
    cancel_lines=composed(
        _("WooCommerce cannot cancel part of an order: Rescind refunds these units. Tell the warehouse not to ship.")
    ),
    cancel_rest=composed(
        _("What has not left is refunded; the order itself stays as it is. Only shops that record shipments tell this.")
    ),
    refund_quote=composed(
        _(
            "Rescind computes the amount from the order's unrounded lines, to the digits of the shop's prices; from "
            "version 11.1 on WooCommerce's own preview is heard as well, and the smaller counts."
        )
    ),
    refund=native(
        _("Money goes back through the payment method where it can; for bank transfer or cash it is only recorded.")
    ),
    refund_part=native(_("Any amount up to what was paid and not yet given back.")),
    refund_shipping=native(_("All of it, part of it, or none.")),
    cancel_without_refund=native(
        _("A whole order can be set to cancelled without giving money back; part of an order cannot.")
    ),
    labels=native(
        _(
            "Labels bought with WooCommerce Shipping are told where they stand in the order's own data (a shop may "
            "keep them at its fulfilments instead); others are not. They stay paid until voided there."
        )
    ),
    void_authorisation=assisted(
        _("Whether cancelling releases an authorisation depends on the payment plugin: look at the payment provider.")
    ),
    restock=native(_("Said once for each refund; only units that the order had taken from stock go back.")),
    restock_at_location=impossible(_("WooCommerce counts one stock for the whole shop.")),
    keep_stock=native(
        _("A paid order ends as refunded instead of cancelled, and its stock stays. Unpaid orders always restock.")
    ),
    notify_customer=impossible(
        _("Its mails cannot be switched per order: the shop's own mail settings decide whether the customer is told.")
    ),
    staff_note=native(
        _(
            "A hidden field of the refund or the order carries the reason. Customers read the refund's visible reason "
            "in their order: it says only that items were cancelled, and a short reference of Rescind's."
        )
    ),
    find_again=native(
        _("Rescind's mark in the refund, its reason and a hidden field, shows after a lost answer what was done.")
    ),
    undo=impossible(_("A refund stays paid. Deleting its record would bring back neither money nor stock.")),
)
RECIPE = Recipe(
    cancel=Cancel(refunds=Refunds.FIRST, restocks=Restock.ALWAYS),
    units=Refund(per=Per.ORDER, stock=RefundStock.ONE_SWITCH, closes=True),
)
SCOPES = (
    Scope("read", _("Nothing works without reading orders."), is_vital=True),
    Scope(
        "write", _("No order can be cancelled or refunded."), is_vital=True, needed_for=("CancelOrder", "RefundOrder")
    ),
)
