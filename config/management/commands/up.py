"""`manage.py up` (= `make run`): everything on one machine, with a demo the first time."""

from __future__ import annotations

import os
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand, CommandError

from config import start, static_files
from config.up import children, demo, greeting, keeper, practice, prepare

START_SECONDS = 60  # the desk must answer by then, or the console says where to look


class Command(BaseCommand):
    help = "Start web, worker, scheduler and the sandbox with practice shops. Ctrl-C ends all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        self._check(host)
        if settings.DEMO:
            practice.require()
        logs = prepare.folders()
        lock = prepare.only_one(settings.STATE_DIR)
        prepare.free_port(host, port)
        self._say(f"Database: {settings.DATABASES['default']['NAME']}")
        prepare.database()
        static_files.ensure()
        kept = keeper.Keeper(env=os.environ, logs=logs, say=self._say)
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGINT, _interrupt)
        try:
            accounts = self._practise(kept, port)
            self._say("Web, worker and scheduler ...")
            for child in (children.web(host, port), children.worker(), children.beat()):
                kept.start(child)
            self._await(kept, host, port)
            address = greeting.address(host, port)
            for line in greeting.ready(address, accounts, demo.start_link(address), str(logs)):
                self._say(line)
            self._keep(kept)
        except KeyboardInterrupt:
            self._say("Stopping ...")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave children behind
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            kept.stop()
            os.close(lock)

    def _practise(self, kept: keeper.Keeper, port: int) -> list[greeting.Account]:
        """The sandbox where it is wanted, the demo where this is one; who can sign in to it."""
        if not settings.DEMO and not (settings.PRACTICE_SHOPS and practice.is_here()):
            demo.unserved(kept)
            return []
        demo.serve(kept, port, self._say)
        return demo.make(kept, self._say) if settings.DEMO else []

    def _check(self, host: str) -> None:
        settings.HOST = host
        for found in checks.run_checks():
            if found.level >= checks.ERROR:
                raise CommandError(f"{found.msg} {found.hint or ''} ({found.id})", returncode=start.REFUSED)

    def _await(self, kept: keeper.Keeper, host: str, port: int) -> None:
        for _ in range(START_SECONDS * 10):
            if greeting.answers(host, port):
                return
            kept.tick()
            keeper.pause(0.1)
        raise CommandError(f"The desk did not answer within {START_SECONDS} s. Look into {kept.logs}/web.log")

    def _keep(self, kept: keeper.Keeper) -> None:
        while True:
            kept.tick()
            keeper.pause(0.5)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        sys.stdout.flush()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
