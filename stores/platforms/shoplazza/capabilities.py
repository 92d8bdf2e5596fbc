"""What people read about Shoplazza: capabilities, rights, states, and what each error means for them."""

from __future__ import annotations

from collections.abc import Mapping

from stores.canonical.capabilities import Capabilities, assisted, composed, impossible, native
from stores.canonical.order import Fulfilment, PaymentState
from stores.canonical.recipe import Cancel, Per, Recipe, Refund, Refunds, RefundStock, Restock
from stores.connectors import sentences
from stores.connectors.roles import Scope
from stores.connectors.sentences import _

CAPABILITIES = Capabilities(
    **sentences.untold("Shoplazza"),
    import_orders=native(_("All orders are copied page by page; abandoned checkouts are left out.")),
    list_units=composed(_("The list tells units and shipments; refunds under way are seen when opened.")),
    list_money=native(_("The list tells the total after refunds and the state of payment.")),
    search_orders=native(_("Rescind searches its own copy, since Shoplazza ignores filters it does not know.")),
    receive_events=native(_("Shoplazza tells us of changes; each message only makes us read the order again.")),
    read_order=native(_("Lines, payments, shipments and refunds are read live, in three calls.")),
    cancel_order=native(
        _("One call sets the order to cancelled. What is refunded goes back before it, with its units.")
    ),
    cancel_lines=composed(
        _("Shoplazza cannot cancel part of an order: Rescind refunds these units. Tell the warehouse not to ship.")
    ),
    cancel_rest=composed(
        _("Of a partly shipped order all units that have not left are refunded; the order itself stays open.")
    ),
    refund_quote=composed(
        _("Shoplazza has no calculator: Rescind estimates the amount from the order, and you can change it.")
    ),
    refund=native(_("Money goes back through the payments it came from; a provider takes some seconds.")),
    refund_part=native(_("Any amount up to what was paid and not yet given back.")),
    refund_shipping=native(_("All of it, part of it, or none.")),
    cancel_without_refund=native(
        _("A whole order can be cancelled without giving money back; part of an order cannot.")
    ),
    labels=impossible(_("Shoplazza does not tell whether a label was bought, only what was tracked.")),
    void_authorisation=assisted(
        _("Shoplazza offers no way to release an authorisation: release it at the payment provider.")
    ),
    restock=native(_("Said per line of the refund; units go back to the place the order was assigned to.")),
    restock_at_location=impossible(_("The place is the order's own and cannot be chosen.")),
    keep_stock=native(_("Said per line of the refund: units that are not put back stay out of stock.")),
    notify_customer=impossible(_("Shoplazza's calls have no switch for it; what it sends is set in the shop.")),
    staff_note=native(_("Cancel takes a reason and a refund takes a note; Rescind writes both.")),
    find_again=native(_("Rescind's mark in the reason or the note shows after a lost answer what was done.")),
    undo=impossible(_("A cancelled order stays cancelled, a refund stays paid, and restocking is final.")),
)
RECIPE = Recipe(
    cancel=Cancel(refunds=Refunds.FIRST, restocks=Restock.NEVER),
    units=Refund(per=Per.ORDER, stock=RefundStock.PER_LINE, closes=False),
)
SCOPES = (
    Scope("read_shop", _("The shop's name and currency cannot be read."), is_vital=True),
    Scope("read_order", _("Nothing works without reading orders."), is_vital=True),
    Scope(
        "write_order", _("No order can be cancelled or refunded."), is_vital=True,
        needed_for=("CancelOrder", "RefundOrder"),
    ),
)  # fmt: skip

