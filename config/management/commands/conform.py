"""`manage.py conform SHOP`: ask a development store what nobody could verify, and bend the simulator to it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cancellations.selectors import stops
from config.conform import doubts, keep, run
from config.conform.run import Answered
from config.up import practice
from stores.audit import shop_actions, trail
from stores.kernel import plain_text
from stores.kernel.errors import DeskError
from stores.kernel.security.vault import VaultError
from stores.models import Store, StoreState
from stores.platforms import registry
from stores.services import platform_client

if practice.is_here():
    from sandbox import switches as simulated

PAGE = settings.BASE_DIR / "docs" / "vendors.md"


class Command(BaseCommand):
    help = (
        "Walk the doubts of docs/vendors.md on a development store. Reads only, unless --write and --order name an "
        "order that may be touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("shop", help="uuid or name of a connected shop; a development store, never a live one")
        parser.add_argument("--write", action="store_true", help="also probes that send something, to --order alone")
        parser.add_argument("--order", default="", help="the platform's own id of the order that may be touched")
        parser.add_argument("--switches", type=Path, help="write what was found here, for sandbox serve --switches")
        parser.add_argument("--keep", type=Path, help="keep the answers in this folder, without secrets and people")

    def handle(self, *args: Any, shop: str, write: bool, order: str, **options: Any) -> None:
        store = found(shop)
        if write:
            self._allow(store, order)
        elif order:
            raise CommandError("--order is for --write; without it nothing is sent.")
        answers = self._walk(store, order, may_send=write)
        self._say_not_asked(store)
        learned = {name: value for one in answers if one.learned for name, value in one.learned.settings.items()}
        if options["switches"]:
            self._write(options["switches"], store, learned)
        if options["keep"]:
            self._keep(options["keep"], store, answers)

    # --- asking ----------------------------------------------------------------------------------------
    def _walk(self, store: Store, order: str, *, may_send: bool) -> list[Answered]:
        try:
            opened = platform_client.open_platform(store)
        except (DeskError, VaultError) as exc:
            raise CommandError(str(exc)) from exc
        usual = defaults(store.platform)
        self.stdout.write(f"{registry.get(store.platform).label}, {plain_text.one_line(store.name)}")
        answers = []
        for one in run.walk(store.platform, opened, order_id=order, may_send=may_send):
            self._say(one, usual)
            answers.append(one)
        if not answers:
            self.stdout.write("  There are no probes for this platform.")
        return answers

    def _say(self, one: Answered, usual: Mapping[str, str]) -> None:
        about = f"doubt {one.probe.doubt}" if one.probe.doubt else "not in doubt"
        self.stdout.write(f"  {one.probe.reads} ({about})")
        if one.learned is None:
            self.stdout.write(f"    not learned: {one.why}")
            return
        self.stdout.write(f"    {one.learned.said}")
        for name, value in one.learned.settings.items():
            self.stdout.write(f"    {name} = {value}{_difference(usual, name, value)}")

    def _say_not_asked(self, store: Store) -> None:
        try:
            missing = run.not_asked(store.platform, doubts.of(store.platform, PAGE))
        except OSError:
            self.stdout.write(f"Not asked: {PAGE} is not here to say what.")
            return
        if missing:
            self.stdout.write("Not asked:")
        for number, words, reason in missing:
            self.stdout.write(f"  {number}. {words}\n     {reason}")

    # --- sending ---------------------------------------------------------------------------------------
    def _allow(self, store: Store, order: str) -> None:
        """A person types the order's id again; the stop holds here, too; and the audit log has it first."""
        if not order:
            raise CommandError("--write needs --order: the one order that may be touched.")
        if stops.in_force(store.pk):
            raise CommandError("An emergency stop stands: nothing is sent.")
        name = plain_text.one_line(store.name)
        self.stdout.write(f"This sends changes to order {order} of {name}. Only on a development store.")
        try:
            typed = input("Type the order's id again: ")
        except EOFError:
            typed = ""
        if typed.strip() != order:
            raise CommandError("That is not the order's id. Nothing was asked, nothing was sent.")
        with transaction.atomic():
            trail.record(
                shop_actions.CONFORMED, actor="console", target=f"store:{store.uuid}", store=store, order=order
            )

    # --- files -----------------------------------------------------------------------------------------
    def _write(self, path: Path, store: Store, learned: Mapping[str, str]) -> None:
        told = {"platform": store.platform, "switches": dict(sorted(learned.items()))}
        try:
            path.write_text(json.dumps(told, indent=2) + "\n")
        except OSError as exc:
            raise CommandError(f"Cannot write {path}: {exc.strerror}.") from exc
        self.stdout.write(f"{len(learned)} switches are in {path}.")

    def _keep(self, folder: Path, store: Store, answers: list[Answered]) -> None:
        try:
            for place, one in enumerate(answers, 1):
                if one.seen:
                    said = one.learned.said if one.learned else one.why
                    facts = {"platform": store.platform, "doubt": one.probe.doubt, "reads": one.probe.reads}
                    name = f"{place:02}-{one.probe.name}"
                    keep.write(folder / store.platform, name, facts | {"said": said}, one.seen)
        except OSError as exc:
            raise CommandError(f"Cannot write to {folder}: {exc.strerror}.") from exc
        self.stdout.write(f"Answers, without secrets and people, are in {folder / store.platform}.")


def found(shop: str) -> Store:
    """By uuid, else by a name that one shop alone has. Raises CommandError."""
    try:
        rows = Store.objects.filter(uuid=UUID(shop))
    except ValueError:
        rows = Store.objects.filter(name=shop)
    stores = list(rows.select_related("connection__health")[:2])
    if len(stores) != 1:
        raise CommandError(f"{'Several shops have' if stores else 'No shop has'} this name or uuid: {shop}")
    if stores[0].state != StoreState.ACTIVE:
        raise CommandError(f"{stores[0].name} is {stores[0].get_state_display().lower()}: nothing is asked.")
    return stores[0]


def defaults(platform: str) -> dict[str, str]:
    """The simulator's; {} where there is no sandbox."""
    return {one.name: one.default for one in simulated.of(platform)} if practice.is_here() else {}


def _difference(usual: Mapping[str, str], name: str, value: str) -> str:
    if name not in usual:
        return ""
    return ", as the simulator" if usual[name] == value else f", DIFFERS: the simulator has {usual[name]}"
