"""manage.py resume: lift an emergency stop from the console, whoever pressed it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cancellations.management.commands.stop import shop_of
from cancellations.models import EVERYWHERE, EmergencyStop
from cancellations.services import emergency


class Command(BaseCommand):
    help = (
        "Lift the emergency stop of the installation (or of one shop). What waited goes on where no other stop stands."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--shop", help="uuid of one shop; default: the stop of all shops")

    def handle(self, *args: Any, **options: Any) -> None:
        store = shop_of(options["shop"])
        place = EVERYWHERE if store is None else str(store.pk)
        stop = EmergencyStop.objects.filter(place=place, ended_at=None).select_related("store").first()
        if stop is None:
            raise CommandError("there is no emergency stop to lift here")
        emergency.resume(actor="console", stop=stop)
        self.stdout.write("Lifted. What waited goes on where no other stop stands.")
