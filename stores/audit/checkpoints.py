"""Signed statements of where a chain ends: Ed25519 with settings.AUDIT_KEY, a key the database does not hold.

Taken hourly or every CHECKPOINT_EVENTS, told to the system chain and written to AUDIT_EXPORT_DIR, one file each,
<chain>/<seq>.json. Keep a copy of that folder elsewhere: what was never exported, somebody with the database
and the key can rewrite.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from stores.audit import actions, keys, trail
from stores.canonical import codec
from stores.models import AuditChain, AuditEvent, Checkpoint

logger = logging.getLogger(__name__)
EVERY = timedelta(hours=1)


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
    return is_time(chain, last.seq if last else 0, _time(last.at) if last else None, now)


def is_time(chain: AuditChain, signed: int, signed_at: datetime | None, now: datetime) -> bool:
    """An hour since the last one, or CHECKPOINT_EVENTS; the system chain's own note of it counts for nothing."""
    new = chain.seq - signed - (1 if signed and chain.name == trail.SYSTEM else 0)
    return new >= settings.CHECKPOINT_EVENTS or (new > 0 and (signed_at is None or now - signed_at >= EVERY))


def take(chain: AuditChain) -> Checkpoint | None:
    """Sign the chain's end as it stands; None when it stands signed already, or does not hold.

    The chain's own row is not locked (a checkpoint speaks of a committed end, whatever comes after), the system's
    is: two at once would both follow the same one before.
    """
    with transaction.atomic():
        trail.lock(None)
        chain.refresh_from_db()
        last = latest(chain)
        if (last and last.seq == chain.seq) or not _holds(chain, last):
            return None
        text, at = statement(chain, last)
        signed = keys.sign(text)
        checkpoint, made = Checkpoint.objects.get_or_create(
            chain=chain,
            seq=chain.seq,
            defaults={
                "head": chain.head,
                "at": at,
                "text": text,
                "signature": signed["signature"],
                "key_id": signed["key_id"],
            },
        )
        if made:
            trail.record(
                actions.CHECKPOINT, actor="rescind", target=f"chain:{chain.name}", up_to=chain.seq, head=chain.head
            )
    return checkpoint if made else None


def statement(chain: AuditChain, last: Checkpoint | None) -> tuple[str, str]:
    """What is signed of a chain's end, and its time."""
    at = trail.stamp()
    prev = sha256(last.text.encode()).hexdigest() if last else trail.ZERO
    return codec.dumps(
        {"chain": chain.name, "seq": chain.seq, "head": chain.head, "at": at, "prev_checkpoint": prev}
    ), at


def line(checkpoint: Checkpoint) -> dict[str, str]:
    """The checkpoint as verify_audit.py reads it."""
    return {
        "is": "checkpoint",
        "chain": checkpoint.chain.name,
        "text": checkpoint.text,
        "signature": checkpoint.signature,
        "key_id": checkpoint.key_id,
    }


def latest(chain: AuditChain) -> Checkpoint | None:
    return Checkpoint.objects.filter(chain=chain).order_by("-seq").first()


def export_missing() -> int:
    """Write each checkpoint that has no file yet, oldest first. Returns how many."""
    written = 0
    for chain in AuditChain.objects.all():
        missing = []
        for checkpoint in Checkpoint.objects.filter(chain=chain).select_related("chain").order_by("-seq").iterator():
            if _file(checkpoint).exists():
                break
            missing.append(checkpoint)
        for checkpoint in reversed(missing):
            _write(_file(checkpoint), codec.dumps(line(checkpoint)) + "\n")
            written += 1
    return written


def exported(chain: str) -> Iterator[dict[str, Any]]:
    """What the exported files say of a chain."""
    for path in sorted((Path(settings.AUDIT_EXPORT_DIR) / chain).glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def _holds(chain: AuditChain, last: Checkpoint | None) -> bool:
    """Whether the links since the last checkpoint hold: what does not is never signed."""
    seq, head = (last.seq, last.head) if last else (0, trail.ZERO)
    for event in AuditEvent.objects.filter(chain=chain, seq__gt=seq, seq__lte=chain.seq).order_by("seq").iterator():
        event.chain = chain
        if event.seq != seq + 1 or event.prev != head or event.hash != trail.link_hash(event):
            break
        seq, head = event.seq, event.hash
    if (seq, head) != (chain.seq, chain.head):
        logger.error("audit chain does not hold; not signed", extra={"chain": chain.name, "seq": seq + 1})
        return False
    return True


def _file(checkpoint: Checkpoint) -> Path:
    return Path(settings.AUDIT_EXPORT_DIR) / checkpoint.chain.name / f"{checkpoint.seq:012d}.json"


def _write(path: Path, text: str) -> None:
    """Whole or not at all, on the disk before anybody sees it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{secrets.token_hex(4)}")  # two writers: the same text twice, never half of it
    with half.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def _time(at: str) -> datetime:
    return datetime.fromisoformat(at)
