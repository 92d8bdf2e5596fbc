"""manage.py audit verify|export|checkpoint|key: the chains from the console."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from stores.audit import checkpoints, export, full, keys
from stores.audit.verify_audit import report as told
from stores.audit.verify_audit import verdict
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
        """Every finding with its place, then a verdict. Exit code 1 when there is any."""
        reports, strays = full.everything(options["chain"])
        titles = {chain.name: _title(chain) for chain in chains}
        for report in reports:
            full.keep(report)
            name = titles.get(report.name, report.name)
            self.stdout.writelines(f"{words}\n" for words in told(name, report.walk, report.findings))
        self.stdout.writelines(f"BROKEN {words}\n" for words in strays)
        wrong = [len(report.findings) for report in reports if report.findings]
        entries, restores = sum(r.walk.entries for r in reports), sum(len(r.walk.lost) for r in reports)
        self.stdout.write(verdict(len(reports), entries, sum(wrong) + len(strays), len(wrong), restores))
        if not settings.AUDIT_KEY:
            self.stdout.write("AUDIT_KEY is not set: nothing new is signed")
        if wrong or strays:
            raise CommandError(f"{len(wrong)} of the chains do not hold")

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
