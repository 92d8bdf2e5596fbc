"""Signed statements of where a chain ends: Ed25519 with settings.AUDIT_KEY, a key the database does not hold.

Taken as soon as money moved, else hourly or every CHECKPOINT_EVENTS; told to the system chain and written to
AUDIT_EXPORT_DIR, one file each, <chain>/<seq>.json. Keep a copy of that folder elsewhere: what was never exported,
somebody with the database and the key can rewrite.

A chain with a broken link is signed all the same: the break stays a finding, and what comes after it is fixed too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction

from stores.audit import actions, files, keys, rows, trail
from stores.audit.verify_audit import Line, Problem, Walk, read_statement
from stores.canonical import codec
from stores.models import AuditChain, AuditEvent, Checkpoint

logger = logging.getLogger(__name__)
EVERY = timedelta(hours=1)
NEWEST = 20  # rows in which the last true statement is looked for


@dataclass(frozen=True)
class Signed:
    """The last true statement about a chain."""

    seq: int = 0
    head: str = trail.ZERO
    at: datetime | None = None
    digest: str = trail.ZERO


def take_all() -> int:
    """Sign the end of every chain, the system's last since it is told of the others, and export. How many were."""
    shops = AuditChain.objects.filter(seq__gt=0).exclude(name=trail.SYSTEM)
    made = [take(chain) for chain in shops]
    made += [take(chain) for chain in AuditChain.objects.filter(name=trail.SYSTEM, seq__gt=0)]
    export_missing()
    return len([checkpoint for checkpoint in made if checkpoint])


def is_due(chain: AuditChain, now: datetime) -> bool:
    """Whether the chain's end is to be signed now."""
    last = latest(chain)
    if stands(chain.pk, rows.number(chain.seq) or 0):  # also one that is not true: verifying finds it
        return False
    unsigned = AuditEvent.objects.filter(chain=chain, seq__gt=last.seq, kind__in=actions.at_once())
    return is_time(chain, last.seq, last.at, now) or unsigned.exists()


def is_time(chain: AuditChain, signed: int, signed_at: datetime | None, now: datetime) -> bool:
    """An hour since the last one, or CHECKPOINT_EVENTS; the system chain's own note of it counts for nothing."""
    new = (rows.number(chain.seq) or 0) - signed - (1 if signed and chain.name == trail.SYSTEM else 0)
    is_old = signed_at is None or not now - EVERY < signed_at <= now
    return new >= settings.CHECKPOINT_EVENTS or (new > 0 and is_old)


def take(chain: AuditChain, *, restored: dict[str, Any] | None = None) -> Checkpoint | None:
    """Sign the chain's end as it stands; None when it stands signed already, or cannot be told.

    The chain's own row is not locked (a checkpoint speaks of a committed end, whatever comes after), the system's
    is: two at once would both follow the same one before.
    """
    with transaction.atomic(), rows.as_they_stand():
        trail.lock(None)
        chain.refresh_from_db()
        last = newest(chain) if restored else latest(chain)
        if last.seq == chain.seq or not _ends_as_it_says(chain):
            return None
        text, at = statement(chain, last, restored)
        signed = keys.sign(text)
        copied = {"head": chain.head, "at": at, "text": text, "signature": signed["signature"]}
        checkpoint, made = Checkpoint.objects.get_or_create(
            chain=chain, seq=chain.seq, defaults={**copied, "key_id": signed["key_id"]}
        )
        if made:
            trail.record(
                actions.CHECKPOINT, actor="rescind", target=f"chain:{chain.name}", up_to=chain.seq, head=chain.head
            )
    return checkpoint if made else None


def statement(chain: AuditChain, last: Signed, restored: dict[str, Any] | None = None) -> tuple[str, str]:
    """What is signed of a chain's end, and its time. restored: see restore.py."""
    at = trail.stamp()
    said = {"chain": chain.name, "seq": chain.seq, "head": chain.head, "at": at, "prev_checkpoint": last.digest}
    return codec.dumps(said | ({"restored": restored} if restored else {})), at


def line(checkpoint: Checkpoint) -> dict[str, Any]:
    """The checkpoint as verify_audit.py reads it."""
    return rows.line(vars(checkpoint) | {"chain__name": checkpoint.chain.name})


def latest(chain: AuditChain) -> Signed:
    """By what rows truly state: one that was spoilt is passed over, and verifying finds it."""
    newest = Checkpoint.objects.filter(chain=chain).order_by("-seq").values(*rows.CHECKPOINT)[:NEWEST]
    with rows.as_they_stand():
        found = list(newest)
    for row in found:
        said, problem = read_statement(rows.line(row), keys.public_keys())
        if not problem:
            return signed_by(row["text"], said)
        logger.error("a checkpoint is not true", extra={"chain": str(chain.name), "seq": rows.number(row["seq"])})
    return Signed()


def newest(chain: AuditChain) -> Signed:
    """By rows and files: after a restore the files know more."""
    true = [latest(chain)]
    for line in files.of(chain.name).values():
        said, problem = read_statement(line, keys.public_keys())
        if not problem and said["chain"] == chain.name:
            true.append(signed_by(line["text"], said))
    return max(true, key=lambda signed: signed.seq)


def signed_by(text: str, said: Line) -> Signed:
    return Signed(said["seq"], said["head"], rows.time(said["at"]), sha256(text.encode()).hexdigest())


def stands(chain: int, seq: int) -> bool:
    return Checkpoint.objects.filter(chain=chain, seq=seq).exists()


def export_missing(names: Iterable[str] = ()) -> int:
    """Write each checkpoint of these chains (none named: all) that has no file yet, oldest first. Returns how many."""
    chains = AuditChain.objects.filter(name__in=names) if names else AuditChain.objects.all()
    with rows.as_they_stand():
        return sum(_export(str(chain.name), chain.pk) for chain in chains)


def _export(name: str, chain: int) -> int:
    missing = []
    for row in Checkpoint.objects.filter(chain=chain).order_by("-seq").values(*rows.CHECKPOINT).iterator():
        seq = rows.number(row["seq"])
        if seq is not None and files.path(name, seq).exists():
            break
        if not read_statement(rows.line(row), keys.public_keys())[1]:  # what was spoilt is never written out
            missing.append(rows.line(row))
    for each in reversed(missing):
        files.write(files.path(name, each["seq"]), codec.dumps(each) + "\n")
    return len(missing)


def broken_tail(chain: AuditChain) -> Problem | None:
    """The first link since the last statement that does not hold."""
    with rows.as_they_stand():
        last = latest(chain)
        walk = Walk(chain.name, {}, last.seq, last.head)
        return next(filter(None, map(walk.step, rows.events(chain.pk, chain.name, after=last.seq))), None)


def _ends_as_it_says(chain: AuditChain) -> bool:
    """Whether the chain's row names its last entry: else nobody can say what is to be signed."""
    seq = rows.number(chain.seq)
    last = AuditEvent.objects.filter(chain=chain, seq=seq).values_list("hash", flat=True).first() if seq else None
    if last is None or last != chain.head:
        logger.error("audit chain does not end where its row says; not signed", extra={"chain": str(chain.name)})
        return False
    return True
