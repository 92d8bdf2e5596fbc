"""Tampering on purpose: each edit is made with the triggers lifted, looked for, and taken back."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from sandbox.benches.edits import TABLES, WAYS, Edit, NoEdit, columns
from stores.audit import checkpoints, files, full, shop_actions, trail
from stores.kernel import clock
from stores.models import Connection, Store

__all__ = ["TABLES", "columns", "findings", "keep_files", "lay_out", "trial", "unguarded"]
GUARDS = ("0003_refuse_changes_of_audit_rows", "0011_refuse_to_replace_audit_rows")


@contextmanager
def unguarded() -> Iterator[None]:
    """The triggers are lifted, and put back."""
    guards = [import_module(f"stores.migrations.{name}") for name in GUARDS]
    with connection.cursor() as cursor:
        for guard in reversed(guards):
            for statement in guard.statements(connection.vendor, drop=True):
                cursor.execute(statement)
        yield
        for guard in guards:
            for statement in guard.statements(connection.vendor, drop=False):
                cursor.execute(statement)


def lay_out(shops: int = 2, entries: int = 9) -> None:
    """Chains with checkpoints, files and an unsigned end."""
    for number in range(shops):
        account = Connection.objects.create(connector="shopify", name=f"Shop {number}", created_at=clock.now())
        Store.objects.create(platform="shopify", connection=account, name=account.name, created_at=clock.now())
    for number in range(entries):
        for store in Store.objects.order_by("pk"):
            with transaction.atomic():
                trail.record(
                    shop_actions.CHANGED, actor="console", target=f"store:{store.uuid}", store=store, at=number
                )
        if number % 3 == 1:
            checkpoints.take_all()


def trial(rng: random.Random) -> tuple[Edit, bool, list[str]]:
    """One edit that can be made: it, whether a finding names its place, and all findings. Leaves no trace."""
    kept = _inodes(files.folder())
    while True:
        try:
            with transaction.atomic():
                edit = rng.choice(WAYS)(rng)
                found = findings()
                transaction.set_rollback(True)
            return edit, any(place in line for line in found for place in edit.places), found
        except (NoEdit, DatabaseError):
            continue
        finally:
            if _inodes(files.folder()) != kept:
                _put_files_back()


def findings() -> list[str]:
    """As `manage.py audit verify` tells them."""
    reports, strays = full.everything()
    return [f"{report.name}: {problem}" for report in reports for problem in report.findings] + strays


def _put_files_back() -> None:
    """From the copy made at the first time."""
    folder, kept = files.folder(), files.folder().with_name("kept-" + Path(settings.AUDIT_EXPORT_DIR).name)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(kept, folder, copy_function=shutil.copy2)


def _inodes(folder: Path) -> dict[Path, tuple[int, int]]:
    """What tells that a file was touched."""
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.glob("*/*.json")}


def keep_files() -> None:
    shutil.copytree(files.folder(), files.folder().with_name("kept-" + Path(settings.AUDIT_EXPORT_DIR).name))
