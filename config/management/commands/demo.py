"""`manage.py demo make` (called by `up`) and `manage.py demo leave`."""

from __future__ import annotations

import os
import shutil
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config.up import practice, prepare

if practice.is_here():
    from sandbox.demo import making


class Command(BaseCommand):
    help = "make: people, shops and cancellations of the demo. leave: remove the demo, keep the installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["make", "leave"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "make":
            self._make()
        else:
            self._leave()

    def _make(self) -> None:
        practice.require()
        if not (settings.DEMO and settings.SANDBOX_URL):
            raise CommandError("There is no demo here. DEMO=1 make run starts one.")
        if not making.make(settings.STATE_DIR / "sandbox.sqlite3", self.stdout.write):
            raise CommandError("The demo is not complete.")

    def _leave(self) -> None:
        """The demo's database, queue and sandbox lie in one folder; nothing of it is anywhere else."""
        folder = settings.VAR_DIR / "demo"
        if not folder.exists():
            raise CommandError("There is no demo here.")
        lock = prepare.only_one(folder)
        connections.close_all()
        shutil.rmtree(folder)
        os.close(lock)
        (settings.VAR_DIR / "rescind.sqlite3").touch(mode=0o600)  # the next start is no first one
        self.stdout.write("The demo is gone; keys and settings stay. Start for real with: make run")
