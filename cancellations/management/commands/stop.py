"""manage.py stop: press the emergency stop from the console."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cancellations.services import emergency
from stores.models import Store


class Command(BaseCommand):
    help = "Emergency stop: no effect leaves the installation (or one shop) until it is lifted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--shop", help="uuid of one shop, as in the address of its page; default: all shops")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = emergency.press(actor="console", store=shop_of(options["shop"]))
        self.stdout.write(stop.words)


def shop_of(uuid: str | None) -> Store | None:
    """Raises CommandError for a shop that is not there."""
    if not uuid:
        return None
    try:
        return Store.objects.get(uuid=uuid)
    except (Store.DoesNotExist, ValidationError) as exc:
        raise CommandError(f"no shop with the uuid {uuid}") from exc