# --- states -------------------------------------------------------------------------------------------
ORDER = {
    "opened": _("Awaiting payment"),
    "placed": _("In progress"),
    "finished": _("Finished"),
    "cancelled": _("Cancelled"),
}
PAYMENT = {
    **dict.fromkeys(("waiting", "paying", "failed"), PaymentState.PENDING),
    "authorized": PaymentState.AUTHORISED,
    "partially_paid": PaymentState.PARTLY_PAID,
    "paid": PaymentState.PAID,
    "cancelled": PaymentState.VOIDED,
    "refunded": PaymentState.REFUNDED,
    "partially_refunded": PaymentState.PARTLY_REFUNDED,
}
BY_AMOUNT = ("refunding", "refund_failed")  # how much went back tells more than the word
FULFILMENT = {
    **dict.fromkeys(("initialled", "waiting", "cancelled"), Fulfilment.UNFULFILLED),
    **dict.fromkeys(("partially_shipped", "partially_finished"), Fulfilment.PARTIAL),
    **dict.fromkeys(("shipped", "finished"), Fulfilment.FULFILLED),
    **dict.fromkeys(("returning", "partially_returned", "returned"), Fulfilment.FULFILLED),
}
RETURNS = {"returning": _("Return in progress"), "partially_returned": _("Partly returned"), "returned": _("Returned")}
RECOVERY = {
    "waiting": _("Abandoned checkout: waiting to be recalled"),
    "sending": _("Abandoned checkout: the reminder is being sent"),
    "recalling": _("Abandoned checkout: the customer is being reminded"),
    "failed": _("Abandoned checkout: the reminder failed"),
    "success": _("Recovered from an abandoned checkout"),
}
MONEY_STATES = {
    "paying": _("The payment is being reviewed."),
    "failed": _("The payment failed."),
    "refunding": _("A refund is on its way."),
    "refund_failed": _("A refund failed at the payment provider."),
}
MONEY_MOVED = ("refunding", "refund_failed", "refunded", "partially_refunded")
NO_RECORD = _("Shoplazza says that money went back and lists no refund. Look at the order there.")
GIFT_CARD = _("Part was paid with a gift card; Shoplazza does not say how that part is given back.")
AUTHORISED = _("Only authorised: nothing was taken, and the authorisation may stay until it expires.")
DIVIDE = _("Two payments used the same channel: say how much goes back through each.")
UNPAID = _("Before it is paid, only the whole order can be cancelled.")
SHIPPED = _("Part of it has shipped: only what has not left can be cancelled.")
NOT_OPEN = _("The order is neither awaiting payment nor in progress.")
PENDING_REFUND = _("A refund of this order is still on its way.")
DELETED = _("The order was deleted in Shoplazza.")
LINE_CLOSED = _("The order is closed, so nothing of it can be cancelled.")

# --- errors -------------------------------------------------------------------------------------------
STATUSES: Mapping[int | None, str] = {
    400: _("Shoplazza found a value wrong."),
    401: _("Shoplazza no longer accepts our token. Reconnect the shop in its settings."),
    403: _("The app lacks a right in Shoplazza. Grant read_order and write_order, then test the connection."),
    404: _("Shoplazza knows no such order, shop or API version. Check the shop in its settings."),
    405: _("Shoplazza does not offer this call. Please report it to your administrator."),
    406: _("Shoplazza does not allow this for the order as it stands now. Read it again: its state is shown there."),
    422: _("Shoplazza found the request invalid. Read the order again."),
    429: _("Shoplazza asks us to slow down. It goes on by itself."),
}
INACTIVE = _("This Shoplazza store is not active. Activate it in Shoplazza, then try again.")
REFUSED = _("Shoplazza refused this.")
NOT_FOUND = _("Shoplazza does not show this order. It may have been deleted.")
NOT_THERE = _("Shoplazza does not offer this call in this version. Please report it to your administrator.")
NOT_PAID_BACK = _("The refund was recorded, but the payment provider refused to pay back. Look at it in Shoplazza.")
UNREADABLE = _("Shoplazza's answer could not be understood.")
OLD_VERSION = _(
    "Below version 2025-06 this very call would refund the whole order, so Rescind does not send it. "
    "Choose 2026-01 in the shop's settings."
)
NOTHING_BACK = _("Units leave a Shoplazza order only together with money.")
BY_REFUND = _("Shoplazza's cancel takes a reason only; money, stock and messages are not part of it.")
