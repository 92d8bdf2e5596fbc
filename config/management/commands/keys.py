"""`manage.py keys [FILE]`: fresh secrets of an installation, into a file that only its owner reads."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.up import devenv


class Command(BaseCommand):
    help = "Make SECRET_KEY, VAULT_KEYS and AUDIT_KEY: written to FILE (0600, never over an old one), or printed."
    requires_system_checks: list[str] = []  # they would ask for what is made here

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path)

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        made = devenv.fresh_secrets()
        if file is None:
            self.stdout.write("\n".join(f"{name}={value}" for name, value in made.items()))
            return
        try:
            is_new = devenv.write_once(file, made)
        except OSError as exc:
            raise CommandError(f"Cannot write {file}: {exc.strerror}.") from exc
        if not is_new:
            raise CommandError(f"{file} is there already, and what its keys sealed opens with them alone.")
        self.stdout.write(f"Wrote {', '.join(made)} to {file}. Keep a copy apart from the database's backups.")
