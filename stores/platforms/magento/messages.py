"""What people read about Magento: why something cannot be done, and what each error means for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.utils.translation import gettext, gettext_lazy

from stores.kernel.i18n import with_theirs


def _(text: str) -> str:
    """Translated when it is shown, not when this module is read."""
    return cast(str, gettext_lazy(text))


# --- states -------------------------------------------------------------------------------------------
STATES = frozenset(
    {"new", "pending_payment", "payment_review", "processing", "complete", "closed", "canceled", "holded"}
)
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
LABEL = _("A shipping label was made for shipment %(name)s")
LABELS_UNREAD = _("Magento could not send the shipments with their labels: look there whether one was made")
BY_REFUND = _("Cancelled by refund")
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
LINE_GONE = _("These units have left or were refunded already.")
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
LESS_LEFT = _("Less can be refunded now than was planned.")
UNITS_GONE = _("Some of these units were refunded or left meanwhile.")
CURRENCY_CHANGED = _("The order's currency changed since the plan was made.")
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
NOTS: Mapping[str, str] = {"not_found": NOT_FOUND, "no_route": NO_ROUTE}
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


def lacking(said: str) -> str:
    """A right is missing; Magento names it."""
    ours = gettext("The integration lacks a right in Magento. Grant it under System, Integrations.")
    return gettext("%(ours)s Magento says: %(theirs)s") % {"ours": ours, "theirs": " ".join(said.split())[:200]}


def unsure(said: str) -> str:
    return with_theirs(str(UNSURE), "Magento", said)


def refused(said: str, status: int | None) -> str:
    """Our words for the status, and Magento's own where it has some."""
    ours = str(STATUSES.get(status) or gettext("Magento refused this."))
    return with_theirs(ours, "Magento", said)
