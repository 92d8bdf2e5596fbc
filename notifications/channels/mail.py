"""E-mail to a colleague through Django's own mail backend (EMAIL_URL).

The Message-ID is made of the delivery's uuid, so that a repeat after an unknown outcome is one mail to most clients.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage

from notifications.channels import mail_messages
from notifications.contract import Channel, NotTheirs, Undeliverable
from notifications.models import Delivery
from stores.kernel import plain_text
from stores.models import User
from stores.selectors import access


class Mail(Channel):
    key = "mail"
    label = "E-mail"

    def send(self, delivery: Delivery) -> None:
        _send(delivery, mail_messages.subject(delivery), mail_messages.text(delivery))

    def send_together(self, deliveries: Sequence[Delivery]) -> None:
        _send(deliveries[0], mail_messages.subject_of_many(deliveries), mail_messages.text_of_many(deliveries))


def _send(first: Delivery, subject: str, body: str) -> None:
    person = _person(first)
    if person is None:
        raise Undeliverable("no such person")
    if first.store and access.role_of(person, first.store) is None:
        raise NotTheirs
    one_line = plain_text.shown(" ".join(subject.split()))  # a shop's name may hold anything
    headers = {"Message-ID": f"<{first.uuid}@rescind>"}
    EmailMessage(subject=one_line, body=plain_text.shown(body), to=[person.email], headers=headers).send()


def _person(delivery: Delivery) -> User | None:
    known = {"pk": delivery.person_id} if delivery.person_id else {"uuid": delivery.payload.get("to")}
    return User.objects.filter(is_active=True, **known).first()
