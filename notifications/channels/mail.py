"""E-mail to a colleague through Django's own mail backend (EMAIL_URL).

The Message-ID is made of the delivery's uuid, so that a repeat after an unknown outcome is one mail to most clients.
"""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from notifications.contract import Channel, Undeliverable
from notifications.models import Delivery
from stores.models import User


class Mail(Channel):
    key = "mail"
    label = "E-mail"

    def send(self, delivery: Delivery) -> None:
        person = User.objects.filter(uuid=delivery.payload.get("to"), is_active=True).first()
        if person is None:
            raise Undeliverable("no such person")
        message = EmailMessage(
            subject=subject(delivery),
            body=text(delivery),
            to=[person.email],
            headers={"Message-ID": f"<{delivery.uuid}@rescind>"},
        )
        message.send()


def subject(delivery: Delivery) -> str:
    return _("%(reference)s needs a look") % {"reference": delivery.payload.get("reference", "")}


def text(delivery: Delivery) -> str:
    """No customer, no amount: the page behind the link shows them to those who may see them."""
    words = {
        "cancellation.differs": _("What the shop shows now differs from what the preview promised."),
        "cancellation.stopped": _("Rescind stopped and waits for a person to decide."),
    }
    return f"{words.get(delivery.kind, '')}\n\n{_where(delivery)}\n"


def _where(delivery: Delivery) -> str:
    """The page's address; without a public one, how to find it."""
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL}/cancellations/{delivery.subject.removeprefix('cancellation:')}"
    return _("Open Rescind and look for %(reference)s.") % {"reference": delivery.payload.get("reference", "")}
