"""Everything that must hold, every finding: what `manage.py audit verify` tells.

The rules of a chain are those of verify_audit.py, in its words; added is what only the database and the folder of
exported files show: rows and files that are missing or contradict, owners, ends, signatures that are overdue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings

from stores.audit import actions, checkpoints, files, keys, required, rows, trail, verify
from stores.audit.verify_audit import Line, Problem, Statements, Walk, statements, unsigned
from stores.kernel import clock, row_numbers
from stores.models import AuditChain, AuditEvent, Checkpoint

OVERDUE = 2 * checkpoints.EVERY
OVERDUE_MONEY = timedelta(minutes=15)


@dataclass
class Report:
    """Of one chain. `problems` in the words that the stand-alone script has, too; `more`: what only we can see."""

    name: str
    walk: Walk
    problems: list[Problem] = field(default_factory=list)
    more: list[Problem] = field(default_factory=list)

    @property
    def findings(self) -> list[Problem]:
        return sorted([*self.problems, *self.more], key=lambda problem: problem.seq)


def everything(only: str = "") -> tuple[list[Report], list[str]]:
    """A report for each chain that is or should be, by name; rows that belong to none. only: one chain by itself."""
    with rows.as_they_stand():
        expected = required.names()
        chains = {str(chain.name): chain for chain in AuditChain.objects.order_by("name")}
        if only:
            return [_chain(chains[only], Statements())], []
        system = _chain(chains[trail.SYSTEM], Statements()) if trail.SYSTEM in chains else None
        noted = system.walk.noted if system else {}
        signed = verify.statements_of(chains[trail.SYSTEM]) if system else Statements()
        reports = [system] if system else []
        reports += [_chain(row, signed, noted.get(name, {})) for name, row in chains.items() if name != trail.SYSTEM]
        gone = sorted((expected | set(noted)) - set(chains))
        reports += [_missing(name, signed, noted.get(name, {})) for name in gone]
        return sorted(reports, key=lambda report: report.name), list(required.strays())


def _chain(chain: AuditChain, system: Statements, noted: Mapping[int, str] | None = None) -> Report:
    told = {seq: line for line in rows.statements(chain.pk) if (seq := rows.number(line["seq"]))}
    signed = verify.statements_of(chain)
    walk = signed.walk(chain.name)
    found = [problem for problem in verify.problems(walk, chain.pk) if problem]
    report = Report(str(chain.name), walk, [*signed.problems, *found])
    end = verify.end(walk, chain)
    report.problems += filter(None, [walk.end()])
    report.more += [end] if end and end != walk.end() else []
    noted = walk.noted.get(trail.SYSTEM, {}) if chain.name == trail.SYSTEM else noted or {}
    report.problems += unsigned(walk, noted)
    if not walk.entries and not walk.is_gone(system):
        report.more.append(Problem(report.name, 0, "is empty: it must hold at least how it began"))
    report.more += [*required.owner(chain), *_files(walk, told, chain.pk), *_ids(chain), *_overdue(walk, chain)]
    return report


def _missing(name: str, system: Statements, noted: Mapping[int, str]) -> Report:
    """A chain without a row: lost in a restore that is noted, or missing."""
    signed = statements(files.of(name).values(), keys.public_keys())
    walk = signed.walk(name)
    if walk.is_gone(system):
        return Report(name, walk)
    problems = [*signed.problems, *filter(None, [walk.end()]), *unsigned(walk, noted)]
    return Report(name, walk, problems, [Problem(name, 0, "is missing whole: no row of this chain stands there")])


def _files(walk: Walk, told: Mapping[int, Line], chain: int) -> Iterator[Problem]:
    """Each checkpoint stands in a row and in a file, and both say the same. Read after the walk: a row comes first."""
    found = {seq: name for name in files.of(walk.chain) if (seq := files.number(name))}
    for seq in sorted({*told, *found}):
        file = f"{walk.chain}/{files.name(seq)}"
        if seq not in found:
            yield Problem(walk.chain, seq, f"has a checkpoint whose file is missing: {file}")
        elif seq not in told and not any(first <= seq < at for _, first, at in walk.lost):
            if not checkpoints.stands(chain, seq):
                yield Problem(walk.chain, seq, "has a checkpoint whose row is missing: only the file tells of it")
        elif seq in told and not files.says(walk.chain, found[seq], told[seq]):
            yield Problem(walk.chain, seq, f"has a checkpoint whose file says otherwise: {file}")


def _ids(chain: AuditChain) -> Iterator[Problem]:
    """Row numbers say nothing by themselves, and pages are ordered by them."""
    before = 0
    for seq, pk in Checkpoint.objects.filter(chain=chain.pk).order_by("seq", "pk").values_list("seq", "pk"):
        if pk <= before:
            yield Problem(str(chain.name), rows.number(seq) or 0, "has a checkpoint whose id is not in order")
        before = pk
    for model, kind in ((AuditEvent, "a row"), (Checkpoint, "a checkpoint")):
        last = model._default_manager.filter(chain=chain.pk).order_by("-pk").values("seq", "pk").first()
        if last and last["pk"] > row_numbers.last(model._meta.db_table):
            yield Problem(str(chain.name), rows.number(last["seq"]) or 0, f"has {kind} whose id was never handed out")


def _overdue(walk: Walk, chain: AuditChain) -> Iterator[Problem]:
    """Entries that were to be signed and are not. Where nothing can be signed, nothing is overdue."""
    if not settings.AUDIT_KEY:
        return
    tail = AuditEvent.objects.filter(chain=chain.pk, seq__gt=walk.signed).order_by("seq")
    if chain.name == trail.SYSTEM:
        tail = tail.exclude(kind="audit.checkpoint", object=f"chain:{trail.SYSTEM}")
    for which, most, what in (
        (tail.filter(kind__in=actions.at_once()), OVERDUE_MONEY, "moved money"),
        (tail, OVERDUE, "stands there"),
    ):
        row: Mapping[str, Any] | None = which.values("seq", "at").first()
        at = rows.time(row["at"]) if row else None
        if row and at and clock.now() - at > most:
            words = f"{what} since {row['at']} without a signature: one is overdue"
            yield Problem(walk.chain, rows.number(row["seq"]) or 0, words)
            return


def keep(report: Report) -> None:
    """Store what was found where pages show it, and raise the alarm."""
    for chain in AuditChain.objects.filter(name=report.name):
        check = verify.open_check(chain, afresh=True)
        verify.close_check(check, report.walk, next(iter(report.findings), None), finished=True)
