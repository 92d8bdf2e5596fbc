"""What is worth a look at an order, in words."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from stores.canonical.order import Remark
from stores.kernel.http import json_readers
from stores.platforms.magento import messages
from stores.platforms.magento.amounts import number
from stores.platforms.magento.facts import Facts
from stores.platforms.magento.shipping import Shipping


def of(facts: Facts) -> Iterator[Remark]:
    order, state = facts.order, facts.state
    if state in messages.STATE_REMARKS:
        yield _other(messages.STATE_REMARKS[state])
    elif state not in messages.STATES:
        yield _other(_("Magento says “%(word)s”, which Rescind does not know.") % {"word": state[:60]})
    seen = json_readers.text(order, "order_currency_code")
    if seen and seen != facts.currency:
        shown = {"amount": f"{number(order, 'grand_total'):f}", "seen": seen, "base": facts.currency}
        yield _payment(messages.OTHER_CURRENCY % shown)
    yield from _extras(facts)
    yield from _labels(facts)
    if not facts.ways.prices and any(Shipping.of(facts, invoice).has_tax for invoice in facts.paid_invoices):
        yield _other(messages.SHIPPING_TAXED)
    if not facts.cost_nothing and any(facts.is_by_hand(invoice) for invoice in facts.paid_invoices):
        yield _other(messages.BY_HAND)


def _extras(facts: Facts) -> Iterator[Remark]:
    more = facts.order.get("extension_attributes")
    known = more if isinstance(more, dict) else {}
    if number(known, "base_gift_cards_amount") or number(known, "reward_points_balance"):
        yield _payment(messages.GIFT_CARDS)
    if not facts.is_plain:
        yield _payment(messages.SPECIAL)


def _labels(facts: Facts) -> Iterator[Remark]:
    """A label is a picture of several kilobytes at its shipment: that it is there is all we keep."""
    for shipment in facts.shipments:
        if shipment.get("shipping_label"):
            said = {"name": json_readers.text(shipment, "increment_id")}
            yield Remark(kind="label", text=str(messages.LABEL) % said)
    if facts.has_labels_unread:
        yield Remark(kind="label", text=str(messages.LABELS_UNREAD))


def _payment(text: str) -> Remark:
    """Said before the click as well."""
    return Remark(kind="payment", text=str(text))


def _other(text: str) -> Remark:
    return Remark(kind="other", text=str(text))
