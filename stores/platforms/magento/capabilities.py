"""What Magento can do and how it wants to be asked, the rights that takes, and all that people read about it: why
something cannot be done, and what each error means for them.
"""

from __future__ import annotations

from collections.abc import Mapping

from stores.canonical.capabilities import Capabilities, composed, impossible, native
from stores.canonical.recipe import Cancel, Per, Recipe, Refund, Refunds, RefundStock, Restock, Void
from stores.connectors import sentences
from stores.connectors.roles import Scope
from stores.connectors.sentences import _

# --- states -------------------------------------------------------------------------------------------
STATE_BLOCKS: Mapping[str, str] = {
    "holded": _("The order is on hold. Release it in Magento, then it can be cancelled."),
    "payment_review": _("The payment is being reviewed. Accept or deny it in Magento first."),
    "canceled": _("The order is cancelled already."),
    "closed": _("The order is closed: everything was refunded."),
}
STATE_REMARKS: Mapping[str, str] = {
    "holded": _("On hold in Magento."),
    "payment_review": _("The payment is being reviewed."),
    "pending_payment": _("The customer has not finished paying."),
}
STATES = frozenset({*STATE_BLOCKS, *STATE_REMARKS, "new", "processing", "complete"})
LABEL = _("A shipping label was made for shipment %(name)s")
LABELS_UNREAD = _("Magento could not send the shipments with their labels: look there whether one was made")
SHIPPED = _("Part of it has shipped: only what was paid and has not left can be cancelled.")
OPEN_INVOICE = _("An invoice of this order is not paid yet. Cancel that invoice in Magento, or have it paid, first.")
NOTHING_LEFT = _(
    "No money of this order is left to give back, and Magento takes invoiced units off only together with money."
)
NO_ZERO_MEMOS = _(
    "Nothing was paid for this order, so its units leave only by a credit memo of 0.00, which this shop does not make. "
    "In Magento, allow it under Stores, Configuration, Sales, Sales, Allow Zero GrandTotal, and say so in the shop's "
    "settings here."
)
COST_NOTHING = _(
    "Nothing was paid for this order, and it is too special for a credit memo of 0.00 from here: several invoices, "
    "something not invoiced, or store credit. Make its credit memos in Magento itself."
)
ZERO_REFUSED = _(
    "Magento made no credit memo of 0.00. Allow it under Stores, Configuration, Sales, Sales, Allow Zero GrandTotal, "
    "or make the credit memo in Magento itself."
)
LINE_UNINVOICED = _(
    "Units that were never invoiced leave only with the whole order: Magento cannot cancel some of them, and the way "
    "around it would take money from the customer."
)
GIFT_CARDS = _(
    "Gift cards or reward points were used. A cancellation by API may not give them back: look at the customer's "
    "account afterwards."
)
SPECIAL = _("Store credit, gift wrapping, a product tax or an extra fee is part of it: the amounts are estimates.")
BY_HAND = _("The payment is only recorded in Magento: somebody has to pay the money back by hand.")
SHIPPING_TAXED = _(
    "The shipping is taxed, and the shop's settings here do not say how Magento reads a shipping refund: it goes back "
    "as an adjustment. The customer gets the same, and Magento's books show no refunded shipping. An extra refund made "
    "earlier counts as shipping here."
)
OTHER_CURRENCY = _(
    "The customer saw %(amount)s %(seen)s. Magento takes and refunds in its base currency, %(base)s, and so do the "
    "amounts here."
)

# --- what we do not send ------------------------------------------------------------------------------
BY_MEMO = _("Magento's cancel moves no money: what was paid goes back by credit memos.")
NO_MAIL = _("Magento writes to the customer about a credit memo, not about a cancellation.")
CANCEL_RESTOCKS = _("Magento's cancel always makes the units available again; it cannot be told to keep them out.")
ALL_INVOICED = _("Everything on this order is invoiced, so Magento would not cancel it. Refund it instead.")
PARTLY_INVOICED = _("Part of this order was invoiced or shipped meanwhile: Magento would cancel only the rest.")
NOTHING_BACK = _("Paid units leave a Magento order only together with money, by one credit memo per invoice.")
TOO_FINE = _("Magento moves money in steps of %(step)s.")
NO_INVOICE = _("The invoice is not there any more, or it is not paid.")
UNITS_GONE = _("Some of these units were refunded or left meanwhile.")
NOW_BY_HAND = _("This invoice cannot be refunded through the payment provider any more.")

