"""E-mail to a colleague through Django's own mail backend (EMAIL_URL).

The Message-ID is made of the delivery's uuid. A mail cannot be found again: one whose outcome is unknown is never
sent once more by itself. The server's own words tell apart what it did not take.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import Message
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from notifications.channels import mail_messages
from notifications.contract import Channel, NotTheirs, Undeliverable
from notifications.models import Delivery
from stores.canonical.receipts import Outcome, Receipt
from stores.kernel import plain_text
from stores.kernel.errors import OutcomeUnknown, RemoteUnavailable
from stores.kernel.http.contracts import Journal, Prepared
from stores.models import User
from stores.selectors import access

OUR_NO = (smtplib.SMTPNotSupportedError, UnicodeError)  # said here, before the server was asked


class Letter(EmailMessage):
    """Made once: what the journal has stored is what leaves."""

    made: Any = None

    def message(self, **options: Any) -> Any:
        self.made = self.made or super().message(**options)
        return self.made


class Mail(Channel):
    key = "mail"
    label = "E-mail"

    def send(self, together: Sequence[Delivery], *, key: str, journal: Journal) -> Receipt:
        letter = to_letter(together)
        made: Message = letter.message()
        journal.before(Prepared("SMTP", "mail", made.as_bytes(), {}))
        hand_over(letter)
        return Receipt(outcome=Outcome.APPLIED, ids={"message": letter.extra_headers["Message-ID"]})


def to_letter(together: Sequence[Delivery]) -> Letter:
    """Raises Undeliverable and NotTheirs."""
    first = together[0]
    person = _person(first)
    if person is None:
        raise Undeliverable("no such person")
    if first.store and access.role_of(person, first.store) is None:
        raise NotTheirs
    if len(together) == 1:
        subject, text = mail_messages.subject(first), mail_messages.text(first)
    else:
        subject, text = mail_messages.subject_of_many(together), mail_messages.text_of_many(together)
    one_line = plain_text.shown(" ".join(subject.split()))  # a shop's name may hold anything
    headers = {"Message-ID": f"<{first.uuid}@rescind>"}
    return Letter(subject=one_line, body=plain_text.shown(text), to=[person.email], headers=headers)


def hand_over(letter: Letter) -> None:
    """Until the server is reached nothing has left; what it answers is known; anything after that is not."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as exc:
        raise RemoteUnavailable(type(exc).__name__) from exc
    try:
        with _understood():
            connection.send_messages([letter])
    finally:
        connection.close()


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except OUR_NO as exc:
        raise Undeliverable(_("The mail server takes no such address.")) from exc
    except smtplib.SMTPRecipientsRefused as exc:
        raise _answered(max(code for code, _words in exc.recipients.values())) from exc
    except smtplib.SMTPResponseException as exc:
        raise _answered(exc.smtp_code) from exc
    except (OSError, smtplib.SMTPException) as exc:
        raise OutcomeUnknown(type(exc).__name__) from exc


def _answered(code: int) -> Exception:
    """4xx: not now (RFC 5321, 4.2.1); 5xx: never."""
    if 400 <= code < 500:
        return RemoteUnavailable("not now", status=code)
    return Undeliverable(_("The mail server refused it.")) if code >= 500 else OutcomeUnknown("odd", status=code)


def _person(delivery: Delivery) -> User | None:
    known = {"pk": delivery.person_id} if delivery.person_id else {"uuid": delivery.payload.get("to")}
    return User.objects.filter(is_active=True, **known).first()
