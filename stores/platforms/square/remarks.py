"""What is worth a look beside the figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stores.canonical.order import Payment, Refund, Remark
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.square import cancellable, capabilities, disputes, moneys, refunds, units
from stores.platforms.square.facts import Facts, refund_ids
from stores.platforms.square.fields import currency_of


def of(facts: Facts, paid: Sequence[Payment], back: Sequence[Refund], *, is_over: bool) -> Iterator[Remark]:
    if not is_over and cancellable.is_paid(facts.order):
        yield from _where_it_stands(facts.order)
    yield from disputes.remarks(facts.disputes)
    yield from _refunds(facts, back)
    yield from _payments(facts, paid)
    if any(json_readers.text(line, "item_type") == "GIFT_CARD" for line in units.lines_of(facts.order)):
        yield Remark(kind="risk", text=str(capabilities.GIFT_CARD), is_open=True)


def _where_it_stands(order: Node) -> Iterator[Remark]:
    """Paid, and something that no call of Square's can stop."""
    if json_readers.text(order, "state") == "COMPLETED" and not units.fulfilments(order):
        yield Remark(kind="risk", text=str(capabilities.HANDED_OVER_RISK), is_open=True)
    elif not cancellable.can_update(order) and units.fulfilments(order, *units.LIVE):
        yield Remark(kind="risk", text=str(capabilities.STAYS_OPEN), is_open=True)


def _refunds(facts: Facts, back: Sequence[Refund]) -> Iterator[Remark]:
    if loose := refunds.unallocated(back, currency_of(facts.order)):
        yield Remark(kind="other", text=capabilities.unallocated(loose), is_open=True)
    if any(moneys.is_pending(refund) for refund in back):
        yield Remark(kind="other", text=str(capabilities.ON_ITS_WAY), is_open=True)
    if any(not units.counts_as_paid(refund) for refund in back):
        yield Remark(kind="other", text=str(capabilities.NOT_PAID_BACK))


def _payments(facts: Facts, paid: Sequence[Payment]) -> Iterator[Remark]:
    if any(len(refund_ids(payment)) >= moneys.MOST_REFUNDS for payment in facts.payments):
        yield Remark(kind="other", text=str(capabilities.TWENTY))
    if any(moneys.is_too_old(payment, facts.read_at) for payment in facts.payments):
        yield Remark(kind="other", text=str(capabilities.A_YEAR), is_open=True)
    if facts.hidden:
        yield Remark(kind="other", text=str(capabilities.HIDDEN), is_open=True)
    if any(payment.is_manual for payment in paid):
        yield Remark(kind="other", text=str(capabilities.BY_HAND))
