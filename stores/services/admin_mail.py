"""Mail about people and access, to those who must know. Sent after the commit; a broken mail server stops nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from stores.kernel import plain_text
from stores.models import Invitation, Role, Store, User

logger = logging.getLogger(__name__)


def of_change(store: Store, sentence: str) -> None:
    """`sentence` to every admin of the shop and every owner, one mail each."""
    subject = _("Rescind: access to %(shop)s changed") % {"shop": store.name}
    body = sentence + "\n\n" + _("If this was not expected, look at the audit log and at the list of people.")
    _send_later(EmailMessage(subject, body, to=[address]) for address in _addresses(_admins(store)))


def of_stop(store: Store | None, sentence: str) -> None:
    """The emergency stop of one shop to its admins and the owners; of the installation to every admin."""
    shop = store.name if store else _("all shops")
    subject = _("Rescind: emergency stop of %(shop)s") % {"shop": shop}
    body = sentence + "\n\n" + _("The page \u201cEmergency stop\u201d shows what is stopped and who can lift it.")
    _send_later(EmailMessage(subject, body, to=[address]) for address in _addresses(_admins(store)))


def of_invitation(invitation: Invitation, *, token: str) -> None:
    """The link to the person invited."""
    hours = settings.INVITATION_HOURS
    words = {
        "who": invitation.invited_by,
        "shop": invitation.store,
        "link": own_address() + reverse("join", args=[token]),
        "hours": hours,
    }
    subject = _("Rescind: you are invited to %(shop)s") % words
    body = _("%(who)s invites you to work in %(shop)s. Open this link within %(hours)s hours:\n\n%(link)s") % words
    _send_later([EmailMessage(subject, body, to=[invitation.email])])


def link(name: str, token: str) -> str:
    """A full address where PUBLIC_URL is set; else the path alone, to be joined to where the desk is reached."""
    return f"{settings.PUBLIC_URL}{reverse(name, args=[token])}"


def own_address() -> str:
    """Where people reach the desk: PUBLIC_URL, else where `manage.py up` listens on this machine."""
    host = "localhost" if settings.HOST in ("0.0.0.0", "::", "") else settings.HOST  # noqa: S104  a comparison
    named = f"[{host}]" if ":" in host else host
    return settings.PUBLIC_URL or f"http://{named}:{settings.PORT}"


def _admins(store: Store | None) -> Iterable[User]:
    is_admin = Q(memberships__role=Role.ADMIN) & (Q() if store is None else Q(memberships__store=store))
    return User.objects.filter(Q(is_owner=True) | is_admin, is_active=True)


def _addresses(people: Iterable[User]) -> list[str]:
    return sorted({person.email for person in people})


def _send_later(mails: Iterable[EmailMessage]) -> None:
    ready = list(mails)
    transaction.on_commit(lambda: _send(ready), robust=True)


def _send(mails: list[EmailMessage]) -> None:
    for mail in mails:
        mail.subject = plain_text.shown(" ".join(str(mail.subject).split()))  # a shop's name may hold anything
        mail.body = plain_text.shown(str(mail.body))
    try:
        get_connection().send_messages(mails)
    except OSError:  # smtplib's errors are OSErrors too
        logger.warning("mail not sent", extra={"count": len(mails)})
