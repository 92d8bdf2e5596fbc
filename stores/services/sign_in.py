"""How allauth behaves here: nobody signs up, people are invited; every sign-in stands in the system's audit chain."""

from __future__ import annotations

import base64
import logging
import time
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from stores.audit import people, trail
from stores.audit.actions import Action
from stores.kernel.security import vault
from stores.models import User
from stores.selectors import access
from stores.services import admin_mail, refusals

logger = logging.getLogger(__name__)

MOST_FAILED, FAILED_WITHIN = 60, timedelta(minutes=10)  # entries of a kind, from all the world
NOBODY = "person:unknown"  # the target of a failed sign-in: whether the account exists is not told

FACTOR_EVENTS = {
    "mfa/email/totp_activated": people.SECOND_FACTOR_ADDED,
    "mfa/email/totp_deactivated": people.SECOND_FACTOR_REMOVED,
    "mfa/email/recovery_codes_generated": people.RECOVERY_CODES_MADE,
}


class DeskAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """One generic error, an event for each sign-in and sign-out, no way to make an account by oneself."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "too_many_login_attempts": _("Too many failed attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Django changes the session's id here."""
        with transaction.atomic():
            super().login(request, user)
            from_where = refusals.address_of(request)
            trail.record(people.SIGNED_IN, actor=user, target=target(user), from_where=from_where)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        with transaction.atomic():
            super().logout(request)
            if isinstance(user, User):
                trail.record(people.SIGNED_OUT, actor=user, target=target(user))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._note(people.SIGN_IN_FAILED, request, credentials)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._note(people.LOCKED_OUT, request, credentials)
            raise

    def _note(self, action: Action, request: HttpRequest, credentials: dict[str, Any]) -> None:
        """Strangers can do this as often as they like: past MOST_FAILED it stands in the log alone."""
        logger.warning("A sign-in was refused", extra={"kind": action.name})
        if refusals.is_flood(action, most=MOST_FAILED, within=FAILED_WITHIN):
            return
        address = str(credentials.get("email", "")).strip().casefold()
        from_where = refusals.address_of(request)
        user = request.user if isinstance(request.user, User) else None  # asked again who they are
        with transaction.atomic():
            trail.record(
                action,
                actor=user or "rescind",
                target=target(user) if user else NOBODY,
                address=address,
                from_where=from_where,
            )

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Per account *and* address, so that nobody can lock somebody else out; the address alone is limited too."""
        return f"{self.get_client_ip(request)}:{super()._get_login_attempts_cache_key(request, **credentials)}"

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """allauth's own protected pages (setting up the second factor): a sign-in a moment ago is proof enough."""
        return not proved_recently(self.request)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """From the settings, never from the request: whoever asks for the mail chooses its Host."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return admin_mail.own_address() + path.replace("UID-KEY", quote(key))

    def set_password(self, user: User, password: str) -> None:
        with transaction.atomic():
            super().set_password(user, password)
            trail.record(people.PASSWORD_CHANGED, actor=user, target=target(user))

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """The one place where allauth tells of every change of a second factor, after its commit."""
        if template_prefix in FACTOR_EVENTS:
            with transaction.atomic():
                trail.record(FACTOR_EVENTS[template_prefix], actor=user, target=target(user))
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """What was done stands without its mail; and a server that is down must not tell which addresses are known."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:  # smtplib's errors are OSErrors too
            logger.warning("mail not sent", extra={"count": 1})

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page one lands on says it all; "Successfully signed in" would only be in the way."""


class DeskSecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Its secrets are sealed like every other; it cannot be taken away where the installation requires it."""

    BOUND_TO = vault.bound("mfa_authenticator", "data", "secret", "-")  # allauth does not name the row it seals for

    def encrypt(self, text: str) -> str:
        return base64.b64encode(vault.seal(text.encode(), bound_to=self.BOUND_TO)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return vault.unseal(base64.b64decode(encrypted_text), bound_to=self.BOUND_TO).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return settings.SECOND_FACTOR != "required" or not access.moves_money(authenticator.user)


def proved_recently(request: HttpRequest) -> bool:
    """A password or a code within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds; signing in counts."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def sign_out_everywhere(*, actor: User | str, person: User) -> None:
    """End every session of `person`, this one too: the round number is part of what a session must match."""
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(session_round=F("session_round") + 1)
        trail.record(people.SIGNED_OUT_EVERYWHERE, actor=actor, target=target(person))


def target(person: User) -> str:
    return f"person:{person.uuid}"
