"""`manage.py restored`: run once after the database was put back from a copy, before web and worker start."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from cancellations.execution import restored
from stores.audit import restore
from stores.kernel import clock


class Command(BaseCommand):
    help = "After a restore: open steps look before they send, chains note it, numbers move on. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        most = "numbers of cancellations that are left out (1000); chains and other tables leave out more"
        parser.add_argument("--gap", type=int, default=restore.GAP, help=most)

    def handle(self, *args: Any, dry_run: bool, gap: int, **options: Any) -> None:
        do = restored.plan if dry_run else restored.restored
        found = do(now=clock.now(), gap=max(gap, 1))
        self.stdout.write("\n".join(found.words))
        if dry_run:
            self.stdout.write("Nothing was changed.")
