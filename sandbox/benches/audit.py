"""The audit: edits by somebody with the database and the folder, what signing costs, how fast a chain is walked."""

from __future__ import annotations

import random
import resource
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.test.utils import override_settings

from sandbox.benches import tampering
from sandbox.benches.frame import Figure, spread, stopwatch
from sandbox.benches.ground import ground
from stores.audit import checkpoints, full, shop_actions, trail
from stores.models import AuditChain, Store

BENCH, SEED = "audit", 23


def run(quick: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="rescind-bench-audit-") as folder:
        yield from _figures(quick, Path(folder) / "audit")


def _figures(quick: bool, files: Path) -> Iterator[Figure]:
    with override_settings(AUDIT_EXPORT_DIR=str(files)), ground():
        tampering.lay_out()
        tampering.keep_files()
        yield from _edits(400 if quick else 5000)
        yield from _signing(100 if quick else 500)
        yield from _walk(5_000 if quick else 100_000)


def _edits(count: int) -> Iterator[Figure]:
    """Drawn by a seed; each missed one is told whole."""
    rng, found, missed, apart = random.Random(SEED), Counter[str](), Counter[str](), Counter[bool]()
    with tampering.unguarded():
        for _ in range(count):
            edit, is_named, lines = tampering.trial(rng)
            if edit.beyond:
                apart[is_named] += 1
            elif is_named:
                found[edit.kind] += 1
            else:
                missed[edit.kind] += 1
                yield Figure(BENCH, "missed", edit.what, edit.kind, {"places": edit.places, "findings": lines[:5]})
    kinds = {"kinds": len({*found, *missed}), "columns": len(tampering.columns())}
    yield Figure(BENCH, "edits found and named", found.total(), f"of {found.total() + missed.total()}", kinds)
    yield Figure(BENCH, "edits that docs/audit.md calls beyond it", apart.total(), "edits", {"found": apart[True]})


def _signing(count: int) -> Iterator[Figure]:
    """Five entries appended, their end signed, told and written to its file."""
    store = Store.objects.order_by("pk")[0]
    taken, appended = [], []
    for _ in range(count):
        with stopwatch() as seconds:
            _append(store, 5)
        appended.append(seconds() / 5)
        chain = AuditChain.objects.get(store=store)
        with stopwatch() as seconds:
            checkpoints.take(chain)
            checkpoints.export_missing([chain.name])
        taken.append(seconds())
    yield from spread(BENCH, "append", appended)
    yield from spread(BENCH, "sign and export", taken)


def _walk(count: int) -> Iterator[Figure]:
    store = Store.objects.order_by("-pk")[0]
    _append(store, count)
    checkpoints.take_all()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with stopwatch() as seconds:
        report = full.everything(str(store.uuid))[0][0]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    notes = {"entries": report.walk.entries, "findings": len(report.findings), "grown MB": round(grown, 1)}
    yield Figure(BENCH, "walk", report.walk.entries / seconds(), "entries/s", notes)


def _append(store: Store, count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            trail.record(
                shop_actions.CHANGED, actor="console", target=f"store:{store.uuid}", store=store, number=number
            )
