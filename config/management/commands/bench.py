"""`manage.py bench NAME [--quick]`: one JSON line a figure."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.up import practice

if practice.is_here():
    from sandbox.benches import frame


class Command(BaseCommand):
    help = "Measure. --quick stays under four minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=frame.names() if practice.is_here() else None)
        parser.add_argument("--quick", action="store_true")
        parser.add_argument("--platform", help="crash, execute, imports: this one alone")
        parser.add_argument("--cancellations", type=int, help="execute: how many (1000; with --quick 100)")
        parser.add_argument("--processes", type=int, help="execute: so many workers, and no limit of the platform's")
        parser.add_argument("--orders", type=int, help="pages: how many (100,000; with --quick 10,000)")

    def handle(self, *args: Any, name: str, quick: bool, **options: Any) -> None:
        practice.require()
        given = {wish: options[wish] for wish in ("cancellations", "orders", "platform", "processes")}
        wishes = {wish: value for wish, value in given.items() if value is not None}
        self.stdout.write(frame.machine(name).to_line())
        try:
            figures = frame.find(name).run(quick, **wishes)
        except TypeError as exc:
            raise CommandError(f"{name} has no such option") from exc
        with frame.stopwatch() as seconds:
            for figure in figures:
                self.stdout.write(figure.to_line())
                self.stdout.flush()
        self.stdout.write(frame.Figure(name, "whole run", seconds(), "s").to_line())
