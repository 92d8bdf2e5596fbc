"""A person's word beside the platform's: is there a record on the order with the id they named? Pure."""

from __future__ import annotations

from collections.abc import Iterator

from stores.canonical.order import Order, Payment
from stores.kernel.i18n import gettext as _
from stores.kernel.i18n import money as said


def seen(order: Order, evidence: str) -> str:
    """What the order shows under this id (whole, or its last part as people copy it); "" when it shows nothing."""
    wanted = _tail(evidence)
    if not wanted:
        return ""
    return next((words for id_, words in _records(order) if _tail(id_) == wanted), "")


def _tail(text: str) -> str:
    """ "gid://shopify/Refund/4711", "#4711" and "refund 4711" all mean 4711."""
    parts = text.replace("/", " ").split("?")[0].split()
    return parts[-1].lstrip("#").casefold() if parts else ""


def _records(order: Order) -> Iterator[tuple[str, str]]:
    """Refunds before their transactions before payments: the order is the last to be meant."""
    for refund in order.refunds:
        on = f"{refund.created_at:%Y-%m-%d}"
        yield refund.id, _("Refund of %(money)s on %(on)s", money=said(refund.amount.customer), on=on)
        for part in refund.transactions:
            yield part.id, _("Refund to %(what)s", what=_payment(part))
    for payment in order.payments:
        yield payment.id, _payment(payment)
    for own in (order.external_id, order.legacy_id, order.number):
        is_off = order.cancelled_at is not None
        yield own, _("This order; it is cancelled") if is_off else _("This order; it is not cancelled")


def _payment(payment: Payment) -> str:
    label = payment.label or payment.gateway
    return f"{label}: {said(payment.amount.customer)}, {_(str(payment.status))}"
