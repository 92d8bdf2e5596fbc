"""A verified webhook becomes a row: once, its raw body sealed. Nothing here waits for a broker."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db.models import Q

from cancellations.intake import group_commit
from cancellations.models import Inbox, InboxState
from stores.canonical.events import Event, EventKind
from stores.kernel import clock, queue
from stores.kernel.security import vault
from stores.models import Connection, ConnectionHealth, Store
from stores.services.addressee import Addressee

SEEN_EVERY: Final = timedelta(seconds=30)  # how often "a webhook came" is written down
RING_EVERY_SECONDS: Final = 0.5  # a burst is one ring and a sweep
LONGEST_ID: Final = 120
LONGEST_BODY: Final = 1_000_000  # bytes; of a longer one what it names is kept, without it
PLAIN: Final = re.compile(r"[\x21-\x7e]{1,80}", re.ASCII)
OF_AN_ORDER: Final = frozenset({EventKind.ORDER_CHANGED, EventKind.ORDER_DELETED, EventKind.DISPUTE})
OF_THE_SHOP: Final = frozenset({EventKind.DISCONNECTED, EventKind.SCOPES_CHANGED})

_seen_at: dict[UUID, float] = {}  # of this process, as the monotonic clock has it
_rung_at: list[float] = []


def receive(to: Addressee, headers: Mapping[str, str], body: bytes) -> None:
    """Keep a verified webhook; one that came before changes nothing. A very long one without its body.

    An account that serves several shops does not say whose order it is: each of them looks.

    What was not signed (a ping, any delivery of a platform that signs none) is kept only where it makes us read
    an order, and without its body: whoever knows the address can cause that, and nothing else.
    """
    is_signed = to.hooks.hooks_are_signed and not to.hooks.is_hook_ping(body)
    for event in to.hooks.parse_hook(headers, body) or [_unreadable(body)]:
        if is_signed or _is_for_us(event):
            for store in to.shops:
                _keep(store, event, body if is_signed and len(body) <= LONGEST_BODY else b"")
    _note_seen(to.connection)


def _keep(store: Store, event: Event, body: bytes) -> None:
    now, is_for_us = clock.now(), _is_for_us(event)
    row = Inbox(
        store_id=store.pk,
        endpoint=f"hook:{store.uuid}",
        event_key=_key(event.event_key),
        topic=_printable(event.topic[:80]),
        order_external_id=event.order_id if is_for_us else "",
        received_at=now,
        state=InboxState.WAITING if is_for_us else InboxState.IGNORED,
        next_attempt_at=now if is_for_us else None,
    )
    row.body = vault.seal(body, bound_to=row.bound_to)
    if (pk := group_commit.insert(row)) and is_for_us:
        _ring(pk)


def _is_for_us(event: Event) -> bool:
    return event.kind in OF_THE_SHOP or (event.kind in OF_AN_ORDER and 0 < len(event.order_id) <= LONGEST_ID)


def _unreadable(body: bytes) -> Event:
    return Event(kind=EventKind.UNKNOWN, topic="", event_key=sha256(body).hexdigest())


def _key(told: str) -> str:
    """Theirs where it fits the column whole and is plain; no database takes a NUL or half a character."""
    return told if PLAIN.fullmatch(told) else sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _printable(words: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in words)


# --- what follows -------------------------------------------------------------------------------------
def _note_seen(connection: Connection) -> None:
    """At most twice a minute, whichever process: this one does not even ask before half a minute is over."""
    at = clock.monotonic()
    if at - _seen_at.get(connection.uuid, -1e9) < SEEN_EVERY.total_seconds():
        return
    _seen_at[connection.uuid] = at
    now = clock.now()
    late = Q(hook_seen_at=None) | Q(hook_seen_at__lt=now - SEEN_EVERY)
    ConnectionHealth.objects.filter(late, connection=connection.pk).update(hook_seen_at=now)


def _ring(pk: int) -> None:
    """The first of a burst is read at once; the sweep finds the others within 2 seconds."""
    at = clock.monotonic()
    if not _rung_at or at - _rung_at[0] >= RING_EVERY_SECONDS:
        _rung_at[:] = [at]
        queue.enqueue_on_commit("cancellations.read_inbox", pk)
