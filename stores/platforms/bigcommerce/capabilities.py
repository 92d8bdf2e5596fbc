"""What people read about BigCommerce: capabilities, rights, states, and what each error means for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stores.canonical.capabilities import Capabilities, composed, impossible, native
from stores.canonical.order import Fulfilment, PaymentState
from stores.canonical.recipe import Adjust, Cancel, Per, Recipe, Refund, Refunds, RefundStock, Restock, Void
from stores.connectors.errors import Outcomes, Row, Said, by_status, one_line
from stores.connectors.roles import Scope
from stores.connectors.sentences import _
from stores.kernel.errors import RemoteRefused

CAPABILITIES = Capabilities(
    import_orders=native(_("All orders are copied with their lines, 250 a call; open carts are left out.")),
    list_units=composed(_("The list tells units refunded and shipped; pending refunds are seen when opened.")),
    list_money=composed(_("The list tells the total as it was placed; refunds are seen when opened.")),
    search_orders=native(_("Rescind searches its own copy, since BigCommerce has no free-text search.")),
    receive_events=native(
        _("BigCommerce tells us of changes, signed with the account's client secret; each message makes us read.")
    ),
    read_order=native(_("Order, payments, refunds and stock with its settings are read live, in five or six calls.")),
    cancel_order=composed(
        _("What is refunded goes back first, what is released is released; then the order is set to Cancelled.")
    ),
    cancel_lines=composed(
        _("BigCommerce cannot cancel a line: Rescind refunds these units. Tell the warehouse not to ship them.")
    ),
    cancel_rest=composed(
        _("Of a partly shipped order all units that have not left are refunded; its status follows by itself.")
    ),
    cancel_while_packing=native(
        _("BigCommerce allows it while an order awaits shipment or pickup. Ask the warehouse before you cancel.")
    ),
    refund_quote=native(_("BigCommerce computes amount and tax, and says how they can be paid back.")),
    refund=native(_("Money goes back through the payments it came from; the provider takes some seconds.")),
    refund_part=native(
        _("An amount of your own replaces BigCommerce's, up to its own; the tax in it is taken in proportion.")
    ),
    refund_shipping=native(_("All of it, part of it, or none; for several addresses, address by address.")),
    cancel_without_refund=native(
        _("A whole order can be cancelled without giving money back; part of an order cannot.")
    ),
    disputes=native(
        _(
            "An order that BigCommerce calls disputed gives no money back, unless a second person agrees. That "
            "word is its status: banks set none, and the next status, also a refund's, takes it away."
        )
    ),
    labels=impossible(_("BigCommerce does not tell whether a label was bought, only what was tracked.")),
    void_authorisation=native(_("One call releases what was authorised; BigCommerce confirms it later.")),
    restock=composed(
        _("By the cancellation where the inventory settings say so, else by an adjustment; never by a refund.")
    ),
    restock_at_location=impossible(_("Units go back to the place where the order took them.")),
    keep_stock=composed(
        _("A refund leaves stock alone; units that a cancellation puts back are taken out again by an adjustment.")
    ),
    notify_customer=impossible(_("The calls have no switch for it: what customers get is set in the shop.")),
    staff_note=native(_("The note joins the order's staff notes; each refunded item carries it as its reason.")),
    find_again=native(_("Rescind's mark in reasons and staff notes shows after a lost answer what was done.")),
    idempotency=impossible(
        _("BigCommerce would refund a second time: after a lost answer a person decides whether it is sent again.")
    ),
    undo=impossible(_("A refund stays paid and an authorisation stays released. A status could be set back.")),
)
RECIPE = Recipe(
    cancel=Cancel(refunds=Refunds.FIRST, restocks=Restock.ALWAYS),
    units=Refund(per=Per.ORDER, stock=RefundStock.NONE, closes=True),
    void=Void.FIRST,
    adjusts=frozenset({Adjust.KEEP, Adjust.ADD}),
)
SCOPES = (
    Scope(
        "store_v2_orders", _("No order can be read or cancelled."), is_vital=True, needed_for=("CancelOrder",)
    ),
    Scope(
        "store_v2_transactions", _("Payments cannot be read, and no money can go back."), is_vital=True,
        needed_for=("RefundOrder", "VoidPayment"),
    ),
    Scope(
        "store_v2_information_read_only",
        _("The shop's name and inventory settings cannot be read, so nobody knows what a cancellation does to stock."),
        is_vital=True,
    ),
    Scope(
        "store_inventory", _("Units cannot be put back in stock, nor taken out again."), needed_for=("CorrectStock",)
    ),
)  # fmt: skip
RIGHTS = (  # and one harmless read for each
    ("store_v2_information_read_only", "v3/settings/inventory"),
    ("store_v2_orders", "v2/orders?limit=1"),
    ("store_v2_transactions", "v3/orders/1/transactions"),
    ("store_inventory", "v3/inventory/items?limit=1"),
)

# --- states -------------------------------------------------------------------------------------------
INCOMPLETE, SHIPPED, PART_SHIPPED, REFUNDED, CANCELLED, COMPLETED = 0, 2, 3, 4, 5, 10
PACKING = {8: _("Awaiting pickup"), 9: _("Awaiting shipment")}
UNPAID = (0, 1, 5, 6, 7)
CLOSED = {
    SHIPPED: _("The order counts as shipped: start a return instead."),
    REFUNDED: _("The order was refunded as a whole."),
    CANCELLED: _("The order is cancelled."),
    COMPLETED: _("The order is completed: start a return instead."),
}
FULFILMENT = {
    SHIPPED: Fulfilment.FULFILLED,
    PART_SHIPPED: Fulfilment.PARTIAL,
    8: Fulfilment.IN_PROGRESS,
    9: Fulfilment.IN_PROGRESS,
    COMPLETED: Fulfilment.FULFILLED,
}
PAYMENT = {
    **dict.fromkeys(("authorized", "capture pending", "held for review", "void pending"), PaymentState.AUTHORISED),
    **dict.fromkeys(("captured", "paid"), PaymentState.PAID),
    **dict.fromkeys(("declined", "pending"), PaymentState.PENDING),
    "partially refunded": PaymentState.PARTLY_REFUNDED,
    "refunded": PaymentState.REFUNDED,
    "void": PaymentState.VOIDED,
}
TAKEN = ("captured", "paid", "partially refunded", "refunded", "declined")  # nothing is left to be released
UNDECIDED = {
    "capture pending": _("The payment is being captured right now. Wait until that is done."),
    "held for review": _("The payment is held for review. Accept or refuse it in BigCommerce first."),
    "void pending": _("The authorisation is being released right now. Wait until that is done."),
}
REMARKS = {
    6: _("The payment was declined."),
    12: _("BigCommerce asks for a manual verification of this order."),
}
DISPUTED = 13
DISPUTE = _("The payment is disputed")
ARCHIVED = _("The order is archived in BigCommerce.")
TWO_CURRENCIES = _(
    "BigCommerce tells this order in two currencies, and it is not certain which amounts are in which. "
    "Cancel it in BigCommerce."
)
NO_PAYMENT = _("BigCommerce says that this order was paid and shows no payment of it. Refund it in BigCommerce.")
PENDING_REFUND = _("A refund of this order is still on its way.")
DECLINED_BEFORE = _("A refund of %(amount)s was declined by the payment provider: look at it in BigCommerce.")
NO_STOCK_RIGHT = _("Stock is not shown to Rescind: the account lacks the right to it.")
LAST_LOCATION = _("Default location")

# --- errors -------------------------------------------------------------------------------------------
STATUSES: Mapping[int | None, str] = {
    400: _("BigCommerce found the request malformed. Please report it to your administrator."),
    401: _("BigCommerce no longer accepts our token. Reconnect the shop in its settings."),
    403: _("The API account lacks a right in BigCommerce. Grant it there, then test the connection."),
    404: _("BigCommerce knows no such order or store. Check the store hash in the shop's settings."),
    406: _("BigCommerce did not accept how we asked. Please report it to your administrator."),
    409: _("The order is being changed by somebody else right now. It is read again first."),
    413: _("BigCommerce found the request too large. Please report it to your administrator."),
    415: _("BigCommerce did not accept how we asked. Please report it to your administrator."),
    422: _("BigCommerce does not allow this for the order as it stands now. Read it again."),
    423: _("The store is locked for a while. It goes on by itself."),
    429: _("BigCommerce asks us to slow down. It goes on by itself."),
    507: _("The store has reached a limit of its plan. Look at it in BigCommerce."),
}
REFUND_RUNNING = "refund_running"  # a code of ours
# The only words that tell this refusal from the others of 422; exact texts are not documented.
IS_RUNNING = re.compile(r"another refund|running|in progress|concurrent", re.IGNORECASE)
RUNNING = _("Another refund of this order is running. It goes on by itself once that is finished.")
NOT_FOUND = _("BigCommerce does not show this order. It may have been deleted.")
UNREADABLE = _("BigCommerce's answer could not be understood.")
NOT_PAID_BACK = _("The refund was recorded, but the payment provider declined to pay back: %(why)s")
PART_NOT_PAID_BACK = _(
    "The refund was recorded, but only part of it was declined: %(why)s The other part may be paid back already. Look "
    "at it in BigCommerce before you pay anything."
)
CAPTURED = _("The payment was captured or changed meanwhile: there is nothing left to release.")
NOT_VOIDED = _("The authorisation was not released: BigCommerce says that it is still held.")
OTHER_WAY = _("BigCommerce now pays this refund back in another way than was planned.")
NO_WAY = _("BigCommerce offers no way to pay this back that the customer paid by. Refund it in BigCommerce.")
FINER = _("BigCommerce names an amount finer than this currency's smallest unit here. Refund it in BigCommerce.")
ALREADY = _("This very refund is on the order already.")
BY_ANOTHER = _("Somebody else cancelled this order meanwhile.")
NOTHING_BACK = _("Units leave a BigCommerce order only together with money.")
NOT_OPEN = _("The order changed since the plan was made: %(why)s")
STOCK_UNMARKED = _("Nothing at BigCommerce shows who moved stock. Compare its count with the shelf.")
UNITS_LEFT = _("Some of these units have left.")
STOCK_BY_ANOTHER = _(
    "Somebody else cancelled it, and that may have put all its units back in stock. Compare the count in BigCommerce."
)
STOCK_OPEN_AGAIN = _("It is no longer cancelled. Compare the count of its units in BigCommerce.")
NOTES_FULL = _("The order's staff notes are full. Make room in BigCommerce, then try again.")
NOT_COUNTED = _("BigCommerce does not count the stock of these units at this place.")


def flat(body: Any) -> str:
    """All that is said, as one message.

    v2: [{"status", "message"}]; v3: {"status", "title", "errors": {field: text}}; payment actions: {"data": [{…}]} with
    either of `title` and `error`, or {"errors": [{…}]} of the same; 504 of a void: {"errors": {…}}.
    """
    return one_line(body, ("data", "title", "message", "error"))


OUTCOMES = Outcomes(
    rows=(
        Row(status={507}, becomes=RemoteRefused, code="plan_limit"),
        Row(status={404}, becomes=RemoteRefused, code="not_found"),
        Row(status={422}, text=IS_RUNNING, becomes=RemoteRefused, code=REFUND_RUNNING, words=RUNNING),
    ),
    parse=lambda body: Said(text=flat(body)),
    words=by_status("BigCommerce", STATUSES),
    wait_seconds=30.0,  # 429 without a word about time: the platform itself is overloaded, for a whole window
)
