"""allauth's forms of the sign-in in the words of ours, and the code of the second factor."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.forms import BaseForm
from django.utils.translation import gettext_lazy as _

from stores.audit import people, trail


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """allauth's own, with a failed code in the audit chain."""

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        super()._emit_authentication_failed(authenticator)
        with transaction.atomic():
            trail.record(people.CODE_FAILED, actor="rescind", target=f"person:{self.user.uuid}")


LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password, again"),
}


class OurWords(BaseForm):
    """One word for one thing; a label says it, so nothing stands inside the box."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in LABELS.items():
            if field := self.fields.get(name):
                field.label = label
                field.widget.attrs.pop("placeholder", None)


class SignIn(OurWords, forms.LoginForm):  # type: ignore[misc]
    pass


class ForgottenPassword(OurWords, forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class ReplacedPassword(OurWords, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ChangedPassword(OurWords, forms.ChangePasswordForm):  # type: ignore[misc]
    pass


class Again(OurWords, forms.ReauthenticateForm):  # type: ignore[misc]
    pass
