"""`manage.py sandbox serve --port N`: the simulated platforms over HTTP, on loopback."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.up import practice

if practice.is_here():
    from sandbox.core.http_server import Server
    from sandbox.world import World


class Command(BaseCommand):
    help = (
        "Serve the sandbox: simulated platforms with a world of their own. Shops: http://127.0.0.1:PORT/PLATFORM/NAME"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        serve = actions.add_parser("serve", help="answer until SIGTERM or Ctrl-C")
        serve.add_argument("--port", type=int, required=True, help="0 takes a free one")
        serve.add_argument("--world", default="", help="the world's file; made when missing")
        serve.add_argument("--shop", action="append", default=[], help="open a shop of this name; may be repeated")
        serve.add_argument("--switches", default="", help="a file of `manage.py conform`: behave like that shop")
        serve.add_argument("--control-token", default="", help="opens /control/ to who sends it as X-Sandbox-Control")

    def handle(self, *args: Any, **options: Any) -> None:
        practice.require()
        world = open_world(options["world"], options["shop"])
        world.control_token = options["control_token"] or None
        if options["switches"]:
            bend(world, options["switches"])
        try:
            server = Server(world, options["port"])
        except OSError as exc:
            raise CommandError(f"Port {options['port']} cannot be used: {exc.strerror}") from exc
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: server.stop())
        self.stdout.write(f"Sandbox at http://127.0.0.1:{server.port}/shopify/demo, world in {world.store.path}")
        self.stdout.flush()
        server.run()
        world.close()


def open_world(path: str, shops: list[str]) -> World:
    """The world at `path`, else beside the other state, with these shops open."""
    file = Path(path) if path else Path(settings.STATE_DIR) / "sandbox.sqlite3"
    file.parent.mkdir(parents=True, exist_ok=True)
    world = World.open(file)
    for name in shops:
        if world.shop(name) is None:
            world.add_shop(name)
    return world


def bend(world: World, path: str) -> None:
    try:
        world.load_switches(path)
    except (OSError, ValueError) as exc:
        raise CommandError(f"--switches: {exc}") from exc
