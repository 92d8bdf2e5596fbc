"""manage.py invite_owner: print a one-time link that makes an owner."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from stores.services import admin_mail, people


class Command(BaseCommand):
    help = "Print a one-time link that makes an owner of this installation. Earlier links stop working."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(admin_mail.link("start", people.invite_owner()))
