"""What people may change about a connected shop: its name here, how long is held what, the time zone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from stores.audit import shop_actions, trail
from stores.kernel.errors import NotAllowed
from stores.kernel.money import Money
from stores.models import HoldTier, Store, User
from stores.selectors import access, holds

FIELDS = ("name", "hold_seconds", "time_zone")


def change(
    *, actor: User, store: Store, name: str, hold_seconds: int, time_zone: str,
    longer: Mapping[int, int] | None = None,
) -> None:  # fmt: skip
    """A new hold counts for cancellations confirmed from now on. Raises NotAllowed.

    longer: {from this amount in minor units of the shop's currency: seconds}; None leaves them.
    """
    if not access.can(actor, "stores.manage", store):
        raise NotAllowed
    with transaction.atomic():
        row = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        before = _facts(row)
        row.name, row.hold_seconds, row.time_zone = name, hold_seconds, time_zone
        row.save(update_fields=FIELDS)
        if longer is not None:
            row.hold_tiers.all().delete()
            HoldTier.objects.bulk_create(HoldTier(store=row, from_minor=k, seconds=v) for k, v in longer.items())
        after = _facts(row)
        if before != after:
            trail.record(
                shop_actions.CHANGED, actor=actor, target=f"store:{row.uuid}", store=row, before=before, after=after
            )


def shortens(store: Store, hold_seconds: int, longer: Mapping[int, int]) -> bool:
    """Would some amount be held for less time than now? Whoever does that proves who they are."""
    old = holds.tiers(store)
    new = [(Money.from_minor(minor, store.currency), seconds) for minor, seconds in longer.items()]
    edges = [Money.zero(store.currency), *(least for least, _hold in [*old, *new])]
    return any(holds.reached(hold_seconds, new, at) < holds.reached(store.hold_seconds, old, at) for at in edges)


def _facts(row: Store) -> dict[str, Any]:
    tiers = [{"from": least, "seconds": hold} for least, hold in holds.tiers(row)]
    return {field: getattr(row, field) for field in FIELDS} | {"longer_holds": tiers}
