"""E-mail to a colleague through Django's own mail backend (EMAIL_URL): a Messenger that needs no connection.

The Message-ID is made of the delivery's key. A mail cannot be found again: one whose outcome is unknown is never
sent once more by itself. The server's own words tell apart what it did not take.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from stores.canonical.capabilities import MessageCapabilities, impossible, native
from stores.canonical.commands import SendMessage
from stores.canonical.receipts import Outcome, Receipt
from stores.connectors.records import Reading
from stores.connectors.roles import Access, Messenger
from stores.kernel import plain_text
from stores.kernel.errors import OutcomeUnknown, RemoteRefused, RemoteUnavailable
from stores.kernel.http.contracts import Journal, Prepared

OUR_NO = (smtplib.SMTPNotSupportedError, UnicodeError)  # said here, before the server was asked


class Letter(EmailMessage):
    """Made once: what the journal has stored is what leaves."""

    made: Any = None

    def message(self, **options: Any) -> Any:
        self.made = self.made or super().message(**options)
        return self.made


class Mail(Messenger):
    key = "mail"
    label = "E-mail"
    glyph = "Em"
    api_version = ""
    credentials = ()
    capabilities = MessageCapabilities(
        send_message=native("One message to one mailbox, by the mail server of this installation."),
        find_again=impossible("What a mail server has taken cannot be looked for."),
        idempotency=impossible("The same message twice is two mails."),
    )

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def base_url(self) -> str:
        return ""

    def check_access(self) -> Access:
        raise self.unsupported("check_access")

    def send_message(self, command: SendMessage, *, key: str, tag: str) -> Receipt:
        letter = to_letter(command, key)
        made: Message = letter.message()
        self.journal.before(Prepared("SMTP", "mail", made.as_bytes(), {}))
        hand_over(letter)
        return self.read_answer(command, letter.extra_headers["Message-ID"])

    def read_answer(self, command: SendMessage, answer: str) -> Receipt:
        return Receipt(outcome=Outcome.APPLIED, ids={"message": answer})

    def poll(self, command: SendMessage, receipt: Receipt) -> Receipt:
        return receipt

    def records(self, command: SendMessage, *, before: Any) -> Reading:
        return Reading(unclear=str(self.capabilities.find_again.why))


def to_letter(command: SendMessage, key: str) -> Letter:
    one_line = plain_text.shown(" ".join(command.subject.split()))  # a shop's name may hold anything
    headers = {"Message-ID": f"<{key}@rescind>"}
    return Letter(subject=one_line, body=plain_text.shown(command.text), to=[command.address], headers=headers)


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
        raise RemoteRefused("no address", user_message=_("The mail server takes no such address.")) from exc
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
    if code >= 500:
        return RemoteRefused("no", status=code, user_message=_("The mail server refused it."))
    return OutcomeUnknown("odd", status=code)
