"""manage.py capabilities: what each platform can do, for people, machines and the documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config.capability_docs import platform_pages
from stores.platforms import registry


class Command(BaseCommand):
    help = "Print what each platform can do; --write makes docs/platforms.md and docs/platforms/ again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=sorted(FORMATS), default="text")
        parser.add_argument("--write", action="store_true", help="write the pages of the documents")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["write"]:
            self.stdout.write("\n".join(platform_pages.write(settings.BASE_DIR)))
        else:
            self.stdout.write(FORMATS[options["format"]](), ending="")


def as_json() -> str:
    return json.dumps(_table(), indent=2, ensure_ascii=False) + "\n"


def as_text() -> str:
    lines = []
    for entry in _table():
        lines.append(entry["key"])
        lines += [f"  {name:24} {said['support']:11} {said['why']}" for name, said in entry["capabilities"].items()]
    return "\n".join(lines) + "\n"


def _table() -> list[dict[str, Any]]:
    return [
        {"key": platform.key, "kind": "platform", "capabilities": platform.capabilities.as_dict()}
        for platform in registry.all_platforms()
    ]


FORMATS: dict[str, Callable[[], str]] = {"text": as_text, "json": as_json, "markdown": platform_pages.matrix}
