"""A refund at Stripe, API 2026-06-30. Source: docs.stripe.com/api/refunds.

Quirks: amounts in minor units, with exceptions (docs.stripe.com/currencies, "Special cases"); a refund may fail after
it was taken; a key is remembered for a day.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from stores.canonical.capabilities import PaymentCapabilities, impossible, native
from stores.canonical.commands import PaymentBack, RefundOrder, Resend
from stores.canonical.receipts import Outcome, Receipt, RefundState, Reported
from stores.connectors.minor_units import MinorUnits
from stores.connectors.records import Reading, Record, Standing
from stores.connectors.roles import Refunder
from stores.kernel.errors import JobFailed
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.http.responses import Answer
from stores.kernel.money import Money
from tests.stores.connectors.thin.base import Thin, proved

STANDING = {"succeeded": Standing.DONE, "failed": Standing.FAILED, "canceled": Standing.FAILED}

# Two digits for the sake of older integrations, and no króna in parts; a dinar's last digit is always 0; MGA has none.
UNITS = MinorUnits(
    digits={"ISK": 2, "UGX": 2, "MGA": 0},
    steps={"ISK": 100, "UGX": 100} | dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 10),
)


class Stripe(Thin, Refunder):
    key = "stripe"
    label = "Stripe"
    host = "https://api.stripe.com"
    key_life_hours = 24
    capabilities = PaymentCapabilities(
        refund=native("One call for each payment."),
        refund_part=native("Any amount that is left of a payment."),
        void_authorisation=impossible("Not asked of this thin connector."),
        find_again=native("The mark stands in the refund's metadata."),
        idempotency=native("The same key is answered with the same refund for a day."),
    )

    def refund_order(self, command: RefundOrder, *, key: str, tag: str) -> Receipt:
        payment = the_payment(command)
        minor = str(UNITS.told(payment.amount))
        form = {"payment_intent": payment.payment_id, "amount": minor, "metadata[mark]": tag}
        headers = {"Idempotency-Key": key}
        return self.read_answer(
            command, self.send("POST", "/v1/refunds", form=form, headers=headers, effect=True, key=key)
        )

    def read_answer(self, command: RefundOrder, answer: Answer) -> Receipt:
        return to_receipt(proved(answer, "id", "status"))

    def poll(self, command: RefundOrder, receipt: Receipt) -> Receipt:
        found = json_readers.node(self.send("GET", f"/v1/refunds/{receipt.ids['refund']}").body, "refund")
        if STANDING.get(json_readers.text(found, "status")) is Standing.FAILED:
            raise JobFailed(json_readers.text(found, "failure_reason"))
        return to_receipt(found)

    def records(self, command: RefundOrder, *, before: Any) -> Reading:
        intent = the_payment(command).payment_id
        body, rows = self.look(f"/v1/refunds?payment_intent={quote(intent, safe='')}&limit=100", "data")
        cut = "The list of refunds was cut." if json_readers.flag(body, "has_more") else ""
        return Reading(records=tuple(to_record(row) for row in rows), absent="No refund of it is there.", unclear=cut)

    def may_resend(self, command: RefundOrder, *, age: float) -> Resend:
        return Resend.SAME_KEY if age < 20 * 3600 else Resend.PERSON


def the_payment(command: RefundOrder) -> PaymentBack:
    (payment,) = command.payments
    return payment


def to_receipt(refund: Node) -> Receipt:
    is_done = json_readers.text(refund, "status") == "succeeded"
    ids = {"refund": json_readers.ident(refund, "id")}
    state = RefundState.PAID if is_done else RefundState.PENDING
    told = Reported(refunded=given(refund), refund_state=state)
    return Receipt(outcome=Outcome.APPLIED if is_done else Outcome.ACCEPTED, ids=ids, reported=told)


def given(refund: Node) -> Money:
    currency = json_readers.text(refund, "currency").upper()
    return UNITS.read(int(json_readers.units(refund, "amount")), currency)


def to_record(refund: Node) -> Record:
    made = refund.get("created")
    return Record(
        id=json_readers.ident(refund, "id"),
        ids={"refund": json_readers.ident(refund, "id")},
        text=json_readers.text(json_readers.maybe(refund, "metadata"), "mark"),
        money={json_readers.ident(refund, "payment_intent"): given(refund)},
        standing=STANDING.get(json_readers.text(refund, "status"), Standing.PENDING),
        made_at=datetime.fromtimestamp(made, UTC) if isinstance(made, int) else None,
    )
