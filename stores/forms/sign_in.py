"""The code of the second factor."""

from __future__ import annotations

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from django.db import transaction

from stores.audit import people, trail


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """allauth's own, with a failed code in the audit chain."""

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        super()._emit_authentication_failed(authenticator)
        with transaction.atomic():
            trail.record(people.CODE_FAILED, actor="rescind", target=f"person:{self.user.uuid}")
