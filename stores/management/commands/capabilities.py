"""manage.py capabilities: what each platform can do, for people and for machines."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from stores.platforms import registry


class Command(BaseCommand):
    help = "Print what each platform can do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        table: list[dict[str, Any]] = [
            {"key": platform.key, "kind": "platform", "capabilities": platform.capabilities.as_dict()}
            for platform in registry.all_platforms()
        ]
        if options["format"] == "json":
            self.stdout.write(json.dumps(table, indent=2, ensure_ascii=False))
            return
        for entry in table:
            self.stdout.write(f"{entry['key']}")
            for name, said in entry["capabilities"].items():
                self.stdout.write(f"  {name:24} {said['support']:11} {said['why']}")