# --- answers ------------------------------------------------------------------------------------------
SAID_FALSE = _(
    "Magento did not cancel the order. It does so only while something is not invoiced and the order is neither on "
    "hold, in payment review, complete, closed nor cancelled. A plug-in of the shop may also forbid it."
)
SAID_TRUE = _("Magento said yes and did not cancel the order. A plug-in of the shop may forbid it.")
SAID_PART = _(
    "Magento cancelled only part of the order: something of it was invoiced or shipped at the same moment. The units "
    "it took are available again. Look at the order in Magento."
)
NOT_SAVED = _(
    "Magento could not save the credit memo. Either the payment provider refused, or it paid and Magento lost the "
    "record. Look at the payment provider before anything is sent again."
)
UNSURE = _("Magento answered with an error that may have come after the credit memo was made. Rescind looks for it.")
NO_MEMO = _(
    "No credit memo with our mark is there. If the payment was online, look at the payment provider as well: Magento "
    "can lose the record of money that went back."
)
MEMO_CANCELED = _("The credit memo was made and then cancelled in the shop. Look at it, and at the payment provider.")
REFUNDED_WITHOUT_MEMO = _("Money went back on this order without a credit memo that explains it.")
NOT_FOUND = _("Magento does not show this order. It may have been deleted.")
NO_ROUTE = _(
    "Magento does not know this address. Check shop address and store code, and that the version is 2.3 or newer."
)
UNREADABLE = _("Magento's answer could not be understood.")
STATUSES: Mapping[int | None, str] = {
    400: _("Magento refused this."),
    401: _(
        "Magento does not accept the integration: its tokens were replaced, it was switched off, or it lacks a right. "
        "Look at it under System, Integrations, then reconnect the shop."
    ),
    403: _("Something in front of the shop refused the request. Ask whoever runs its firewall to let Rescind through."),
    429: _("Something in front of the shop asks us to slow down. It goes on by itself."),
    500: _("Magento had an internal error."),
    503: _("The shop is in maintenance. It goes on by itself once that is over."),
}
SIGNING: Mapping[str, str] = {
    "timestamp_refused": _("Magento says our clock is ahead. Check the clock of this server and of the shop."),
    "nonce_used": _("Magento has seen this request before. It is sent again with another number."),
    "signature_invalid": _(
        "The signature is wrong: check consumer secret and access token secret, and the shop address."
    ),
    "consumer_key_rejected": _(
        "Magento does not know the consumer key. Copy the four values of the integration again."
    ),
    "token_rejected": _("Magento does not know the access token. Copy the four values of the integration again."),
}


LACKING = _("The integration lacks a right in Magento. Grant it under System, Integrations.")

# --- capabilities -------------------------------------------------------------------------------------
CAPABILITIES = Capabilities(
    **sentences.untold("Magento"),
    import_orders=native(_("All orders are copied page by page, the longest unchanged first.")),
    list_units=composed(
        _("The list tells units refunded and shipped; invoices and credit memos are seen when opened.")
    ),
    list_money=native(_("The list tells the total after refunds and what was paid.")),
    search_orders=native(_("Rescind searches its own copy; Magento's own search is spared.")),
    receive_events=impossible(
        _("Magento Open Source tells nobody of changes: Rescind asks every minute what changed.")
    ),
    read_order=native(_("Lines, invoices, credit memos and shipments are read live, in one to four calls.")),
    cancel_order=native(
        _("What was never invoiced is cancelled in one call; what was paid is refunded, and the order is closed.")
    ),
    cancel_lines=native(
        _("Paid units are refunded by a credit memo. Units never invoiced leave only with the whole order.")
    ),
    cancel_rest=native(_("Of a partly shipped order, paid units that have not left are refunded.")),
    refund_quote=composed(
        _("Magento has no calculator: Rescind does Magento's arithmetic, and you can change the amount.")
    ),
    refund=native(
        _("One credit memo per invoice, through the payment provider where it was paid online. It is final.")
    ),
    refund_part=native(_("Any amount up to what is left; the difference to the units is booked as an adjustment.")),
    refund_shipping=native(_("All of it, part of it, or none; taxed shipping may be booked as an adjustment.")),
    cancel_without_refund=impossible(
        _(
            "Paid units leave a Magento order only with money. An order nobody paid is cancelled without, and one "
            "that cost nothing has a credit memo of 0.00."
        )
    ),
    labels=native(_("A label made in Magento is told with its shipment: it stays paid, and Rescind cannot void it.")),
    void_authorisation=composed(_("Cancelling the order releases what was only authorised.")),
    restock=native(_("Cancelled units can be sold again; of a refund it is said for each line.")),
    restock_at_location=impossible(_("Magento chooses the source itself.")),
    keep_stock=native(
        _(
            "Said per line of a refund. With Magento's inventory of sources, a unit that never left and is not put "
            "back is written off. A cancellation of unpaid units always puts them back."
        )
    ),
    notify_customer=native(_("Magento mails the credit memo if you ask; it sends nothing about a cancellation.")),
    staff_note=native(
        _("A credit memo keeps the note, with Rescind's mark. A cancellation without money takes no text.")
    ),
    find_again=native(_("Rescind's mark in a credit memo shows what was done; of a cancellation, the order's state.")),
    undo=impossible(_("A cancelled order stays cancelled, and a credit memo cannot be taken back.")),
)
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
