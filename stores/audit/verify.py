"""Is a chain whole? Our rows, walked with the very rules of verify_audit.py and held against what was exported."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Count, Max

from stores.audit import actions, checkpoints, keys, trail
from stores.audit.verify_audit import Problem, Statements, Walk, statements
from stores.kernel import clock, queue
from stores.models import AuditChain, AuditEvent, ChainCheck, Checkpoint

logger = logging.getLogger(__name__)
COLUMNS = ("seq", "at", "actor", "kind", "object", "body", "prev", "hash")
LOOK_AT_CLOCK_EVERY = 500  # events
SLICE = timedelta(seconds=20)  # of a worker's time


def look(chain: AuditChain, *, at_most: timedelta = timedelta(days=1), afresh: bool = False) -> ChainCheck:
    """Walk the chain for at most this long, going on where an unfinished look stopped; the result is stored.

    afresh: from the first entry, whatever was walked before.
    """
    check = _open(chain, afresh=afresh)
    signed = _signed(chain)
    chain.refresh_from_db()  # after the statements: none of them may speak of an end we do not know yet
    walk = Walk(chain.name, signed.heads.get(chain.name, {}), check.seq, check.head, check.signed)
    problem, ran_out = _walk(walk, chain, deadline=clock.now() + at_most)
    if not ran_out:
        problem = _first(problem or walk.end() or _end(walk, chain), *signed.problems)
    return _close(check, walk, problem, finished=not ran_out)


def go_on(chain: str) -> None:
    """Continue an unfinished look in the background, a slice at a time; a finished one is left alone."""
    for check in ChainCheck.objects.filter(chain__name=chain, finished_at=None).select_related("chain"):
        if look(check.chain, at_most=SLICE).finished_at is None:
            queue.ring("stores.look_at_chain", chain)


def _open(chain: AuditChain, *, afresh: bool) -> ChainCheck:
    now = clock.now()
    check, _ = ChainCheck.objects.get_or_create(chain=chain, defaults={"started_at": now, "upto": chain.seq})
    if check.finished_at or afresh:
        check.finished_at, check.upto = None, chain.seq
        check.seq, check.head, check.signed = 0, trail.ZERO, 0
    check.started_at = now  # of this part of the look
    return check


def _signed(chain: AuditChain) -> Statements:
    """Checkpoints of the database and of the exported files: neither may lack what the other says."""
    rows = [checkpoints.line(row) for row in Checkpoint.objects.filter(chain=chain).select_related("chain")]
    return statements([*rows, *checkpoints.exported(chain.name)], keys.public_keys())


def events(chain: AuditChain, *, after: int = 0) -> Iterator[dict[str, Any]]:
    """The chain's events after `after` up to the head it had when read, as verify_audit.py takes them."""
    rows = AuditEvent.objects.filter(chain=chain, seq__gt=after, seq__lte=chain.seq).order_by("seq", "pk")
    for row in rows.values(*COLUMNS).iterator(chunk_size=2000):
        yield {"chain": chain.name, **row}


def _walk(walk: Walk, chain: AuditChain, *, deadline: Any) -> tuple[Problem | None, bool]:
    for event in events(chain, after=walk.seq):
        if problem := walk.step(event):
            return problem, False
        if walk.seq % LOOK_AT_CLOCK_EVERY == 0 and clock.now() >= deadline:
            return None, True
    return None, False


def _end(walk: Walk, chain: AuditChain) -> Problem | None:
    """What no single link shows: where the chain row says it ends, events past that, two of one number."""
    if walk.seq < chain.seq:
        return Problem(chain.name, walk.seq + 1, f"is missing: the chain should end at {chain.seq}")
    if walk.head != chain.head:
        return Problem(chain.name, walk.seq, "is not the head that the chain names: two heads")
    rows = AuditEvent.objects.filter(chain=chain)
    last = rows.aggregate(last=Max("seq"))["last"] or 0
    chain.refresh_from_db()  # read after `last`: an honest append moves both at once
    if last > chain.seq:
        return Problem(chain.name, chain.seq + 1, "stands past the head of the chain: two heads")
    twice = rows.values("seq").annotate(rows=Count("pk")).filter(rows__gt=1).order_by("seq").first()
    return Problem(chain.name, twice["seq"], "stands there twice: two heads") if twice else None


def _first(*problems: Problem | None) -> Problem | None:
    return min(filter(None, problems), key=lambda problem: problem.seq, default=None)


def _close(check: ChainCheck, walk: Walk, problem: Problem | None, *, finished: bool) -> ChainCheck:
    known = check.first_bad
    check.seq, check.head, check.signed = walk.seq, walk.head, walk.signed
    if finished:
        check.finished_at = check.checked_at = clock.now()
        check.checked = walk.seq
        check.first_bad, check.problem = (problem.seq, problem.what) if problem else (None, "")
    check.save()
    if check.first_bad is not None and check.first_bad != known:
        _alarm(walk.chain, check)
    return check


def _alarm(chain: str, check: ChainCheck) -> None:
    """Log it, and tell the system chain where that is still possible: whoever tampers may have spoilt it too."""
    logger.error("audit chain is broken", extra={"chain": chain, "seq": check.first_bad})
    try:
        with transaction.atomic():
            trail.record(
                actions.BROKEN,
                actor="rescind",
                target=f"chain:{chain}",
                first_bad=check.first_bad,
                why=check.problem,
            )
    except DatabaseError:
        logger.exception("a broken chain could not be told to the system chain", extra={"chain": chain})
