"""What people read about Modern Dropship: capabilities, recipe, reasons, and what each error means for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from stores.canonical.capabilities import Capabilities, assisted, composed, impossible, native
from stores.canonical.recipe import Cancel, CancelLines, Recipe, Refunds, Restock
from stores.canonical.request import Reason
from stores.connectors.errors import PLAIN, Outcomes, Said
from stores.connectors.sentences import _

NO_MONEY = _("No money passes through this network: the retailer settles with its customer, and you with the retailer.")

CAPABILITIES = Capabilities(
    import_orders=native(_("All orders are copied page by page; each page is read twice, so that none slips by.")),
    list_units=native(_("The list tells every item with its shipments, as reading the order does.")),
    list_money=impossible(NO_MONEY),
    search_orders=native(_("Rescind searches its own copy: the network has no search by text.")),
    receive_events=assisted(
        _("The network tells of cancellations only, unsigned, once somebody enters our address in its web app.")
    ),
    read_order=native(_("Items, shipments and earlier cancellations are read live, before every step.")),
    cancel_order=native(
        _("One call cancels the whole order; if something has shipped meanwhile, the network refuses it.")
    ),
    cancel_lines=composed(
        _("One call per line, one after another. What stays of a line is a new line for the network.")
    ),
    cancel_rest=native(
        _("One call cancels everything that has not shipped. The order then counts as shipped in the network.")
    ),
    cancel_while_packing=native(
        _("The network knows no packing: units can be cancelled until a shipment is recorded.")
    ),
    cancel_without_refund=native(NO_MONEY),
    keep_stock=native(_("A cancellation changes no stock here, neither up nor down.")),
    notify_customer=native(
        _("The retailer is told at once; if its shop is connected, the network refunds the end customer there.")
    ),
    staff_note=native(_("The reason stands at each cancelled line; the retailer reads it, with Rescind's mark.")),
    find_again=native(_("The line's state and Rescind's mark in its reason show whether a call was carried out.")),
    idempotency=composed(
        _("A line is used up by its cancellation, so the same call cannot cancel more when it is sent again.")
    ),
    undo=impossible(_("A cancelled line stays cancelled: the retailer must order again.")),
    refund_quote=impossible(NO_MONEY),
    refund=impossible(NO_MONEY),
    refund_part=impossible(NO_MONEY),
    refund_shipping=impossible(NO_MONEY),
    disputes=impossible(NO_MONEY),
    labels=impossible(_("Modern Dropship does not tell whether a label was bought, only what was tracked.")),
    void_authorisation=impossible(NO_MONEY),
    restock=assisted(_("Correct the published stock yourself: the network shows what you publish.")),
    restock_at_location=impossible(_("The network knows no locations, only the stock you publish.")),
)
RECIPE = Recipe(cancel=Cancel(refunds=Refunds.NEVER, restocks=Restock.NEVER), units=CancelLines(rest_in_one_call=True))
# Free text: the retailer reads it, and no list exists.
REASONS: Mapping[Reason, str] = {
    Reason.CUSTOMER: "Customer changed their mind",
    Reason.OUT_OF_STOCK: "Out of stock",
    Reason.FRAUD: "Suspected fraud",
    Reason.PAYMENT_DECLINED: "Payment declined",
    Reason.DUPLICATE: "Duplicate order",
    Reason.ADDRESS: "Address cannot be served",
    Reason.PRICE_ERROR: "Price error",
    Reason.STAFF_ERROR: "Entered by mistake",
    Reason.OTHER: "Other",
}
BY = {"buyer": _("Cancelled by the retailer"), "seller": _("Cancelled by you, the supplier")}
HOOK_SETUP = _(
    "In Modern Dropship open Settings, Dropshipping, Integrations and add a webhook for order.cancelled with this "
    "address. The network signs nothing, so keep the address secret. Rescind also asks for changes every few minutes."
)

# --- errors -------------------------------------------------------------------------------------------
STATUSES: Mapping[int | None, str] = {
    401: _("Modern Dropship no longer accepts the API key. Make a new one there and enter it in the shop's settings."),
    415: _("Modern Dropship did not understand the form of the request. Please report it."),
    429: _("Modern Dropship asks us to slow down. It goes on by itself."),
}
NOT_FOUND = _("Modern Dropship knows no such order in this account.")
NOT_A_SUPPLIER = _(
    "This API key belongs to a retailer. Rescind works for suppliers: make a key in the supplier's account."
)
UNREADABLE = _("Modern Dropship's answer could not be understood.")
LINE_GONE = _("This line no longer stands on the order. Look at the order and plan again.")
LINE_CANCELLED = _("Somebody cancelled or split this line meanwhile. Look at the order and plan again.")
LINE_CHANGED = _("This line is another product now. Look at the order and plan again.")
LINE_SHIPPED = _("More of this line has shipped than would stay. Look at the order and plan again.")
LINE_SMALLER = _("No more units than would stay are left of this line. Look at the order again.")


def refused(said: Said, status: int | None) -> str:
    """Ours for the status; else the network's own, whose texts are not published, so they are only shown."""
    plain = " ".join(said.text.split())[:200]
    if status in STATUSES or status not in PLAIN:
        return str(STATUSES.get(status, ""))
    if plain:
        return gettext("Modern Dropship refused: %(said)s") % {"said": plain}
    return gettext("Modern Dropship refused this. Look at the order: it may have been cancelled or shipped meanwhile.")


def said_by(body: Any) -> str:
    """The text of an error in either shape: {"error": "…"} or {"data": null, "error": [{"message": "…"}]}."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if isinstance(error, str):
        return error
    parts = error if isinstance(error, list) else [error]
    texts = [part.get("message") for part in parts if isinstance(part, Mapping)]
    return "; ".join(text for text in texts if isinstance(text, str))


OUTCOMES = Outcomes(rows=(), parse=lambda body: Said(text=said_by(body)), words=refused)
