"""One link, recomputed before the reader's eyes: what its hash covers, and how it holds to its neighbours."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature

from stores.audit import keys, trail
from stores.models import AuditEvent, Checkpoint


@dataclass(frozen=True)
class Proof:
    """`holds`: the hash is the one of the other columns. `follows`, `is_followed`: the neighbours agree.

    `checkpoint`: the first signed statement at or after this entry; `is_signed`: its signature is true.
    """

    body_digest: str
    computed: str
    holds: bool
    follows: bool
    is_followed: bool
    checkpoint: Checkpoint | None
    is_signed: bool

    @property
    def is_whole(self) -> bool:
        return self.holds and self.follows and self.is_followed and (self.checkpoint is None or self.is_signed)


def of(event: AuditEvent) -> Proof:
    """Four small queries; the rest of the chain is not walked."""
    computed = trail.link_hash(event)
    checkpoint = Checkpoint.objects.filter(chain=event.chain, seq__gte=event.seq).order_by("seq").first()
    return Proof(
        body_digest=sha256(event.body.encode()).hexdigest(),
        computed=computed,
        holds=computed == event.hash,
        follows=event.prev == _hash_before(event),
        is_followed=_is_followed(event),
        checkpoint=checkpoint,
        is_signed=checkpoint is not None and _is_signed(checkpoint, event),
    )


def _hash_before(event: AuditEvent) -> str:
    """Of the entry before it, which after a restore is not the number before."""
    rows = AuditEvent.objects.filter(chain=event.chain, seq__lt=event.seq).order_by("-seq")
    return rows.values_list("hash", flat=True).first() or trail.ZERO


def _is_followed(event: AuditEvent) -> bool:
    """By the next entry, or by the chain's own row when this is the last."""
    rows = AuditEvent.objects.filter(chain=event.chain, seq__gt=event.seq).order_by("seq")
    after = rows.values_list("prev", flat=True).first()
    return event.hash == (event.chain.head if after is None else after)


def _is_signed(checkpoint: Checkpoint, event: AuditEvent) -> bool:
    """By what the signed text says: the row's other columns are only copies of it."""
    key = keys.public_keys().get(checkpoint.key_id)
    if key is None:
        return False
    try:
        key.verify(base64.b64decode(checkpoint.signature), checkpoint.text.encode())
    except (InvalidSignature, ValueError):
        return False
    said = json.loads(checkpoint.text)
    if (said["chain"], said["seq"], said["head"]) != (event.chain.name, checkpoint.seq, checkpoint.head):
        return False
    return bool(checkpoint.seq != event.seq or checkpoint.head == event.hash)
