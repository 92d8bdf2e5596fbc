"""May this order be cancelled, whole or in part, and why not: Magento's own rules, told before it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from stores.canonical.order import Cancellable
from stores.platforms.magento import items, messages
from stores.platforms.magento.amounts import ZERO
from stores.platforms.magento.facts import Facts
from stores.platforms.magento.items import Item

NEVER = ("canceled", "closed", "holded", "payment_review")


def is_ended_by_refund(facts: Facts) -> bool:
    """Everything was given back before anything left: all units and all money. Where some of it was kept, the order
    stands as complete in Magento, and nobody promised its end."""
    return (
        facts.state != "canceled"
        and not facts.money_left
        and bool(facts.lines)
        and items.nothing_shipped(facts.lines)
        and not any(item.current for item in facts.lines)
        and any(item.refunded for item in facts.lines)
    )


def whole_blockers(facts: Facts) -> tuple[str, ...]:
    return tuple(str(word) for word in _blockers(facts))


def _blockers(facts: Facts) -> Iterator[str]:
    if facts.state in messages.STATE_BLOCKS:
        yield messages.STATE_BLOCKS[facts.state]
        return
    if not items.nothing_shipped(facts.lines):
        yield messages.SHIPPED
    elif is_spent(facts):
        yield why_spent(facts)
    elif any(item.unrefunded > facts.refundable(item) for item in facts.lines):
        yield messages.OPEN_INVOICE


def is_spent(facts: Facts) -> bool:
    """Billed units without money behind them: all of it was given back as goodwill, or there was none."""
    if facts.leaves_for_nothing:
        return False
    return not facts.money_left and any(facts.refundable(item) for item in facts.lines)


def why_spent(facts: Facts) -> str:
    if not facts.cost_nothing:
        return messages.NOTHING_LEFT
    return messages.COST_NOTHING if facts.ways.zero_memos else messages.NO_ZERO_MEMOS


def has_uninvoiced(facts: Facts) -> bool:
    return any(item.uninvoiced for item in facts.lines)


def stoppable(facts: Facts, item: Item, *, whole: bool) -> Decimal:
    """Units that a credit memo can take, and those that go with the whole order."""
    if facts.state in NEVER:
        return ZERO
    paid = facts.refundable(item) if facts.money_left or facts.leaves_for_nothing else ZERO
    return min(item.waiting, paid + (item.cancellable if whole else ZERO))


def why_not(facts: Facts, item: Item, count: Decimal) -> str:
    if count and count >= item.current:
        return ""
    if facts.state in messages.STATE_BLOCKS:
        return str(messages.STATE_BLOCKS[facts.state])
    if count >= item.waiting:
        return "" if count else str(messages.LINE_GONE)
    if is_spent(facts) and facts.refundable(item):
        return str(why_spent(facts))
    return str(messages.LINE_UNINVOICED if item.uninvoiced else messages.OPEN_INVOICE)


def how_much(counts: list[tuple[Item, Decimal]], blockers: tuple[str, ...]) -> Cancellable:
    if not any(count for _, count in counts):
        return Cancellable.NONE
    is_all = not blockers and all(count == item.current for item, count in counts)
    return Cancellable.ALL if is_all else Cancellable.PART
