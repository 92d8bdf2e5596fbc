"""What somebody chose on an order and did not confirm yet, kept for them: one draft each, encrypted, for a week."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from cancellations.models import OrderDraft, OrderVisit
from stores.kernel import clock
from stores.kernel.security import vault
from stores.kernel.security.vault import VaultError
from stores.models import OrderRecord, User

KEPT = timedelta(days=7)
SEEN_FOR = timedelta(days=30)  # visits
MOST_TEXT = 400_000  # characters: 1,000 lines with a note fit well
BATCH = 1000


@dataclass(frozen=True)
class Draft:
    """typed: form fields; is_over_another: what another open page had kept was replaced unseen."""

    typed: Mapping[str, str]
    version: int
    saved_at: datetime
    is_over_another: bool = False


def of(actor: User, record: OrderRecord) -> Draft | None:
    """None where nothing is kept, or it does not open any more."""
    row = OrderDraft.objects.filter(person=actor, order=record, saved_at__gte=clock.now() - KEPT).first()
    typed = _typed(row) if row else None
    return Draft(typed, row.version, row.saved_at) if row and typed is not None else None


def keep(*, actor: User, record: OrderRecord, typed: Mapping[str, str], tab: str, seen: int) -> Draft | None:
    """Keep `typed` over what was kept before; nothing typed is nothing to keep. None: nothing is kept.

    tab, seen: the page it comes from, and the version that page knew.
    """
    text = json.dumps(dict(typed))
    if not typed or len(text) > MOST_TEXT:
        forget(actor, record)
        return None
    now = clock.now()
    with transaction.atomic():
        row = OrderDraft.objects.select_for_update().filter(person=actor, order=record).first()
        fresh = row or OrderDraft(person=actor, order=record, store_id=record.store_id, version=0)
        before = _typed(fresh) if row else None
        unseen = bool(row) and fresh.tab != tab and fresh.version != seen and before != typed
        fresh.version += 1
        fresh.tab, fresh.saved_at = tab, now
        fresh.sealed = vault.seal(text.encode(), bound_to=fresh.bound_to)
        fields = {"sealed": fresh.sealed, "tab": tab, "version": fresh.version, "saved_at": now, "uuid": fresh.uuid}
        OrderDraft.objects.update_or_create(
            person=actor, order=record, defaults=fields, create_defaults=fields | {"store_id": record.store_id}
        )
    return Draft(typed, fresh.version, now, is_over_another=unseen)


def forget(actor: User, record: OrderRecord) -> None:
    OrderDraft.objects.filter(person=actor, order=record).delete()


def forget_old(now: datetime) -> None:
    """Drafts nobody came back to, and visits of long ago."""
    OrderDraft.objects.filter(saved_at__lt=now - KEPT).delete()
    OrderVisit.objects.filter(last_at__lt=now - SEEN_FOR).delete()


def _typed(row: OrderDraft) -> dict[str, str] | None:
    try:
        found = json.loads(vault.unseal(row.sealed, bound_to=row.bound_to))
    except (VaultError, ValueError):
        return None
    return found if isinstance(found, dict) else None
