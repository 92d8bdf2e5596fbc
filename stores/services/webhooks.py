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
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy

from stores.audit import shop_actions, trail
from stores.connectors import registry
from stores.connectors.roles import Hook, HookSource
from stores.kernel import clock
from stores.kernel.errors import DeskError
from stores.models import Connection, ConnectionHealth, ConnectionState, Store, StoreState
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


def address(connection: Connection) -> str:
    """Where the account's webhooks go; "" when nothing outside can reach us."""
    return f"{settings.PUBLIC_URL}/hooks/{connection.inbox_token}" if settings.PUBLIC_URL else ""


def secret_name(connection: Connection) -> str:
    """The credential that signs the account's webhooks; "" where none does."""
    kind = registry.get(connection.connector)
    return kind.hook_secret if issubclass(kind, HookSource) else ""


def due(now: datetime, limit: int) -> list[str]:
    """Uuids of the connections of active shops to look at, those that waited longest first."""
    if not settings.PUBLIC_URL:
        return []
    old = Q(hooks_checked_at=None) | Q(hooks_checked_at__lte=now - EVERY)
    trouble = ~Q(hooks_error="") & Q(hooks_checked_at__lte=now - AFTER_TROUBLE)
    at_work = Exists(Store.objects.filter(connection=OuterRef("connection"), state=StoreState.ACTIVE))
    rows = ConnectionHealth.objects.filter(old | trouble, at_work, connection__state=ConnectionState.ACTIVE)
    return [str(uuid) for uuid in rows.order_by("hooks_checked_at").values_list("connection__uuid", flat=True)[:limit]]


def check(connection: Connection) -> None:
    """Compare what stands with what we need, and repair it. Errors are kept in words on the health row."""
    rows = ConnectionHealth.objects.filter(connection=connection)
    try:
        kind = registry.get(connection.connector)
        if not address(connection) or not issubclass(kind, HookSource) or not kind.topics:
            return
        rows.update(hooks_checked_at=clock.now())  # first, so that the next sweep does not come here again
        if not credentials.read(connection).get(kind.hook_secret):
            rows.update(hooks_standing=0, hooks_error=UNSIGNED)
            return
        platform = platform_client.open_connector(connection)
        repair = _repair(platform, connection) if isinstance(platform, HookSource) else Repair()
    except DeskError as exc:
        rows.update(hooks_error=exc.user_message[:300], hooks_checked_at=clock.now())
        logger.warning(
            "Webhooks could not be checked", extra={"connection": connection.uuid, "kind": type(exc).__name__}
        )
        return
    with transaction.atomic():
        rows.update(hooks_error="", hooks_standing=len(kind.topics))
        if repair.add or repair.remove:
            _record(connection, repair)


def _record(connection: Connection, repair: Repair) -> None:
    """In the chain of every shop whose orders it serves."""
    for store in connection.stores.order_by("pk"):
        trail.record(
            shop_actions.HOOKS_REPAIRED,
            actor="rescind",
            target=f"store:{store.uuid}",
            store=store,
            added=len(repair.add),
            removed=len(repair.remove),
            topics=sorted(repair.add),
        )


def remove_all(connection: Connection, *, store_id: int) -> int:
    """Take down every webhook of ours, as far as the account answers and the shop is not paused; how many."""
    removed, patience = 0, settings.PAGE_READ_TIMEOUT_SECONDS
    try:
        platform = platform_client.open_connector(connection, store_id=store_id, read_timeout=patience)
        if isinstance(platform, HookSource):
            for hook in platform.list_hooks():
                if connection.inbox_token in hook.uri:
                    platform.remove_hook(hook.id)
                    removed += 1
    except DeskError as exc:
        logger.warning("Webhooks were left standing", extra={"connection": connection.uuid, "kind": type(exc).__name__})
    ConnectionHealth.objects.filter(connection=connection).update(hooks_standing=0)
    return removed


def needed(topics: Sequence[str], standing: Sequence[Hook], uri: str, token: str) -> Repair:
    """Ours are those whose address holds the connection's token: an old host or a second copy goes, a gap is filled."""
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


def _repair(platform: HookSource, connection: Connection) -> Repair:
    uri = address(connection)
    repair = needed(platform.topics, platform.list_hooks(), uri, connection.inbox_token)
    for topic in repair.add:
        platform.add_hook(topic, uri)
    for hook in repair.remove:
        platform.remove_hook(hook.id)
    return repair
