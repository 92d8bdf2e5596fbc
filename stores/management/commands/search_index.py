"""manage.py search_index: make the index of the order search where the migration had to go without."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from stores import checks_of_database
from stores.selectors import word_index


class Command(BaseCommand):
    help = "Make the index of the order search; web and worker may run meanwhile. Says what is missing for it."

    def handle(self, *args: Any, **options: Any) -> None:
        if word_index.stands(connection):
            self.stdout.write("The index stands.")
            return
        try:
            word_index.make(connection)
        except DatabaseError as exc:
            hint = checks_of_database.POSTGRESQL if connection.vendor == "postgresql" else checks_of_database.SQLITE
            raise CommandError(f"{str(exc).strip()}\n{hint}") from exc
        self.stdout.write("The index is made.")
