"""What people may change about a connected shop: its name here, the hold, the time zone."""

from __future__ import annotations

from django.db import transaction

from stores.audit import shop_actions, trail
from stores.kernel.errors import NotAllowed
from stores.models import Store, User
from stores.selectors import access

FIELDS = ("name", "hold_seconds", "time_zone")


def change(*, actor: User, store: Store, name: str, hold_seconds: int, time_zone: str) -> None:
    """A new hold counts for cancellations confirmed from now on. Raises NotAllowed."""
    if not access.can(actor, "stores.manage", store):
        raise NotAllowed
    with transaction.atomic():
        row = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
        before = {field: getattr(row, field) for field in FIELDS}
        row.name, row.hold_seconds, row.time_zone = name, hold_seconds, time_zone
        row.save(update_fields=FIELDS)
        after = {field: getattr(row, field) for field in FIELDS}
        if before != after:
            trail.record(
                shop_actions.CHANGED, actor=actor, target=f"store:{row.uuid}", store=row, before=before, after=after
            )
