"""What people read about WooCommerce: states, and what each error means for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.utils.translation import gettext, gettext_lazy

from stores.kernel.i18n import with_theirs


def _(text: str) -> str:
    """Translated when it is shown, not when this module is read."""
    return cast(str, gettext_lazy(text))


# --- states -------------------------------------------------------------------------------------------
LINE_GONE = _("These units have left or were refunded already.")
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
BY_REFUND = _("Cancelled by refund")
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
LESS_LEFT = _("Less can be refunded now than was planned.")
FEWER_UNITS = _("Fewer units of %(title)s can be refunded now than was planned.")
OTHER_CURRENCY = _("The order's currency changed since the plan was made.")
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


def refused(ours: str, theirs: str) -> str:
    """Our words, and WooCommerce's own where it has some."""
    return with_theirs(str(ours), "WooCommerce", theirs)


def default(status: int | None) -> str:
    return str(STATUSES.get(status) or gettext("WooCommerce refused this."))
