"""Webhooks that stand at the platform: registered by us, looked at daily, repaired, taken down on disconnect.

Without PUBLIC_URL a platform cannot reach us: then the listing every minute is all there is, and pages say so.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy

from stores.audit import shop_actions, trail
from stores.connectors.roles import Hook, HookSource
from stores.kernel import clock
from stores.kernel.errors import DeskError
from stores.models import Store, StoreHealth, StoreState
from stores.platforms import registry
from stores.services import credentials, platform_client

logger = logging.getLogger(__name__)

EVERY: Final = timedelta(hours=24)
AFTER_TROUBLE: Final = timedelta(hours=1)
UNSIGNED: Final = gettext_lazy("Without the secret that signs them, webhooks cannot be believed.")


@dataclass(frozen=True)
class Repair:
    """What must change so that every topic stands once, at our address."""

    add: tuple[str, ...] = ()
    remove: tuple[Hook, ...] = ()


def address(store: Store) -> str:
    """Where the shop's webhooks go; "" when nothing outside can reach us."""
    return f"{settings.PUBLIC_URL}/hooks/{store.inbox_token}" if settings.PUBLIC_URL else ""


def secret_name(store: Store) -> str:
    """The credential that signs the shop's webhooks; "" where none does."""
    kind = registry.get(store.platform)
    return kind.hook_secret if issubclass(kind, HookSource) else ""


def due(now: datetime, limit: int) -> list[str]:
    """Uuids of the shops to look at, those that waited longest first."""
    if not settings.PUBLIC_URL:
        return []
    old = Q(hooks_checked_at=None) | Q(hooks_checked_at__lte=now - EVERY)
    trouble = ~Q(hooks_error="") & Q(hooks_checked_at__lte=now - AFTER_TROUBLE)
    rows = StoreHealth.objects.filter(old | trouble, store__state=StoreState.ACTIVE)
    return [str(uuid) for uuid in rows.order_by("hooks_checked_at").values_list("store__uuid", flat=True)[:limit]]


def check(store: Store) -> None:
    """Compare what stands with what we need, and repair it. Errors are kept in words on the health row."""
    kind = registry.get(store.platform)
    if not address(store) or not issubclass(kind, HookSource) or not kind.topics:
        return
    rows = StoreHealth.objects.filter(store=store)
    rows.update(hooks_checked_at=clock.now())  # first, so that the next sweep does not come here again
    try:
        if not credentials.read(store).get(kind.hook_secret):
            rows.update(hooks_standing=0, hooks_error=UNSIGNED)
            return
        platform = platform_client.open_platform(store)
        repair = _repair(platform, store) if isinstance(platform, HookSource) else Repair()
    except DeskError as exc:
        rows.update(hooks_error=exc.user_message[:300])
        logger.warning("Webhooks could not be checked", extra={"store": store.uuid, "kind": type(exc).__name__})
        return
    with transaction.atomic():
        rows.update(hooks_error="", hooks_standing=len(kind.topics))
        if repair.add or repair.remove:
            trail.record(
                shop_actions.HOOKS_REPAIRED,
                actor="rescind",
                target=f"store:{store.uuid}",
                store=store,
                added=len(repair.add),
                removed=len(repair.remove),
                topics=sorted(repair.add),
            )


def remove_all(store: Store) -> int:
    """Take down every webhook of ours, as far as the shop answers; how many."""
    removed = 0
    try:
        platform = platform_client.open_platform(store, read_timeout=settings.PAGE_READ_TIMEOUT_SECONDS)
        if isinstance(platform, HookSource):
            for hook in platform.list_hooks():
                if store.inbox_token in hook.uri:
                    platform.remove_hook(hook.id)
                    removed += 1
    except DeskError as exc:
        logger.warning("Webhooks were left standing", extra={"store": store.uuid, "kind": type(exc).__name__})
    StoreHealth.objects.filter(store=store).update(hooks_standing=0)
    return removed


def needed(topics: Sequence[str], standing: Sequence[Hook], uri: str, token: str) -> Repair:
    """Ours are those whose address holds the shop's token: an old host or a second copy goes, a gap is filled."""
    ours = [hook for hook in standing if token in hook.uri]
    right: dict[str, Hook] = {}
    for hook in ours:
        if hook.uri == uri and hook.topic in topics:
            right.setdefault(hook.topic, hook)
    kept = {hook.id for hook in right.values()}
    return Repair(
        add=tuple(topic for topic in topics if topic not in right),
        remove=tuple(hook for hook in ours if hook.id not in kept),
    )


def _repair(platform: HookSource, store: Store) -> Repair:
    uri = address(store)
    repair = needed(platform.topics, platform.list_hooks(), uri, store.inbox_token)
    for topic in repair.add:
        platform.add_hook(topic, uri)
    for hook in repair.remove:
        platform.remove_hook(hook.id)
    return repair
