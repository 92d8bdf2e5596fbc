"""Whole chains as JSON lines, for verify_audit.py: what was signed first, then every event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings

from stores.audit import checkpoints, keys, rows
from stores.models import AuditChain


def lines(chains: Iterable[AuditChain]) -> Iterator[str]:
    """The proof of these chains as they stand now, each line with its line end. Writes nothing."""
    with rows.as_they_stand():
        for chain in chains:
            chain.refresh_from_db()  # the end that is signed is the end that is exported
            for line in (*rows.statements(chain.pk), *_head(chain), *_events(chain)):
                yield rows.text(line) + "\n"


def _head(chain: AuditChain) -> Iterator[dict[str, Any]]:
    if settings.AUDIT_KEY and rows.number(chain.seq):
        text, _ = checkpoints.statement(chain, checkpoints.latest(chain))
        yield {"is": "head", "chain": chain.name, **keys.sign(text)}


def _events(chain: AuditChain) -> Iterator[dict[str, Any]]:
    for event in rows.events(chain.pk, chain.name):
        yield {"is": "event", **event}
