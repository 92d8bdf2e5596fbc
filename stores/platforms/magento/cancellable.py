"""May this order be cancelled, whole or in part, and why not: Magento's own rules, told before it is asked; and what is
worth a look at it, in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.order import Fulfilment
from stores.connectors import sentences
from stores.kernel.http import json_readers
from stores.platforms.magento import capabilities
from stores.platforms.magento.money import ZERO, Facts, Item, number, when
from stores.platforms.magento.refund_math import Shipping

NEVER = ("canceled", "closed", "holded", "payment_review")


def is_ended_by_refund(facts: Facts) -> bool:
    """Everything was given back before anything left: all units and all money. Where some of it was kept, the order
    stands as complete in Magento, and nobody promised its end."""
    return (
        facts.state != "canceled"
        and not facts.money_left
        and bool(facts.lines)
        and facts.nothing_shipped
        and not any(item.current for item in facts.lines)
        and any(item.refunded for item in facts.lines)
    )


def blockers(facts: Facts) -> Iterator[str]:
    if facts.state in capabilities.STATE_BLOCKS:
        yield capabilities.STATE_BLOCKS[facts.state]
        return
    if not facts.nothing_shipped:
        yield capabilities.SHIPPED
    elif is_spent(facts):
        yield why_spent(facts)
    elif any(item.unrefunded > facts.refundable(item) for item in facts.lines):
        yield capabilities.OPEN_INVOICE


def is_spent(facts: Facts) -> bool:
    """Billed units without money behind them: all of it was given back as goodwill, or there was none."""
    if facts.leaves_for_nothing:
        return False
    return not facts.money_left and any(facts.refundable(item) for item in facts.lines)


def why_spent(facts: Facts) -> str:
    if not facts.cost_nothing:
        return capabilities.NOTHING_LEFT
    return capabilities.COST_NOTHING if facts.ways.zero_memos else capabilities.NO_ZERO_MEMOS


def stoppable(facts: Facts, item: Item, *, whole: bool) -> Decimal:
    """Units that a credit memo can take, and those that go with the whole order."""
    if facts.state in NEVER:
        return ZERO
    paid = facts.refundable(item) if facts.money_left or facts.leaves_for_nothing else ZERO
    return min(item.waiting, paid + (item.cancellable if whole else ZERO))


def why_not(facts: Facts, item: Item, count: Decimal) -> str:
    if count and count >= item.current:
        return ""
    if facts.state in capabilities.STATE_BLOCKS:
        return str(capabilities.STATE_BLOCKS[facts.state])
    if count >= item.waiting:
        return "" if count else str(sentences.LINE_GONE)
    if is_spent(facts) and facts.refundable(item):
        return str(why_spent(facts))
    return str(capabilities.LINE_UNINVOICED if item.uninvoiced else capabilities.OPEN_INVOICE)


def ended_at(facts: Facts, updated: datetime, *, by_refund: bool) -> datetime | None:
    """Magento keeps no time of a cancellation: the order's last change, or the credit memo that ended it."""
    if facts.state == "canceled":
        return updated
    made = [at for memo in facts.memos if (at := when(memo, "created_at"))]
    return (max(made) if made else updated) if by_refund else None


def to_fulfilment(facts: Facts) -> Fulfilment:
    goods = [item for item in facts.lines if not item.is_virtual]
    if not goods:
        return Fulfilment.NOT_NEEDED
    if facts.state == "holded":
        return Fulfilment.ON_HOLD
    if not any(item.shipped for item in goods):
        return Fulfilment.UNFULFILLED
    return Fulfilment.PARTIAL if any(item.waiting for item in goods) else Fulfilment.FULFILLED


# --- remarks ------------------------------------------------------------------------------------------
def remarks(facts: Facts) -> Iterator[tuple[str, str]]:
    """(kind, sentence); "payment" is said before the click as well."""
    order, state = facts.order, facts.state
    if state in capabilities.STATE_REMARKS:
        yield "other", capabilities.STATE_REMARKS[state]
    elif state not in capabilities.STATES:
        yield "other", _("Magento says “%(word)s”, which Rescind does not know.") % {"word": state[:60]}
    seen = json_readers.text(order, "order_currency_code")
    if seen and seen != facts.currency:
        shown = {"amount": f"{number(order, 'grand_total'):f}", "seen": seen, "base": facts.currency}
        yield "payment", capabilities.OTHER_CURRENCY % shown
    more = json_readers.or_empty(order, "extension_attributes")
    if number(more, "base_gift_cards_amount") or number(more, "reward_points_balance"):
        yield "payment", capabilities.GIFT_CARDS
    if not facts.is_plain:
        yield "payment", capabilities.SPECIAL
    yield from (("label", words) for words in _labels(facts))
    if not facts.ways.prices and any(Shipping.of(facts, invoice).has_tax for invoice in facts.paid_invoices):
        yield "other", capabilities.SHIPPING_TAXED
    if not facts.cost_nothing and any(facts.is_by_hand(invoice) for invoice in facts.paid_invoices):
        yield "other", capabilities.BY_HAND


def _labels(facts: Facts) -> Iterator[str]:
    """A label is a picture of several kilobytes at its shipment: that it is there is all we keep."""
    for shipment in facts.shipments:
        if shipment.get("shipping_label"):
            yield str(capabilities.LABEL) % {"name": json_readers.text(shipment, "increment_id")}
    if facts.has_labels_unread:
        yield capabilities.LABELS_UNREAD
