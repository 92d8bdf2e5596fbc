"""What people read about Shopify: capabilities, rights, its words in ours, and what each error means for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from stores.canonical.capabilities import Capabilities, composed, impossible, native
from stores.canonical.order import Fulfilment, PaymentState, Readiness
from stores.canonical.recipe import Adjust, Cancel, Edit, Per, Recipe, Refund, Refunds, RefundStock, Restock, Void
from stores.canonical.request import Reason
from stores.connectors.roles import Scope
from stores.connectors.sentences import _

CAPABILITIES = Capabilities(
    import_orders=native(_("All orders are copied page by page; without read_all_orders those of 60 days.")),
    list_units=composed(_("The list counts what is not fulfilled; holds, places and services are seen when opened.")),
    list_money=native(_("The list tells the total after refunds and the state of payment.")),
    search_orders=native(_("Rescind searches its own copy; Shopify's index can lag by some seconds.")),
    receive_events=native(_("Shopify tells us of changes; each message only makes us read the order again.")),
    read_order=native(_("Lines, places, payments, shipments, refunds and returns are read live.")),
    cancel_order=native(_("One call cancels the whole order while nothing of it has shipped.")),
    cancel_lines=composed(
        _("Shopify cannot cancel part of an order: Rescind refunds these units and leaves the rest open.")
    ),
    cancel_rest=composed(_("Of a partly shipped order all units that have not left are refunded, line by line.")),
    cancel_while_packing=native(
        _("Units being packed by you can be cancelled; a fulfilment service must give them back first.")
    ),
    refund_quote=native(_("Shopify computes the refund, tax and discounts included; Rescind shows its figures.")),
    refund=native(_("Money goes back through the payments it came from.")),
    refund_part=native(_("Any amount up to what each payment still holds.")),
    refund_shipping=native(_("All of it, part of it, or none.")),
    cancel_without_refund=native(_("Possible; what was only authorised is released all the same.")),
    disputes=native(
        _("A chargeback or inquiry that is open or lost stops refunds of the order, unless a second person agrees.")
    ),
    labels=native(_("A label bought in Shopify is told with its shipment: it stays paid, and Rescind cannot void it.")),
    void_authorisation=native(_("An authorisation that was never captured is released in one call.")),
    restock=native(_("Units go back to the place they were promised from.")),
    restock_at_location=composed(_("Per line and location, on a partial cancellation; a whole one has no choice.")),
    keep_stock=composed(
        _("Not asked to restock, Shopify takes shipped units first; so Rescind edits the order or corrects stock.")
    ),
    notify_customer=native(_("Shopify writes its own e-mail to the customer if you say so.")),
    staff_note=native(_("Up to 255 characters, seen by staff only.")),
    find_again=native(_("Rescind's mark in the note shows after a lost answer whether it was carried out.")),
    idempotency=composed(
        _("Refunds and stock corrections carry a key for 24 hours; a second whole cancel is refused by Shopify.")
    ),
    undo=impossible(_("A cancelled order stays cancelled and a refund stays paid.")),
)
RECIPE = Recipe(
    cancel=Cancel(refunds=Refunds.WITH_CANCEL, restocks=Restock.ASKED),
    units=Refund(per=Per.ORDER, stock=RefundStock.ALWAYS, closes=False, of_nothing=True),
    void=Void.WITH_CANCEL,
    edit=Edit.KEPT,
    adjusts=frozenset({Adjust.KEEP}),
)
SCOPES = (
    Scope("read_orders", _("Nothing works without reading orders."), is_vital=True),
    Scope("write_orders", _("No order can be cancelled or refunded."), is_vital=True),
    Scope(
        "read_merchant_managed_fulfillment_orders",
        _("Rescind cannot see what is still waiting to be shipped, so no order can be opened."),
        is_vital=True,
    ),
    Scope("read_all_orders", _("Orders older than 60 days are invisible.")),
    Scope(
        "write_order_edits",
        _("Unpaid orders cannot be reduced, and units cannot be kept out of stock by an edit."),
        needed_for=("EditOrder",),
    ),
    Scope(
        "read_third_party_fulfillment_orders",
        _("Units at a fulfilment service are not seen, so they cannot be cancelled here."),
    ),
    Scope("read_locations", _("Locations are shown without their state.")),
    Scope(
        "read_inventory",
        _("It is not known which products are counted in stock, and no stock can be corrected."),
        needed_for=("CorrectStock",),
    ),
    Scope("write_inventory", _("Stock that Shopify put back cannot be taken out again."), needed_for=("CorrectStock",)),
    Scope("read_returns", _("Open returns are known to exist, but not shown.")),
    Scope("read_customers", _("Customers' names are not shown.")),
)

REASONS: Mapping[Reason, str] = {
    Reason.CUSTOMER: "CUSTOMER",
    Reason.OUT_OF_STOCK: "INVENTORY",
    Reason.FRAUD: "FRAUD",
    Reason.PAYMENT_DECLINED: "DECLINED",
    Reason.DUPLICATE: "CUSTOMER",
    Reason.ADDRESS: "OTHER",
    Reason.PRICE_ERROR: "STAFF",
    Reason.STAFF_ERROR: "STAFF",
    Reason.OTHER: "OTHER",
}
CANCEL_REASONS = {
    "CUSTOMER": _("Customer changed their mind"),
    "INVENTORY": _("Out of stock"),
    "FRAUD": _("Fraud"),
    "DECLINED": _("Payment declined"),
    "STAFF": _("Staff error"),
    "OTHER": _("Other"),
}
FULFILMENT = {
    "UNFULFILLED": Fulfilment.UNFULFILLED,
    "OPEN": Fulfilment.UNFULFILLED,
    "RESTOCKED": Fulfilment.UNFULFILLED,
    "PENDING_FULFILLMENT": Fulfilment.IN_PROGRESS,
    "IN_PROGRESS": Fulfilment.IN_PROGRESS,
    "REQUEST_DECLINED": Fulfilment.UNFULFILLED,
    "SCHEDULED": Fulfilment.SCHEDULED,
    "ON_HOLD": Fulfilment.ON_HOLD,
    "PARTIALLY_FULFILLED": Fulfilment.PARTIAL,
    "FULFILLED": Fulfilment.FULFILLED,
    "FULFILLMENT_NOT_REQUIRED": Fulfilment.NOT_NEEDED,
}
PAYMENT = {
    "PENDING": PaymentState.PENDING,
    "AUTHORIZED": PaymentState.AUTHORISED,
    "PARTIALLY_PAID": PaymentState.PARTLY_PAID,
    "PAID": PaymentState.PAID,
    "PARTIALLY_REFUNDED": PaymentState.PARTLY_REFUNDED,
    "REFUNDED": PaymentState.REFUNDED,
    "VOIDED": PaymentState.VOIDED,
    "EXPIRED": PaymentState.EXPIRED,
}

ADVICE = {"CANCEL": _("Shopify advises to cancel: high risk."), "INVESTIGATE": _("Shopify advises to investigate.")}
# Units that somebody else holds: why a line, and why the whole order, cannot be cancelled.
HELD_OF_LINE = {
    Readiness.WITH_SERVICE: _("%(who)s has these units. Ask for them back in Shopify first."),
    Readiness.WAITING: _("%(who)s was asked to stop and has not answered yet."),
    Readiness.REFUSED: _("%(who)s will not give these units back: start a return once they have arrived."),
}
HELD_OF_ORDER = {
    Readiness.WITH_SERVICE: _("%(who)s has units of this order."),
    Readiness.WAITING: _("%(who)s has not yet said whether it stops."),
    Readiness.REFUSED: _("%(who)s will ship its units all the same."),
}

# --- errors -------------------------------------------------------------------------------------------
STATUSES: Mapping[int | None, str] = {
    400: _("Shopify did not understand the request. Reconnect the shop if this repeats."),
    401: _("Shopify no longer accepts our credentials. Reconnect the shop in its settings."),
    402: _("This Shopify store is frozen because its bill is unpaid. Pay it in Shopify, then try again."),
    403: _("Shopify refused access. Check the app's rights in Shopify, then test the connection."),
    404: _("Shopify knows no such shop or API version. Check the shop address in the shop's settings."),
    406: _("Shopify could not answer in the form we asked for."),
    409: _("Somebody else is changing this order right now. It is read again before anything else."),
    414: _("Shopify found the request too long."),
    415: _("Shopify did not accept the form of the request."),
    422: _("Shopify found the request invalid. Read the order again."),
    423: _("This Shopify store is locked for the moment. It is tried again in some minutes."),
    429: _("Shopify asks us to slow down. It goes on by itself."),
    430: _("Shopify's security stopped us: ask Shopify's support why."),
}
CODES = {
    "MAX_COST_EXCEEDED": _("This order is too large to be read in one piece. Please report it to your administrator."),
    "SHOP_INACTIVE": _("This Shopify store is not active. Activate it in Shopify, then try again."),
    "CHANGE_FROM_QUANTITY_STALE": _(
        "The stock moved between reading and writing, so Shopify changed nothing. Look at it, then use Retry."
    ),
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": _(
        "Shopify has seen this request with other contents and did nothing now. A person must look at the order."
    ),
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": _(
        "An earlier attempt failed at Shopify. Look at the order, then use Retry to send it afresh."
    ),
}
CODE_BUG = _("Shopify did not understand Rescind. Please report it to your administrator.")
NOT_FOUND = _(
    "Shopify does not show this order. Either it was deleted, or it is older than 60 days and the app lacks "
    "read_all_orders: grant that right in Shopify and test the connection again."
)
CANCEL_CODES = {
    "INVALID": _("Shopify cannot cancel this order as it stands now. Read it again: the reason is shown there."),
    "NOT_FOUND": NOT_FOUND,
    "NO_REFUND_PERMISSION": _("The app's user may not refund in Shopify. Grant the right or cancel without refund."),
    "NO_REFUND_TO_STORE_CREDIT_PERMISSION": _("The app's user may not refund to store credit in Shopify."),
    "STORE_CREDIT_REFUND_B2B_NOT_SUPPORTED": _("Orders of companies cannot be refunded to store credit."),
    "STORE_CREDIT_REFUND_MISSING_CUSTOMER": _("Store credit needs a customer on the order."),
    "STORE_CREDIT_REFUND_EXPIRATION_IN_PAST": _("The store credit would expire in the past."),
}
VOID_CODES = {
    "AUTH_NOT_SUCCESSFUL": _("This authorisation never succeeded, so there is nothing to release."),
    "AUTH_NOT_VOIDABLE": _("This authorisation can no longer be released. Look at the payment in Shopify."),
    "TRANSACTION_NOT_FOUND": _("Shopify no longer knows this payment."),
    "GENERIC_ERROR": _("The payment provider did not release the authorisation. Try again or release it in Shopify."),
}
JOB_NOT_CANCELLED = _(
    "Shopify finished the job without cancelling the order. Read it again: the reason is shown there."
)
NOT_PAID_BACK = _("The units are off the order, but the payment provider refused to pay back. Pay back in Shopify.")
PARTLY_PAID_BACK = _(
    "A refund is there of which the payment provider paid back one part and refused another. Look at it in Shopify."
)
BUCKET_TOO_SMALL = _("Shopify allows this shop so few calls at the moment that the order cannot be read.")
UNREADABLE = _("Shopify's answer could not be understood.")


def refused(message: str) -> str:
    """Shopify's own words, which have no code."""
    said = " ".join(message.split())[:200]
    return gettext("Shopify refused: %(said)s") % {"said": said} if said else gettext("Shopify refused this.")


def words_of(code: str, errors: Sequence[Any]) -> str:
    """Of errors that say nothing was done."""
    return access_denied(errors) if code == "ACCESS_DENIED" else str(CODES.get(code) or CODE_BUG)


def access_denied(errors: Iterable[Any]) -> str:
    """Which rights are missing, when Shopify says it."""
    needed = ", ".join(dict.fromkeys(filter(None, map(_needed, errors))))
    if needed:
        return gettext("The app lacks a right in Shopify: %(needed)s. Grant it, then test the connection.") % {
            "needed": needed[:300]
        }
    return gettext("The app lacks a right in Shopify for this. Test the connection to see which one.")


def _needed(error: Any) -> str:
    extensions = error.get("extensions") if isinstance(error, Mapping) else None
    needed = extensions.get("requiredAccess") if isinstance(extensions, Mapping) else None
    return needed.replace("`", "")[:120] if isinstance(needed, str) else ""


def return_state(code: str) -> str:
    """RETURN_REQUESTED as words; nothing where there is no return."""
    return "" if code == "NO_RETURN" else code.replace("_", " ").capitalize()
