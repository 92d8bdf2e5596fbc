"""What is worth a look beside the figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stores.canonical.order import Payment, Refund, Remark
from stores.kernel import shapes
from stores.platforms.square import moneys, refunds, states, units, words
from stores.platforms.square.facts import Facts, refund_ids
from stores.platforms.square.fields import currency_of
from stores.platforms.square.units import Count


def of(
    facts: Facts, paid: Sequence[Payment], back: Sequence[Refund], counts: Mapping[str, Count], *, is_over: bool
) -> Iterator[Remark]:
    raw = facts.order
    is_closed = shapes.text(raw, "state") == "COMPLETED" and not units.fulfilments(raw)
    if is_closed and not is_over and states.is_paid(raw):
        yield Remark(kind="risk", text=str(words.HANDED_OVER_RISK), is_open=True)
    elif states.is_paid(raw) and not is_over and not states.can_update(raw) and units.fulfilments(raw, *units.LIVE):
        yield Remark(kind="risk", text=str(words.STAYS_OPEN), is_open=True)
    if loose := refunds.unallocated(back, currency_of(raw)):
        yield Remark(kind="other", text=words.unallocated(loose), is_open=True)
    if any(moneys.is_pending(refund) for refund in back):
        yield Remark(kind="other", text=str(words.ON_ITS_WAY), is_open=True)
    if any(not units.counts_as_paid(refund) for refund in back):
        yield Remark(kind="other", text=str(words.NOT_PAID_BACK))
    if any(len(refund_ids(payment)) >= moneys.MOST_REFUNDS for payment in facts.payments):
        yield Remark(kind="other", text=str(words.TWENTY))
    if facts.hidden:
        yield Remark(kind="other", text=str(words.HIDDEN), is_open=True)
    if any(payment.is_manual for payment in paid):
        yield Remark(kind="other", text=str(words.BY_HAND))
    if any(shapes.text(line, "item_type") == "GIFT_CARD" for line in units.lines_of(raw)):
        yield Remark(kind="risk", text=str(words.GIFT_CARD), is_open=True)
