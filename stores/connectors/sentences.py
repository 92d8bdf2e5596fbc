"""What connectors say in the same words: a sentence stands here once two of them need it.

Texts are translated when they are shown, not when a module is read. `{platform}` is the connector's own label.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from stores.canonical.capabilities import Capability, impossible
from stores.canonical.request import Reason
from stores.kernel.credentials import Text


def _(text: str) -> str:
    return cast(str, gettext_lazy(text))


def of(platform: str, text: str) -> str:
    """A sentence in which the platform is named."""
    return cast(str, format_lazy(text, platform=platform))


GATEWAY = Text(
    "base_url",
    _("Gateway address"),
    help=_("Only if calls must pass a gateway of yours; leave empty otherwise."),
    required=False,
)
# our reasons, for platforms that have no list of their own; they are written there, so never translated
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


def with_digits(name: str, number: str) -> str:
    """ "Visa •••• 4242": a way of paying with the last digits of its number, where there are some."""
    tail = number[-4:]
    return f"{name} •••• {tail}" if len(tail) == 4 and tail.isdecimal() and tail not in name else name


# --- why not, of an order or a line --------------------------------------------------------------------
BY_REFUND = _("Cancelled by refund")
LINE_GONE = _("These units have left or were refunded already.")
LESS_LEFT = _("Less can be refunded now than was planned.")
TOO_LONG = _("An amount has more digits than can be sent.")
LESS_OF_PART = _("Less shipping or fees can be refunded now than was planned.")
CURRENCY_CHANGED = _("The order's currency changed since the plan was made.")
PACKING = _("{platform} does not say whether a unit is being packed. Ask the warehouse before you cancel.")
DISPUTES = _("{platform} does not tell of disputes: look at the payment provider before money goes back.")
TWICE = _("{platform} would refund a second time: after a lost answer a person decides whether it is sent again.")


def untold(platform: str) -> dict[str, Capability]:
    """What a shop system that stands between shop and payment provider does not tell, and keeps from no one."""
    return {
        "cancel_while_packing": impossible(of(platform, PACKING)),
        "disputes": impossible(of(platform, DISPUTES)),
        "idempotency": impossible(of(platform, TWICE)),
    }
