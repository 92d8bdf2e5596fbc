"""What the sweep asks of the chains: sign what is due, walk each once a day. A chain that is broken is not signed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import OuterRef, Subquery

from stores.audit import checkpoints, verify
from stores.kernel import clock, queue
from stores.models import AuditChain, Checkpoint

LOOK_EVERY = timedelta(hours=24)
LEFT_BEHIND = 3 * verify.SLICE  # an unfinished look that nobody goes on with


def due(now: datetime, most: int) -> list[str]:
    """Names of the chains that need a signature or a look; one query."""
    last = Checkpoint.objects.filter(chain=OuterRef("pk")).order_by("-seq")
    chains = AuditChain.objects.filter(seq__gt=0).select_related("look")
    chains = chains.annotate(signed=Subquery(last.values("seq")[:1]), signed_at=Subquery(last.values("at")[:1]))
    return [row.name for row in chains if _wants_signature(row, now) or _wants_look(row, now)][:most]


def go(name: str) -> None:
    """Do what is due for one chain. Safe to run twice, and in two workers at once."""
    now = clock.now()
    for chain in AuditChain.objects.filter(name=name).select_related("look"):
        if settings.AUDIT_KEY and not _is_broken(chain) and checkpoints.is_due(chain, now):
            signed = checkpoints.take(chain)
            checkpoints.export_missing()
            if signed is None and checkpoints.is_due(chain, now):  # it does not hold: find out where, and tell
                verify.look(chain, at_most=verify.SLICE)
        if _wants_look(chain, now) and verify.look(chain, at_most=verify.SLICE).finished_at is None:
            queue.ring("stores.look_at_chain", name)


def _wants_signature(chain: AuditChain, now: datetime) -> bool:
    """From the columns that `due` brings along; `checkpoints.is_due` asks again before anything is signed."""
    if not settings.AUDIT_KEY or _is_broken(chain):
        return False
    signed, signed_at = vars(chain)["signed"] or 0, vars(chain)["signed_at"]
    return checkpoints.is_time(chain, signed, datetime.fromisoformat(signed_at) if signed_at else None, now)


def _wants_look(chain: AuditChain, now: datetime) -> bool:
    if not hasattr(chain, "look"):
        return True
    if chain.look.finished_at is None:
        return now - chain.look.started_at > LEFT_BEHIND
    return now - chain.look.finished_at > LOOK_EVERY


def _is_broken(chain: AuditChain) -> bool:
    return hasattr(chain, "look") and chain.look.first_bad is not None
