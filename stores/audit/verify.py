"""Is a chain whole? Our rows, walked with the very rules of verify_audit.py and held against what was exported.

look: one chain, a slice at a time, to its first problem (pages, the worker). full.py: everything, every finding.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction

from stores.audit import actions, files, keys, required, rows, trail
from stores.audit.verify_audit import Problem, Statements, Walk, statements
from stores.kernel import clock, queue
from stores.models import AuditChain, ChainCheck

logger = logging.getLogger(__name__)
LOOK_AT_CLOCK_EVERY = 500  # events
SLICE = timedelta(seconds=20)  # of a worker's time
UNREADABLE = (ValueError, TypeError, AttributeError)  # what a spoilt row of ours raises when it is read


def look(chain: AuditChain, *, at_most: timedelta = timedelta(days=1), afresh: bool = False) -> ChainCheck:
    """Walk the chain for at most this long, going on where an unfinished look stopped; the result is stored.

    afresh: from the first entry, whatever was walked before.
    """
    with rows.as_they_stand():
        check = open_check(chain, afresh=afresh)
        signed = statements_of(chain)
        walk = signed.walk(chain.name, check.seq, check.head, check.signed)
        deadline, problem = clock.now() + at_most, None
        for problem in problems(walk, chain.pk):
            if problem or clock.now() >= deadline:
                break
        else:
            first = [end(walk, chain), *signed.problems, *_missing(chain, signed)]
            return close_check(check, walk, _first(*first), finished=True)
        return close_check(check, walk, _first(problem, *signed.problems), finished=problem is not None)


def go_on(chain: str) -> None:
    """Continue an unfinished look in the background, a slice at a time; a finished one is left alone."""
    for check in ChainCheck.objects.filter(chain__name=chain, finished_at=None).select_related("chain"):
        if look(check.chain, at_most=SLICE).finished_at is None:
            queue.enqueue_on_commit("stores.look_at_chain", chain)


def statements_of(chain: AuditChain) -> Statements:
    """Checkpoints of the database and of the exported files: neither may lack what the other says."""
    return statements([*rows.statements(chain.pk), *files.of(chain.name).values()], keys.public_keys())


def problems(walk: Walk, chain: int) -> Iterator[Problem | None]:
    """Each problem with an entry; None now and then, when it is time to look at the clock. chain: the id of its row."""
    for event in rows.events(chain, walk.chain, after=walk.seq):
        if problem := walk.step(event):
            yield problem
        elif walk.seq % LOOK_AT_CLOCK_EVERY == 0:
            yield None


def end(walk: Walk, chain: AuditChain) -> Problem | None:
    """What no single link shows: where the chain's row says it ends, and what was signed beyond."""
    row = _row_after(walk, chain)
    seq, head = rows.number(row["seq"]), row["head"]
    if seq is None:
        return Problem(walk.chain, 0, "has a row whose seq cannot be read")
    if walk.seq < seq:
        return walk.end() or Problem(walk.chain, walk.seq + 1, f"is missing: the chain should end at {seq}")
    if walk.seq > seq:
        return Problem(walk.chain, seq + 1, "stands past the head of the chain: two heads")
    if walk.head != head:
        return Problem(walk.chain, walk.seq, "is not the head that the chain names: two heads")
    return walk.end()


def _row_after(walk: Walk, chain: AuditChain) -> Mapping[str, Any]:
    """The chain's row, read after the events: an honest append moves both at once. What came meanwhile is walked."""
    while True:
        row = AuditChain.objects.filter(pk=chain.pk).values("seq", "head").get()
        before = walk.seq
        if (rows.number(row["seq"]) or 0) <= before or any(problems(walk, chain.pk)) or walk.seq == before:
            return row


def _missing(chain: AuditChain, signed: Statements) -> list[Problem]:
    """Chains that should be and are not have no look of their own: the system's look finds them."""
    if chain.name != trail.SYSTEM:
        return list(required.owner(chain))
    missing = required.names() - required.present() - set(signed.gone)
    return [Problem(chain.name, 0, f"tells of a chain that is missing whole: {name}") for name in sorted(missing)]


def _first(*found: Problem | None) -> Problem | None:
    return min(filter(None, found), key=lambda problem: problem.seq, default=None)


def open_check(chain: AuditChain, *, afresh: bool) -> ChainCheck:
    """The stored look; one that cannot be read is forgotten."""
    now, upto = clock.now(), rows.number(chain.seq) or 0
    try:
        check, _ = ChainCheck.objects.get_or_create(chain=chain, defaults={"started_at": now, "upto": upto})
        is_over = check.finished_at is not None or afresh or rows.number(check.seq) is None
    except UNREADABLE:
        ChainCheck.objects.filter(chain=chain).delete()
        return open_check(chain, afresh=afresh)
    if is_over:
        check.finished_at, check.upto = None, upto
        check.seq, check.head, check.signed = 0, trail.ZERO, 0
    check.started_at = now  # of this part of the look
    return check


def close_check(check: ChainCheck, walk: Walk, problem: Problem | None, *, finished: bool) -> ChainCheck:
    known: tuple[int | None, str] = check.first_bad, check.problem
    check.seq, check.head, check.signed = walk.seq, walk.head, walk.signed
    if finished:
        check.finished_at = check.checked_at = clock.now()
        check.checked = walk.seq
        check.first_bad, check.problem = (problem.seq, problem.what[:200]) if problem else (None, "")
    check.save()
    if check.first_bad is not None and (check.first_bad, check.problem) != known:
        _alarm(walk.chain, check)
    return check


def forget_spoilt() -> None:
    """A stored look is no evidence: one that cannot be read is made anew."""
    for pk in ChainCheck.objects.values_list("pk", flat=True):
        try:
            found = ChainCheck.objects.get(pk=pk)
            spoilt = not isinstance(found.started_at, datetime)
        except UNREADABLE:
            spoilt = True
        if spoilt:
            logger.warning("a stored look at an audit chain cannot be read; it is made anew", extra={"seq": pk})
            ChainCheck.objects.filter(pk=pk).delete()


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
    except (DatabaseError, *UNREADABLE):
        logger.exception("a broken chain could not be told to the system chain", extra={"chain": chain})
