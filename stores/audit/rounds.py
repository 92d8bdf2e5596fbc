"""What the sweep asks of the chains: sign what is due, walk each once a day.

What stands in one row of these tables, spoilt by whatever hand, never stops the others from being signed and walked.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from stores.audit import actions, checkpoints, rows, verify
from stores.kernel import clock, queue
from stores.models import AuditChain, AuditEvent, Checkpoint

logger = logging.getLogger(__name__)
LOOK_EVERY = timedelta(hours=24)
LEFT_BEHIND = 3 * verify.SLICE  # an unfinished look that nobody goes on with


def due(now: datetime, most: int) -> list[str]:
    """Names of the chains that need a signature or a look; one query."""
    last = Checkpoint.objects.filter(chain=OuterRef("pk")).order_by("-seq")
    money = AuditEvent.objects.filter(chain=OuterRef("pk"), seq__gt=OuterRef("signed"), kind__in=actions.at_once())
    money = money.order_by("-seq")  # the way of the index: for "is there any" PostgreSQL may read all
    chains = AuditChain.objects.filter(seq__gt=0).select_related("look")
    chains = chains.annotate(
        signed=Coalesce(Subquery(last.values("seq")[:1]), 0), signed_at=Subquery(last.values("at")[:1])
    ).annotate(money=Subquery(money.values("seq")[:1]))
    with rows.as_they_stand():
        try:
            found = list(chains)
        except verify.UNREADABLE:
            verify.forget_spoilt()
            return _one_by_one(now)[:most]
    return [str(row.name) for row in found if _wants_signature(row, now) or _wants_look(row, now)][:most]


def begin() -> None:
    """At the start of a worker: what the one before had signed when it was killed, and not written out, is written.

    A checkpoint without its file is a finding. A database or disk that is away stops no start: the next signature of
    the chain writes it, too.
    """
    try:
        checkpoints.export_missing()
    except (Error, OSError) as exc:
        logger.warning("checkpoints could not be written out", extra={"kind": type(exc).__name__})


def _one_by_one(now: datetime) -> list[str]:
    """The same where a spoilt row spoils the query."""
    chains = AuditChain.objects.filter(seq__gt=0).select_related("look")
    can_sign = bool(settings.AUDIT_KEY)
    return [str(row.name) for row in chains if (can_sign and checkpoints.is_due(row, now)) or _wants_look(row, now)]


def go(name: str) -> None:
    """Do what is due for one chain. Safe to run twice, and in two workers at once."""
    now = clock.now()
    for chain in AuditChain.objects.filter(name=name).select_related("look"):
        if settings.AUDIT_KEY and checkpoints.is_due(chain, now):
            _sign(chain)
        if _wants_look(chain, now) and verify.look(chain, at_most=verify.SLICE).finished_at is None:
            queue.enqueue_on_commit("stores.look_at_chain", name)


def _sign(chain: AuditChain) -> None:
    """A break since the last signature is looked for at once, and told; what stands there is signed behind it."""
    is_broken = checkpoints.broken_tail(chain) is not None
    signed = checkpoints.take(chain)
    checkpoints.export_missing([chain.name])
    is_known = hasattr(chain, "look") and chain.look.first_bad is not None
    if (is_broken or signed is None) and not is_known:
        verify.look(chain, at_most=verify.SLICE, afresh=True)


def _wants_signature(chain: AuditChain, now: datetime) -> bool:
    """From the columns that `due` brings along; `checkpoints.is_due` asks again before anything is signed."""
    if not settings.AUDIT_KEY:
        return False
    found = vars(chain)
    signed = rows.number(found["signed"])
    if signed is None:  # spoilt: what is true of the rows is asked for
        return checkpoints.is_due(chain, now)
    return bool(found["money"]) or checkpoints.is_time(chain, signed, rows.time(found["signed_at"]), now)


def _wants_look(chain: AuditChain, now: datetime) -> bool:
    """Once a day; a look that claims to be of the future is none."""
    if not hasattr(chain, "look"):
        return True
    if chain.look.finished_at is None:
        return now - chain.look.started_at > LEFT_BEHIND
    return not now - LOOK_EVERY <= chain.look.finished_at <= now
