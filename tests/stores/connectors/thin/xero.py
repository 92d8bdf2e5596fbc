"""A credit note in Xero, Accounting API 2.0. Source: developer.xero.com/documentation/api/accounting/creditnotes.

Quirks: PUT makes, POST changes; the mark stands in `Reference`, which a bookkeeper sees; a 200 may hold a note that was
refused, with errors and an id of zeros; notes of suppliers have numbers of their own.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from stores.canonical.capabilities import BookCapabilities, native
from stores.canonical.commands import CreditLine, IssueCreditNote
from stores.canonical.receipts import Outcome, Receipt
from stores.connectors.errors import refusal
from stores.connectors.records import Reading, Record, Standing
from stores.connectors.roles import BookKeeper
from stores.kernel.errors import OutcomeUnknown
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from tests.stores.connectors.thin.base import Thin

OURS = "ACCRECCREDIT"  # to a customer
GONE = ("VOIDED", "DELETED")


class Xero(Thin, BookKeeper):
    key = "xero"
    label = "Xero"
    host = "https://api.xero.com/api.xro/2.0"
    capabilities = BookCapabilities(
        credit_note=native("One call writes it."),
        find_again=native("The mark stands in the reference."),
        idempotency=native("The same key is answered with the same credit note."),
    )

    def issue_credit_note(self, command: IssueCreditNote, *, key: str, tag: str) -> Receipt:
        body = {"CreditNotes": [note_body(command, self.note_with_tag(command.note, tag))]}
        headers = {"Idempotency-Key": key}
        return self.read_answer(
            command, self.send("PUT", "/CreditNotes", json=body, headers=headers, effect=True, key=key)
        )

    def read_answer(self, command: IssueCreditNote, answer: Answer) -> Receipt:
        try:
            (note,) = json_readers.listed(json_readers.node(answer.body, "body"), "CreditNotes")
            if problems := json_readers.nodes(note, "ValidationErrors"):
                raise refusal("invalid", json_readers.text(problems[0], "Message"))
            ids = {"credit_note": json_readers.ident(note, "CreditNoteID")}
        except (Misread, ValueError) as exc:
            raise OutcomeUnknown("bad shape", code="bad_shape") from exc
        return Receipt(outcome=Outcome.APPLIED, ids=ids)

    def poll(self, command: IssueCreditNote, receipt: Receipt) -> Receipt:
        return receipt

    def records(self, command: IssueCreditNote, *, before: Any) -> Reading:
        where = quote(f'Type=="{OURS}" AND CreditNoteNumber=="{command.number}"', safe="")
        _, rows = self.look(f"/CreditNotes?where={where}", "CreditNotes")
        return Reading(records=tuple(to_record(row) for row in rows), absent="No credit note has this number.")


def note_body(command: IssueCreditNote, reference: str) -> dict[str, Any]:
    return {
        "Type": OURS,
        "Status": "AUTHORISED",
        "CreditNoteNumber": command.number,
        "Reference": reference,
        "Date": command.issued_on.isoformat(),
        "CurrencyCode": command.currency,
        "Contact": {"Name": command.customer_name, "EmailAddress": command.customer_email},
        "LineAmountTypes": "Inclusive",
        "LineItems": [line_body(line) for line in command.lines],
    }


def line_body(line: CreditLine) -> dict[str, str]:
    """The sum of the line is what we owe; Xero would make it anew of a rounded price."""
    return {
        "Description": line.title,
        "ItemCode": line.sku,
        "LineAmount": str(line.amount.amount),
        "TaxAmount": str(line.tax.amount),
    }


def to_record(note: Node) -> Record:
    return Record(
        id=json_readers.ident(note, "CreditNoteID"),
        ids={"credit_note": json_readers.ident(note, "CreditNoteID")},
        text=json_readers.text(note, "Reference"),
        standing=Standing.UNDONE if json_readers.text(note, "Status") in GONE else Standing.DONE,
    )
