"""What people read about Square: capabilities, rights, states, and what each refusal means for them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext

from stores.canonical.capabilities import Capabilities, composed, impossible, native
from stores.canonical.recipe import Adjust, Cancel, Edit, Per, Recipe, Refund, Refunds, RefundStock, Restock, Void
from stores.connectors.roles import Scope
from stores.connectors.sentences import _
from stores.kernel.i18n import with_theirs
from stores.kernel.money import Money

HOOK_SETUP = _(
    "In the Square Developer Dashboard, open your application, add a webhook subscription for this shop's address "
    "here, choose order.updated and version 2025-08-20, and copy its signature key into the shop's settings. Rescind "
    "adds the other events."
)


CAPABILITIES = Capabilities(
    import_orders=native(_("Orders of all your locations are copied page by page; drafts are left out.")),
    list_units=composed(_("The list tells units and shipments; what refunds took is seen when opened.")),
    list_money=composed(_("The list tells what was paid; refunds are seen when opened.")),
    search_orders=native(_("Rescind searches its own copy by number, name and item; Square's orders name no SKU.")),
    receive_events=composed(
        _("You make the subscription in Square and give us its key; Rescind adds the events it needs.")
    ),
    read_order=native(_("The order, its payments and its refunds are read live.")),
    cancel_order=composed(
        _("An unpaid order is cancelled; of a paid one the pick-up or delivery, and what is refunded goes back.")
    ),
    cancel_lines=composed(
        _("Unpaid orders are reduced. Of paid ones the amount is refunded and we note which units it was for.")
    ),
    cancel_rest=composed(
        _("What was not handed over is refunded; its pick-up or delivery stays open, so tell the shop.")
    ),
    cancel_while_packing=native(_("An order that is prepared can still be cancelled: stop it at the counter as well.")),
    refund_quote=composed(
        _("Square has no calculator: Rescind shares out each line's total to the cent, and you can change the sum.")
    ),
    refund=native(
        _(
            "Money goes back through each payment it came from; cash is recorded and you hand it over. To a Square "
            "gift card instead: give it back in Square's own desk, Rescind reads it there."
        )
    ),
    refund_part=native(_("Any amount up to what a payment still holds, at most twenty times.")),
    refund_shipping=impossible(
        _("Square knows no shipping: service charges and tips go back when the whole order does.")
    ),
    cancel_without_refund=native(
        _("The pick-up or delivery of a paid order is cancelled and the money stays; part of an order cannot be.")
    ),
    disputes=native(_("A payment whose dispute is open or lost gives no money back, unless a second person agrees.")),
    labels=impossible(_("Square does not tell whether a label was bought, only what was tracked.")),
    void_authorisation=native(_("A card that was only approved is released before the order is cancelled.")),
    restock=composed(
        _("Square puts nothing back by itself: Rescind adds the units to your inventory in a call of its own.")
    ),
    restock_at_location=native(_("Units go back at the order's location, or at one you choose.")),
    keep_stock=native(_("Nothing goes back unless you say so, so units stay out of stock by themselves.")),
    notify_customer=impossible(_("Square decides about its own receipts; calls cannot switch them.")),
    staff_note=native(
        _("A cancel writes it into the order's own data. A refund's reason, seen on receipts, stays neutral.")
    ),
    find_again=native(_("Rescind's mark in the refund, the order or the stock movement shows what was done.")),
    idempotency=native(_("Square remembers each request by its key, so that sending it again acts once.")),
    undo=impossible(_("A cancelled order stays cancelled and a refund stays paid; sell it anew.")),
)
RECIPE = Recipe(
    cancel=Cancel(refunds=Refunds.AFTER, restocks=Restock.NEVER),
    units=Refund(per=Per.PAYMENT, stock=RefundStock.NONE, closes=False),
    void=Void.FIRST,
    edit=Edit.UNPAID,
    adjusts=frozenset({Adjust.ADD}),
)
SCOPES = (
    Scope("MERCHANT_PROFILE_READ", _("Your locations and their currency cannot be read."), is_vital=True),
    Scope("ORDERS_READ", _("Nothing works without reading orders."), is_vital=True),
    Scope("PAYMENTS_READ", _("Payments and refunds cannot be read, so nothing can be planned."), is_vital=True),
    Scope(
        "ORDERS_WRITE", _("No order can be cancelled or reduced."), is_vital=True,
        needed_for=("CancelOrder", "EditOrder"),
    ),
    Scope(
        "PAYMENTS_WRITE", _("No money can be refunded or released."), is_vital=True,
        needed_for=("RefundOrder", "VoidPayment"),
    ),
    Scope("DISPUTES_READ", _("Rescind cannot see whether a bank disputes a payment: a refund could then pay twice.")),
    Scope("INVENTORY_READ", _("Rescind cannot see whether an order took units from stock.")),
    Scope("INVENTORY_WRITE", _("Units cannot be put back into stock."), needed_for=("CorrectStock",)),
)  # fmt: skip

# --- disputes -----------------------------------------------------------------------------------------
DISPUTES_UNKNOWN = _("Square does not tell Rescind whether a bank disputes this payment: look there before you refund.")
DISPUTES_OTHER = _(
    "The customer's bank disputes this payment; Square does not say in words Rescind knows how it stands"
)
DISPUTES = {
    "INQUIRY_EVIDENCE_REQUIRED": _("The bank asks about this payment and waits for your answer"),
    "INQUIRY_PROCESSING": _("The bank asks about this payment and looks at your answer"),
    "EVIDENCE_REQUIRED": _("The customer's bank disputes this payment and waits for your evidence"),
    "PROCESSING": _("The customer's bank disputes this payment and looks at your evidence"),
    "LOST": _("The dispute was lost: the bank has given the money back"),
    "ACCEPTED": _("The dispute was accepted: the bank has given the money back"),
}

# --- states -------------------------------------------------------------------------------------------
KINDS = {"CUSTOM_AMOUNT": _("Custom amount"), "GIFT_CARD": _("Gift card")}
FULFILMENTS = {"PICKUP": _("Pick-up"), "SHIPMENT": _("Shipment"), "DELIVERY": _("Delivery")}
HANDED_OVER = _("Handed over")
CANCELLED = _("Cancelled in Square")
CALLED_OFF = _("Cancelled: nothing of it is handed over any more")
BY_REFUND = _("Cancelled by refund")
OVER = _("The order is cancelled already.")
DRAFT = _("This is a draft: nobody ordered it yet.")
CLOSED = _("The order is closed in Square and cannot be changed.")
NO_VERSION = _("The order was made at the till, and Square does not let other programs change it. Cancel it there.")
SHIPPED = _("Part of it was handed over: only what was not can be cancelled.")
PENDING_REFUND = _("A refund of this order is still on its way.")
PENDING_PAYMENT = _("A payment of this order is still on its way. Wait until it has come in or failed.")
PAID_EDIT = _("Square edits no order that was paid: its units leave with a refund.")
HELD_EDIT = _(
    "A card is approved for the whole amount. Take the money or release it first, then part can be cancelled."
)
LINE_GONE = _("These units were handed over or refunded already.")
SPENT = _(
    "Nothing can go back through Square any more, and units leave a sale like this only with money: put them into "
    "stock there yourself."
)
HANDED_OVER_RISK = _(
    "The sale is complete and nothing was left to hand over: the goods may be with the customer. Ask before you refund."
)
STAYS_OPEN = _(
    "Made at the till: the money can go back, but the pick-up or delivery stays open in Square. Stop it there."
)
ON_ITS_WAY = _("A refund is on its way.")
NOT_PAID_BACK = _("The refund was recorded, but the payment provider did not pay it back. Look at it in Square.")
TWENTY = _("Square allows twenty refunds of one payment, and they are used up.")
A_YEAR = _(
    "The payment is more than a year old, and Square no longer refunds it. Pay the customer back in another way."
)
HIDDEN = _("A payment of this order was made with another application and cannot be seen or refunded here.")
BY_HAND = _("Part was paid in cash or outside Square: a refund of it is only recorded, hand the money over yourself.")
GIFT_CARD = _("A gift card was sold: refunding does not take its balance away. Block the card in Square.")

# --- refusals -----------------------------------------------------------------------------------------
UNREADABLE = _("Square's answer could not be understood.")
MOVED = _("The order or its payment was changed in Square meanwhile. Look at the new preview.")
PAID = _("Square does not cancel an order once money came in. Read it again: it is refunded instead.")
STILL_HELD = _("A card payment is still only approved. It is released first.")
REFUND_ENDS_IT = _("Nothing is left to hand over, so giving the money back is what ends this order.")
ORDER_ONLY = _("Square's cancel is about the order alone: money, stock and messages are not part of it.")
NOTHING_LEFT = _("Nothing would stay on the order: cancel the whole order instead.")
NOTHING_BACK = _("Units leave a paid Square order only together with money, one payment at a time.")
ONLY_BACK = _("Rescind puts units back into Square's stock and never takes any away.")
OTHER_QUANTITY = _("An adjustment with our mark is there, but with another quantity.")
UNITS_GONE = _("These units were refunded meanwhile.")
TOO_MANY_LINES = _(
    "So many lines do not fit into Square's reason, where Rescind notes what a refund was for. Cancel fewer lines at a "
    "time."
)
NO_LOCATION = _("This seller has no location in Square. Add one there, then test the connection.")
CODES: Mapping[str, str] = {
    "BAD_REQUEST": _("Square does not allow this for the order as it stands. Read it again."),
    "REFUND_AMOUNT_INVALID": _("Square refunds less than this of the payment, or only all of it."),
    "REFUND_ALREADY_PENDING": _("Another refund of this payment is still on its way. Rescind waits for it."),
    "PAYMENT_NOT_REFUNDABLE": _("Square no longer refunds this payment. Pay the customer back in another way."),
    "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE": _(
        "The customer's bank disputes this payment: the dispute decides about the money. Answer it in Square."
    ),
    "REFUND_DECLINED": _("The customer's bank declined the refund. Pay the customer back in another way."),
    "REFUND_ERROR_PAYMENT_NEEDS_COMPLETION": _("The card was only approved: it is released instead of refunded."),
    "DELAYED_TRANSACTION_CANCELED": _("The approval was released already."),
    "DELAYED_TRANSACTION_CAPTURED": _(
        "The money was taken meanwhile: it can be refunded now. Look at the new preview."
    ),
    "DELAYED_TRANSACTION_EXPIRED": _("The approval ran out by itself. Look at the new preview."),
    "DELAYED_TRANSACTION_FAILED": _("The approval failed. Look at the new preview."),
    "ORDER_UNPAID_NOT_RETURNABLE": _("Nothing was paid for this order, so nothing can go back."),
    "CURRENCY_MISMATCH": _("The currency is not the payment's."),
    "LOCATION_MISMATCH": _("The order belongs to another location."),
    "IDEMPOTENCY_KEY_REUSED": _("This step's key was used for something else. Please report it to your administrator."),
    "UNAUTHORIZED": _("Square no longer accepts our token. Reconnect the shop in its settings."),
    "ACCESS_TOKEN_EXPIRED": _("Square's token has expired. Reconnect the shop in its settings."),
    "ACCESS_TOKEN_REVOKED": _("Square's token was revoked. Reconnect the shop in its settings."),
    "INSUFFICIENT_SCOPES": _("The token lacks a right in Square. Grant it, then test the connection."),
    "INSUFFICIENT_PERMISSIONS_FOR_REFUND": _("Square does not let this token refund. Grant the right, then test it."),
    "FORBIDDEN": _("Square forbids this to our token. Look at its rights in Square."),
    "NOT_FOUND": _("Square does not show this order, or it belongs to another seller."),
}


def refused(code: str, detail: str) -> str:
    """Our words for the code, and Square's own where it has some."""
    ours = str(CODES.get(code) or gettext("Square refused this."))
    return with_theirs(ours, "Square", detail)


def unallocated(amount: Money) -> str:
    return gettext(
        "Unallocated refund: %(amount)s %(currency)s went back without a word on which units it was for."
    ) % {"amount": f"{amount.amount:f}", "currency": amount.currency}


def other_version(said: str, wanted: str) -> str:
    return gettext("Square answered in version %(said)s instead of %(wanted)s, so the answer was not used.") % {
        "said": said,
        "wanted": wanted,
    }
