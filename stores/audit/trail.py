"""Append to a chain. The only code that writes audit rows; nothing updates or deletes them (triggers refuse it).

hash = SHA-256("audit1\\n" + C({chain, seq, at, actor, kind, object, prev, body_digest})),
body_digest = SHA-256(C(body)), C = the canonical JSON of stores.canonical.codec (RFC 8785 subset).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction

from stores.audit.actions import Action, is_declared
from stores.canonical import codec
from stores.kernel import clock, database, queue
from stores.kernel.context import request_id
from stores.kernel.security import vault
from stores.models import AuditChain, AuditEvent, Store, User

SYSTEM = "system"
ZERO = "0" * 64  # what the first event of a chain points back to
ACTOR = re.compile(r"rescind|console|platform:[a-z0-9_]{1,40}")
TARGET = re.compile(r"[a-z_]{1,40}:[A-Za-z0-9_./-]{1,79}")
LARGEST_INTEGER = 2**53 - 1  # RFC 8785 numbers are doubles: past this, two integers share one text
# Where a chain ended when this process last wrote to it: (row, seq, head). A guess that the row is asked to confirm:
# the head of an entry that was rolled back, or of another database, is nobody's head.
_ends: dict[str, tuple[int, int, str]] = {}


def record(
    action: Action, *, actor: User | str, target: str, store: Store | None = None, jump_to: int = 0, **facts: Any
) -> AuditEvent:
    """Write one event to the shop's chain (without a shop: the system's) and move the chain's head.

    Must be the LAST statement of the caller's atomic block: the chain row stays locked until the commit.
    An error here rolls the caller's change back: what cannot be recorded does not happen. Two chains in one
    transaction: the shop's first, the system's last (one order, no deadlock).
    actor: a person, "rescind", "console" or "platform:<key>". target: "cancellation:<uuid>".
    jump_to: the number of the entry where numbers go on after a restore; whoever jumps signs it (restore.py).
    facts: plain values, Decimal, Money, time; `before` and `after` (mappings) are shown as a change.
    Raises RuntimeError outside a transaction, ValueError for what is undeclared or has no canonical form.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit event is written inside the transaction of what it tells")
    if not is_declared(action):
        raise ValueError(f"undeclared audit action: {action.name}")
    if not TARGET.fullmatch(target):
        raise ValueError(f"not a target: {target!r}")
    event = AuditEvent(
        actor=_actor(actor),
        kind=action.name,
        object=target,
        body=canonical(_without_personal(action, facts)),
    )
    chain = _append(event, store, jump_to)
    if event.seq % settings.CHECKPOINT_EVENTS == 0 or (action.moves_money and not action.foretells):
        queue.enqueue_on_commit("stores.audit_round", chain.name)
    return event


def _append(event: AuditEvent, store: Store | None, jump_to: int) -> AuditChain:
    """Behind the chain's end as this process left it, if it still ends there; else as its locked row says."""
    name = _name(store)
    known, chain = _ends.get(name), None  # asked once: another thread may write to the chain for the first time
    if known is not None:
        as_known = {"name": name, **dict(zip(("pk", "seq", "head"), known, strict=True))}
        guess = AuditChain(**as_known)
        chain = guess if _follow(event, guess, jump_to, as_known) else None
    if chain is None:
        chain = lock(store)
        _follow(event, chain, jump_to, {"pk": chain.pk})
    event.save(force_insert=True)
    _ends[name] = (chain.pk, event.seq, event.hash)
    return chain


def _follow(event: AuditEvent, chain: AuditChain, jump_to: int, stands: Mapping[str, Any]) -> bool:
    """Move the chain's end to this event, which locks its row; False: it ends elsewhere, and nothing was moved.

    Its time is of this moment: after waiting for another's end it would be older than what it follows.
    """
    event.at = stamp()
    event.chain, event.seq, event.prev = chain, max(chain.seq + 1, jump_to), chain.head
    event.hash = link_hash(event)
    return bool(database.update(AuditChain, stands, {"seq": event.seq, "head": event.hash}))


def link_hash(event: AuditEvent) -> str:
    """What `hash` must be, from every other column."""
    covered = {
        "chain": event.chain.name,
        "seq": event.seq,
        "at": event.at,
        "actor": event.actor,
        "kind": event.kind,
        "object": event.object,
        "prev": event.prev,
        "body_digest": sha256(event.body.encode()).hexdigest(),
    }
    return sha256(b"audit1\n" + codec.dumps(covered).encode()).hexdigest()


def canonical(body: dict[str, Any]) -> str:
    """C(body). Raises ValueError for floats, keys that are not ASCII, integers past 2^53 and broken text."""
    try:
        plain = codec.plain(body)
        _check(plain)
        text = codec.dumps(plain)
        text.encode()  # a lone surrogate has no UTF-8
    except (TypeError, UnicodeEncodeError) as exc:
        raise ValueError(f"no canonical form: {exc}") from exc
    return text


def stamp(at: datetime | None = None) -> str:
    """`at`, or now, as it is hashed: always 27 characters, so that text order is time order."""
    return (at or clock.now()).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _check(value: Any) -> None:
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise ValueError("integers past 2^53 go in as text")
    if isinstance(value, dict):
        if not all(key.isascii() for key in value):
            raise ValueError("keys of an audit body are ASCII")
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            _check(part)


def _without_personal(action: Action, facts: dict[str, Any]) -> dict[str, Any]:
    if "request_id" in facts:
        raise ValueError("request_id is written by the trail")
    shown = {
        key: {"digest": vault.digest(str(value))} if key in action.personal and value else value
        for key, value in facts.items()
    }
    return shown | ({"request_id": request_id.get()} if request_id.get() else {})


def _actor(actor: User | str) -> str:
    if isinstance(actor, str):
        if not ACTOR.fullmatch(actor):
            raise ValueError(f"not an actor: {actor!r}")
        return actor
    return f"person:{actor.uuid}"


def lock(store: Store | None) -> AuditChain:
    """The chain's row, locked to the end of the transaction (SQLite holds its one write lock already)."""
    name = _name(store)
    rows = AuditChain.objects.select_for_update()
    if (chain := rows.filter(name=name).first()) is None:
        AuditChain.objects.get_or_create(name=name, defaults={"store": store})
        chain = rows.get(name=name)
    return chain


def _name(store: Store | None) -> str:
    return SYSTEM if store is None else str(store.uuid)
