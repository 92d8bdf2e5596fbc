"""`manage.py restored`: run once after the database was put back from a copy, before web and worker start."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from cancellations.execution import restored
from stores.kernel import clock


class Command(BaseCommand):
    help = "After a restore: every open step looks at its shop before its first send; recent orders are read again."

    def handle(self, *args: Any, **options: Any) -> None:
        found = restored.restored(now=clock.now())
        self.stdout.write(f"Looked for before they are sent: {found['steps']} open steps.")
        self.stdout.write(f"Read again at the next round: {found['orders']} orders acted on in the last 14 days.")
