"""How long a cancellation can be taken back: by its shop, and longer from certain amounts on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from stores.kernel.money import Money
from stores.models import Store
from stores.selectors import rates


def tiers(store: Store) -> list[tuple[Money, int]]:
    """[(from this amount, seconds)], the smallest first; amounts in the shop's currency. One query."""
    rows = store.hold_tiers.order_by("from_minor").values_list("from_minor", "seconds")
    return [(Money.from_minor(minor, store.currency), seconds) for minor, seconds in rows]


def seconds(store: Store, amount: Money, *, now: datetime) -> int:
    """For money that goes back. Another currency by the stored rate, rounded up; without a rate the longest hold."""
    longer = tiers(store)
    if not longer or not amount:
        return store.hold_seconds
    worth = rates.as_of(now).convert(amount, store.currency) if amount.currency != store.currency else amount
    if worth is None:
        return longest(store, longer)
    return reached(store.hold_seconds, longer, worth)


def reached(usual: int, longer: Iterable[tuple[Money, int]], amount: Money) -> int:
    """The hold of the largest tier that `amount` reaches, `usual` below the first."""
    return max(((least.amount, hold) for least, hold in longer if least <= amount), default=(0, usual))[1]


def longest(store: Store, longer: Iterable[tuple[Money, int]]) -> int:
    return max(store.hold_seconds, *(hold for _least, hold in longer))
