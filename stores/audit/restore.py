"""The chains go on behind a restore: `manage.py restored` notes it in each of them, and signs the note at once.

The note's number lies behind everything that any exported file tells of, so that nothing written from now on takes the
number of an entry that was lost. Verifiers accept the jump only for a statement signed with AUDIT_KEY that names it
(`restored: {after, lost_from}`; the system's also `gone`: chains that are lost whole); other signing makes none.
Somebody with the database alone can therefore not pass a cut off end for a restore, and whoever has the key as well
leaves a note that every verdict tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from stores.audit import actions, checkpoints, files, keys, rows, trail
from stores.audit.actions import Action
from stores.audit.verify_audit import statements
from stores.models import AuditChain, AuditEvent, ChainCheck, Store

GAP = 1000
UNKNOWN = 10  # times the gap: where no file says how far a chain had gone


@dataclass(frozen=True)
class Jump:
    """One chain: its last entry now, the last one that files know of, the first that is lost, where it goes on.

    `is_noted`: this restore stands in the chain already. `gone`: chains of which only files are left, with their last.
    """

    chain: str
    store: Store | None
    after: int
    known: int
    lost_from: int
    to: int
    is_noted: bool = False
    gone: dict[str, int] = field(default_factory=dict)


def plan(gap: int = GAP) -> list[Jump]:
    """What is to be noted: the system's chain first, since it is told of the others. Changes nothing."""
    stores = {str(store.uuid): store for store in Store.objects.order_by("pk")}
    gone = {name: max(_heads(name), default=0) for name in files.chains() - set(stores) - {trail.SYSTEM}}
    gone = {name: known for name, known in sorted(gone.items()) if known and not _stands(name)}
    return [_jump(trail.SYSTEM, None, gap, gone), *(_jump(name, store, gap, {}) for name, store in stores.items())]


def note(jumps: Sequence[Jump], shop_action: Action) -> None:
    """Write and sign. A chain in which nothing happened since its last note is left alone."""
    for jump in jumps:
        if not jump.is_noted:
            with transaction.atomic():
                _note(jump, shop_action)
    ChainCheck.objects.all().delete()  # of another time
    checkpoints.export_missing()


def _jump(name: str, store: Store | None, gap: int, gone: dict[str, int]) -> Jump:
    chain = AuditChain.objects.filter(name=name).first()
    after = (rows.number(chain.seq) or 0) if chain else 0
    heads = _heads(name)
    known, lost_from = max(heads, default=0), _lost_from(chain, after, heads) if chain else 1
    to = max(after + UNKNOWN * gap, known + gap) if settings.AUDIT_KEY else after + 1
    is_noted = known <= after and lost_from > after and _is_noted(name)
    return Jump(name, store, after, known, lost_from, to, is_noted, gone)


def _heads(name: str) -> dict[int, str]:
    """What files say, by true statements alone: a forged file moves no number."""
    return statements(files.of(name).values(), keys.public_keys()).heads.get(name, {})


def _lost_from(chain: AuditChain, after: int, heads: dict[int, str]) -> int:
    """Behind the end; earlier where something was written after the restore and before this: signed was another.

    Never before what a row still states as signed: there a contradiction is no restore.
    """
    signed = checkpoints.latest(chain).seq
    later = {seq: head for seq, head in heads.items() if signed < seq <= after}
    stand = dict(AuditEvent.objects.filter(chain=chain, seq__in=later).values_list("seq", "hash"))
    return min((seq for seq, head in later.items() if stand.get(seq) != head), default=after + 1)


def _stands(name: str) -> bool:
    return AuditChain.objects.filter(name=name).exists()


def _is_noted(name: str) -> bool:
    """Nothing but signatures since the last note."""
    last = AuditEvent.objects.filter(chain__name=name).exclude(kind=actions.CHECKPOINT.name).order_by("-seq")
    return (last.values_list("kind", flat=True).first() or "").endswith(".restored")


def _note(jump: Jump, shop_action: Action) -> None:
    action, target = (shop_action, f"store:{jump.chain}") if jump.store else (actions.RESTORED, f"chain:{jump.chain}")
    facts = {"goes_on_behind": jump.after, "known_up_to": jump.known, "lost_chains": len(jump.gone)}
    event = trail.record(action, actor="console", target=target, store=jump.store, jump_to=jump.to, **facts)
    if settings.AUDIT_KEY:
        restored = {"after": jump.after, "lost_from": jump.lost_from} | ({"gone": jump.gone} if jump.gone else {})
        checkpoints.take(event.chain, restored=restored)
