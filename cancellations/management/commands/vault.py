"""manage.py vault rotate: put a new key first in VAULT_KEYS, restart, run this, then take the old key out."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cancellations.services import rotation


class Command(BaseCommand):
    help = "Seal everything that is stored sealed again, under the first key of VAULT_KEYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["rotate"])
        parser.add_argument("--batch", type=int, default=500, help="rows read at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = 0
        for count in rotation.rotate(batch=options["batch"]):
            unreadable += len(count.unreadable)
            self.stdout.write(
                f"{count.table}: {count.resealed} sealed again, {count.current} were current, "
                f"{count.blank} erased, {len(count.unreadable)} unreadable"
            )
            for pk in count.unreadable:
                self.stdout.write(f"  does not open: {count.table} {pk}")
        if unreadable:
            raise CommandError(
                f"{unreadable} rows do not open under any key of VAULT_KEYS: put back the key that sealed them"
            )
        self.stdout.write("Every row opens under the first key of VAULT_KEYS.")
