"""Whole chains as JSON lines, for verify_audit.py: what was signed first, then every event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings

from stores.audit import checkpoints, keys, verify
from stores.canonical import codec
from stores.models import AuditChain, Checkpoint


def lines(chains: Iterable[AuditChain]) -> Iterator[str]:
    """The proof of these chains as they stand now, each line with its line end. Writes nothing."""
    for chain in chains:
        chain.refresh_from_db()  # the end that is signed is the end that is exported
        for row in Checkpoint.objects.filter(chain=chain).select_related("chain").order_by("seq").iterator():
            yield codec.dumps(checkpoints.line(row)) + "\n"
        if settings.AUDIT_KEY and chain.seq:
            text, _ = checkpoints.statement(chain, checkpoints.latest(chain))
            yield codec.dumps({"is": "head", "chain": chain.name, **keys.sign(text)}) + "\n"
        for event in verify.events(chain):
            yield codec.dumps({"is": "event", **event}) + "\n"
