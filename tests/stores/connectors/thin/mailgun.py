"""A mail by Mailgun, API v3. Source: documentation.mailgun.com, chapters "Messages" and "Events".

Quirks: what is queued is only promised, events tell whether it arrived; the mark travels in a variable of ours, which
no reader of the mail sees; there is no idempotency key, so the same request sends the mail again; a failure may be
temporary, and what readers do with a mail are events, too.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from stores.canonical.capabilities import MessageCapabilities, impossible, native
from stores.canonical.commands import SendMessage
from stores.canonical.receipts import Outcome, Receipt
from stores.connectors.records import Reading, Record, Standing, furthest
from stores.connectors.roles import Messenger
from stores.kernel.errors import JobFailed
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.http.responses import Answer
from tests.stores.connectors.thin.base import Thin, proved

ARRIVED = ("delivered", "opened", "clicked", "unsubscribed", "complained")
STANDING = dict.fromkeys(ARRIVED, Standing.DONE) | {"rejected": Standing.FAILED}


class Mailgun(Thin, Messenger):
    key = "mailgun"
    label = "Mailgun"
    host = "https://api.mailgun.net/v3/desk.example"
    poll_seconds = (30, 120, 600)
    poll_deadline_seconds = 3600
    capabilities = MessageCapabilities(
        send_message=native("One call queues it; the events tell whether it arrived."),
        find_again=native("The mark stands with the events of the mail."),
        idempotency=impossible("The same request sends the mail again."),
    )

    def send_message(self, command: SendMessage, *, key: str, tag: str) -> Receipt:
        form = {"to": command.address, "subject": command.subject, "text": command.text, "v:mark": tag}
        return self.read_answer(command, self.send("POST", "/messages", form=form, effect=True))

    def read_answer(self, command: SendMessage, answer: Answer) -> Receipt:
        ident = json_readers.ident(proved(answer, "id"), "id").strip("<>")
        return Receipt(outcome=Outcome.ACCEPTED, ids={"message": ident}, look_after=30)

    def poll(self, command: SendMessage, receipt: Receipt) -> Receipt:
        found = [record for record in self._records(command) if record.id == receipt.ids["message"]]
        if any(record.standing is Standing.FAILED for record in found):
            raise JobFailed("bounced")
        is_done = any(record.standing is Standing.DONE for record in found)
        return Receipt(outcome=Outcome.APPLIED if is_done else Outcome.ACCEPTED, ids=receipt.ids)

    def records(self, command: SendMessage, *, before: Any) -> Reading:
        return Reading(records=tuple(self._records(command)), absent="No event of this mail is there.")

    def _records(self, command: SendMessage) -> list[Record]:
        _, rows = self.look(f"/events?recipient={quote(command.address)}&limit=300", "items")
        return furthest(map(to_record, rows))


def to_record(event: Node) -> Record:
    headers = json_readers.inner(json_readers.inner(event, "message"), "headers")
    ident = json_readers.ident(headers, "message-id")
    return Record(
        id=ident,
        ids={"message": ident},
        text=json_readers.text(json_readers.maybe(event, "user-variables"), "mark"),
        standing=standing(event),
    )


def standing(event: Node) -> Standing:
    said = json_readers.text(event, "event")
    if said == "failed" and json_readers.text(event, "severity") != "temporary":
        return Standing.FAILED
    return STANDING.get(said, Standing.PENDING)
