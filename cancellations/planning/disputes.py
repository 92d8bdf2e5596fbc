"""A disputed payment: the bank decides about the money, so a refund on top could pay the customer twice. Pure.

Such a refund is blocked. Somebody may give the money back all the same: with a reason, and only when a second person
approves it, whatever the limits say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cancellations.planning.planning_input import Case
from stores.canonical.order import Order, Remark
from stores.canonical.request import QuotedPayment
from stores.kernel.i18n import gettext as _

NEVER_DISPUTED = frozenset({"gift_card", "gift_certificate", "giftcertificate", "store_credit", "storecredit"})


def standing(order: Order) -> tuple[Remark, ...]:
    """What stands against giving money of this order back, whatever is asked for."""
    return tuple(remark for remark in order.remarks if remark.stops_refund)


def against(case: Case) -> tuple[Remark, ...]:
    """What stands against the very money that this plan gives back."""
    return tuple(remark for remark in standing(case.order) if touches(remark, case.amounts.payments))


def words(remark: Remark) -> str:
    return _("%(what)s. A refund on top of a dispute can pay the customer twice.", what=remark.text.rstrip("."))


def second_person(case: Case) -> str:
    """Why somebody else must approve this plan; "" when nobody has to."""
    if not (case.request.despite_dispute and against(case)):
        return ""
    return _("The payment is disputed: giving the money back all the same needs a second person.")


def is_new(remarks: Iterable[Remark], known: Iterable[Remark]) -> bool:
    """Does more stand against a refund now than was known, or has a bank paid that was still deciding?

    A dispute that moved on otherwise is not a new one.
    """
    was, now = _counted(known), _counted(remarks)
    return any(now[each] > was[each] for each in now)


def _counted(remarks: Iterable[Remark]) -> Counter[tuple[str, bool]]:
    """By payment: how many stand, and how many of them the bank has paid."""
    stand = [remark for remark in remarks if remark.stops_refund]
    return Counter((one.payment_id, False) for one in stand) + Counter(
        (one.payment_id, True) for one in stand if not one.is_open
    )


def touches(remark: Remark, payments: Iterable[QuotedPayment]) -> bool:
    """A dispute of the whole order concerns whatever a bank could have paid back."""
    if remark.payment_id:
        return any(payment.payment_id == remark.payment_id for payment in payments if payment.amount)
    return any(p.amount and not p.is_manual and p.gateway not in NEVER_DISPUTED for p in payments)
