"""manage.py audit verify|export|checkpoint|key: the chains from the console."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from stores.audit import checkpoints, export, keys, verify
from stores.models import AuditChain


class Command(BaseCommand):
    help = "Verify, export or sign the audit chains; print the public keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["verify", "export", "checkpoint", "key"])
        parser.add_argument("--chain", default="", help='"system" or a shop\'s uuid; all of them when left out')
        parser.add_argument("--out", type=Path, help="export: the file to write; standard output when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "key":
            self.stdout.write("\n".join(keys.public_texts()) or "no AUDIT_KEY is set")
            return
        getattr(self, f"_{options['act']}")(self._chains(options["chain"]), options)

    def _chains(self, name: str) -> QuerySet[AuditChain]:
        chains = AuditChain.objects.select_related("store").order_by("name")
        if name and not chains.filter(name=name).exists():
            raise CommandError(f"there is no chain {name}")
        return chains.filter(name=name) if name else chains

    def _verify(self, chains: QuerySet[AuditChain], options: dict[str, Any]) -> None:
        """Exit code 1 when any chain does not hold."""
        broken = 0
        for chain in chains:
            check = verify.look(chain, afresh=True)
            while check.finished_at is None:
                check = verify.look(chain)
            broken += check.first_bad is not None
            found = f"entry {check.first_bad} {check.problem}" if check.problem else f"signed up to {check.signed}"
            self.stdout.write(
                f"{'BROKEN' if check.problem else 'whole '} {_title(chain)}: {check.seq} entries, {found}"
            )
        if broken:
            raise CommandError(f"{broken} of the chains do not hold")

    def _export(self, chains: QuerySet[AuditChain], options: dict[str, Any]) -> None:
        if options["out"] is None:
            sys.stdout.writelines(export.lines(chains))
            return
        with options["out"].open("w", encoding="utf-8") as file:
            file.writelines(export.lines(chains))
        self.stdout.write(f"wrote {options['out']}; check it with stores/audit/verify_audit.py")

    def _checkpoint(self, chains: QuerySet[AuditChain], options: dict[str, Any]) -> None:
        if not settings.AUDIT_KEY:
            raise CommandError("AUDIT_KEY is not set: nothing can be signed")
        named = bool(options["chain"])
        signed = sum(checkpoints.take(chain) is not None for chain in chains) if named else checkpoints.take_all()
        checkpoints.export_missing()
        self.stdout.write(f"signed {signed}; the files are in {settings.AUDIT_EXPORT_DIR}")


def _title(chain: AuditChain) -> str:
    return f"{chain.name} ({chain.store.name if chain.store else 'the system'})"
