"""Roles fit what they were cut for: a payment provider, a ledger and a channel keep the story of every effect."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from stores.canonical.commands import (
    Absent,
    AnyCommand,
    CancelOrder,
    CreditLine,
    Found,
    FoundForeign,
    IssueCreditNote,
    PaymentBack,
    RefundOrder,
    Resend,
    SendMessage,
    Unclear,
)
from stores.canonical.receipts import Outcome
from stores.canonical.request import Reason
from stores.connectors.roles import Effects
from stores.kernel.errors import JobFailed, OutcomeUnknown, RemoteRefused, Unsupported
from stores.kernel.http import network as ways
from stores.kernel.money import Money
from tests.stores.connectors.thin import Mailgun, Stripe, Xero
from tests.stores.platforms import rig
from tests.stores.platforms.rig import KEY, TAG, Sent

TOKEN = "the-token-of-this-test"
EUR = Money(Decimal("12.50"), "EUR")
REFUND = RefundOrder(
    order_id="1",
    currency="EUR",
    lines=(),
    payments=(PaymentBack(payment_id="pi_1", gateway="card", amount=EUR),),
    shipping=None,
)
NOTE = IssueCreditNote(
    order_id="1",
    number="C-2041",
    invoice_id="",
    issued_on=date(2026, 11, 30),
    customer_name="Ada Novak",
    customer_email="ada.novak@example.com",
    currency="EUR",
    lines=(CreditLine(title="Mug", sku="MUG", units=Decimal(1), amount=EUR, tax=Money(Decimal("2.00"), "EUR")),),
)
MAIL = SendMessage(address="ada.novak@example.com", subject="C-2041", text="Your order was cancelled.")
CANCEL = CancelOrder(order_id="1", reason=Reason.OTHER, refund=False, restock=False, notify=False)


def refund(mark: str, **changes: Any) -> dict[str, Any]:
    row = {"id": "re_1", "object": "refund", "amount": 1250, "currency": "eur", "payment_intent": "pi_1"}
    return row | {"status": "succeeded", "metadata": {"mark": mark} if mark else {}} | changes


def note(mark: str, **changes: Any) -> dict[str, Any]:
    return {"CreditNoteID": "n-1", "CreditNoteNumber": "C-2041", "Reference": mark, "Status": "AUTHORISED"} | changes


def event(mark: str, **changes: Any) -> dict[str, Any]:
    ident = "m1@desk.example" if mark == TAG else "m2@desk.example"
    told = {"event": "delivered", "message": {"headers": {"message-id": ident}}}
    return told | {"user-variables": {"mark": mark} if mark else {}} | changes


@dataclass(frozen=True)
class Case:
    """`answer`: to the effect. `listed`: what a look is answered, with a row of this mark."""

    kind: type[Any]
    command: AnyCommand
    answer: Mapping[str, Any]
    row: Any
    list_name: str

    def listed(self, *marks: str) -> dict[str, Any]:
        return {self.list_name: [self.row(mark) for mark in marks]}


CASES = [
    Case(Stripe, REFUND, refund(TAG), refund, "data"),
    Case(Xero, NOTE, {"CreditNotes": [note(TAG)]}, note, "CreditNotes"),
    Case(Mailgun, MAIL, {"id": "<m1@desk.example>", "message": "Queued. Thank you."}, event, "items"),
]
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.kind.key)


def opened(kind: type[Any], journal: Sent | None = None) -> Any:
    return kind(rig.connection({}, {"token": TOKEN}, session=ways.open_session(ways.Egress()), journal=journal))


def anything(kind: type[Any]) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(kind.host)}/.*")


@EACH
def test_one_request_leaves_and_its_answer_is_a_receipt(case: Case, network: Any) -> None:
    network.add("PUT" if case.kind is Xero else "POST", anything(case.kind), json=case.answer)

    receipt = opened(case.kind).carry_out(case.command, key=KEY, tag=TAG)

    assert receipt.outcome is (Outcome.ACCEPTED if case.kind is Mailgun else Outcome.APPLIED)
    assert list(receipt.ids.values()) in (["re_1"], ["n-1"], ["m1@desk.example"])
    assert len(network.calls) == 1


@EACH
@pytest.mark.parametrize("lost", [{"body": requests.ReadTimeout()}, {"status": 502}, {"json": {}}], ids=str)
def test_a_lost_answer_is_unknown_and_is_sent_once(case: Case, lost: dict[str, Any], network: Any) -> None:
    network.add("PUT" if case.kind is Xero else "POST", anything(case.kind), **lost)

    with pytest.raises(OutcomeUnknown):
        opened(case.kind).carry_out(case.command, key=KEY, tag=TAG)

    assert len(network.calls) == 1


@EACH
@pytest.mark.parametrize(("marks", "finding"), [
    ((), Absent), ((TAG,), Found), (("by hand",), FoundForeign), (("",), FoundForeign), (("by hand", TAG), Found),
])  # fmt: skip
def test_the_judge_decides_by_our_mark(case: Case, marks: tuple[str, ...], finding: type, network: Any) -> None:
    network.get(anything(case.kind), json=case.listed(*marks))

    assert type(opened(case.kind).find(case.command, tag=TAG, before=None)) is finding


@EACH
@pytest.mark.parametrize("half", [{}, {"data": None, "items": None, "CreditNotes": None}], ids=["empty", "null"])
def test_half_an_answer_is_never_absent(case: Case, half: dict[str, Any], network: Any) -> None:
    network.get(anything(case.kind), json=half)

    with pytest.raises(OutcomeUnknown):
        opened(case.kind).find(case.command, tag=TAG, before=None)


@EACH
def test_the_journal_keeps_the_request_without_its_secret(case: Case, network: Any) -> None:
    journal = Sent()
    network.add("PUT" if case.kind is Xero else "POST", anything(case.kind), json=case.answer)

    opened(case.kind, journal).carry_out(case.command, key=KEY, tag=TAG)

    (sent,) = journal.requests
    assert TOKEN not in repr(sent)
    assert bool(sent.key) == case.kind.capabilities.idempotency.is_offered


@EACH
@pytest.mark.parametrize("foreign", [CANCEL, REFUND, NOTE, MAIL], ids=lambda command: type(command).__name__)
def test_a_command_of_another_role_is_refused_before_anything_is_sent(case: Case, foreign: Any, network: Any) -> None:
    if type(foreign) is type(case.command):
        assert type(foreign) in case.kind.writes()
        return
    with pytest.raises(Unsupported):
        opened(case.kind).carry_out(foreign, key=KEY, tag=TAG)


@EACH
def test_each_is_an_effect_and_no_order_platform(case: Case) -> None:
    assert issubclass(case.kind, Effects)
    assert [role.__name__ for role in case.kind.roles()] in (["Refunder"], ["BookKeeper"], ["Messenger"])


# --- what only one of them does ------------------------------------------------------------------------
def test_a_refund_travels_in_minor_units_with_key_and_mark(network):
    network.post(anything(Stripe), json=refund(TAG))

    opened(Stripe).carry_out(REFUND, key=KEY, tag=TAG)

    (sent,) = [call.request for call in network.calls]
    body = sent.body if isinstance(sent.body, str) else sent.body.decode()
    assert parse_qs(body) == {"payment_intent": ["pi_1"], "amount": ["1250"], "metadata[mark]": [TAG]}
    assert sent.headers["Idempotency-Key"] == KEY


@pytest.mark.parametrize(("amount", "currency", "minor"), [
    ("5", "ISK", 500), ("5", "UGX", 500), ("5", "JPY", 5), ("5.12", "KWD", 5120), ("10.45", "HUF", 1045),
    ("5", "TWD", 500), ("5", "MGA", 5),
])  # fmt: skip
def test_stripe_counts_some_currencies_in_its_own_way(amount, currency, minor, network):
    """docs.stripe.com/currencies; support.stripe.com/questions/deprecation-of-fractional-isk-charges-and-refunds"""
    network.post(anything(Stripe), json=refund(TAG, amount=minor, currency=currency.lower()))

    receipt = opened(Stripe).carry_out(refund_of(amount, currency), key=KEY, tag=TAG)

    assert parse_qs(str(network.calls[0].request.body))["amount"] == [str(minor)]
    assert receipt.reported.refunded == Money(Decimal(amount), currency)


@pytest.mark.parametrize(("amount", "currency"), [("5.124", "KWD"), ("40.10", "ISK"), ("12.501", "EUR")])
def test_what_stripe_cannot_move_to_the_last_digit_is_not_sent(amount, currency, network):
    with pytest.raises(RemoteRefused, match="too_fine"):
        opened(Stripe).carry_out(refund_of(amount, currency), key=KEY, tag=TAG)

    assert not network.calls


def refund_of(amount: str, currency: str) -> RefundOrder:
    payment = PaymentBack(payment_id="pi_1", gateway="card", amount=Money(Decimal(amount), currency))
    return replace(REFUND, currency=currency, payments=(payment,))


def test_a_list_of_refunds_that_was_cut_does_not_say_that_ours_is_absent(network):
    """docs.stripe.com/api/pagination"""
    network.get(anything(Stripe), json={"data": [refund("", amount=900)], "has_more": True})

    assert isinstance(opened(Stripe).find(REFUND, tag=TAG, before=None), Unclear)


def test_a_refund_that_waits_for_the_customer_is_on_its_way(network):
    """docs.stripe.com/refunds: a customer must say where the money goes."""
    network.post(anything(Stripe), json=refund(TAG, status="requires_action"))
    network.get(anything(Stripe), json={"data": [refund(TAG, status="requires_action")]})
    stripe = opened(Stripe)

    assert stripe.carry_out(REFUND, key=KEY, tag=TAG).outcome is Outcome.ACCEPTED
    assert stripe.find(REFUND, tag=TAG, before=None).is_pending


@pytest.mark.parametrize("said", ["charge_disputed", "charge_already_refunded"])
def test_a_charge_that_cannot_be_refunded_is_refused(said, network):
    """docs.stripe.com/error-codes"""
    network.post(anything(Stripe), status=400, json={"error": {"type": "invalid_request_error", "code": said}})

    with pytest.raises(RemoteRefused):
        opened(Stripe).carry_out(REFUND, key=KEY, tag=TAG)


def test_a_refund_of_another_amount_is_not_taken_for_ours(network):
    network.get(anything(Stripe), json={"data": [refund("", amount=900)]})

    assert isinstance(opened(Stripe).find(REFUND, tag=TAG, before=None), Absent)


@pytest.mark.parametrize(("status", "outcome"), [("pending", Outcome.ACCEPTED), ("succeeded", Outcome.APPLIED)])
def test_a_refund_on_its_way_is_asked_after(status, outcome, network):
    network.post(anything(Stripe), json=refund(TAG, status="pending"))
    network.get(anything(Stripe), json=refund(TAG, status=status))
    stripe = opened(Stripe)

    receipt = stripe.carry_out(REFUND, key=KEY, tag=TAG)

    assert stripe.poll(REFUND, receipt).outcome is outcome


def test_a_refund_that_the_bank_returned_has_failed(network):
    network.post(anything(Stripe), json=refund(TAG, status="pending"))
    network.get(anything(Stripe), json=refund(TAG, status="failed", failure_reason="expired_or_canceled_card"))
    stripe = opened(Stripe)

    receipt = stripe.carry_out(REFUND, key=KEY, tag=TAG)

    with pytest.raises(JobFailed):
        stripe.poll(REFUND, receipt)


def test_a_key_protects_a_refund_for_less_than_its_day():
    stripe = opened(Stripe)

    assert stripe.may_resend(REFUND, age=3600) is Resend.SAME_KEY
    assert stripe.may_resend(REFUND, age=21 * 3600) is Resend.PERSON


def test_a_credit_note_says_what_goes_back(network):
    network.put(anything(Xero), json={"CreditNotes": [note(TAG)]})

    opened(Xero).carry_out(NOTE, key=KEY, tag=TAG)

    (told,) = json.loads(network.calls[0].request.body)["CreditNotes"]
    assert (told["CreditNoteNumber"], told["Reference"], told["Date"]) == ("C-2041", TAG, "2026-11-30")
    assert [(line["LineAmount"], line["TaxAmount"]) for line in told["LineItems"]] == [("12.50", "2.00")]


def test_a_credit_note_that_was_refused_with_a_200_is_not_written(network):
    """github.com/XeroAPI/xero-php-oauth2/issues/275: status 200, and an id of zeros."""
    nothing = "00000000-0000-0000-0000-000000000000"
    problem = {"Message": "Account code '200' is not a valid code for this document."}
    for told, known in (({"ValidationErrors": [problem]}, RemoteRefused), ({}, OutcomeUnknown)):
        network.reset()
        network.put(anything(Xero), json={"CreditNotes": [note(TAG, CreditNoteID=nothing, **told)]})
        with pytest.raises(known):
            opened(Xero).carry_out(NOTE, key=KEY, tag=TAG)


def test_a_suppliers_credit_note_of_the_same_number_is_not_asked_for(network):
    network.get(anything(Xero), json={"CreditNotes": []})

    opened(Xero).find(NOTE, tag=TAG, before=None)

    asked = parse_qs(urlsplit(network.calls[0].request.url).query)["where"]
    assert asked == ['Type=="ACCRECCREDIT" AND CreditNoteNumber=="C-2041"']


def test_a_credit_note_that_was_voided_does_not_stand(network):
    network.get(anything(Xero), json={"CreditNotes": [note("by hand", Status="VOIDED")]})

    assert isinstance(opened(Xero).find(NOTE, tag=TAG, before=None), Absent)


@pytest.mark.parametrize(("newest", "outcome"), [("accepted", Outcome.ACCEPTED), ("delivered", Outcome.APPLIED)])
def test_a_mail_is_done_when_it_has_arrived(newest, outcome, network):
    """Events come newest first."""
    network.post(anything(Mailgun), json=CASES[2].answer)
    network.get(anything(Mailgun), json={"items": [event(TAG, event=newest), event(TAG, event="accepted")]})
    mailgun = opened(Mailgun)

    receipt = mailgun.carry_out(MAIL, key=KEY, tag=TAG)

    assert mailgun.poll(MAIL, receipt).outcome is outcome


def test_a_mail_that_bounced_has_failed(network):
    network.post(anything(Mailgun), json=CASES[2].answer)
    network.get(anything(Mailgun), json={"items": [event(TAG, event="failed"), event(TAG, event="accepted")]})
    mailgun = opened(Mailgun)

    receipt = mailgun.carry_out(MAIL, key=KEY, tag=TAG)

    with pytest.raises(JobFailed):
        mailgun.poll(MAIL, receipt)


@pytest.mark.parametrize(("events", "outcome"), [
    ([("failed", "temporary"), ("accepted", "")], Outcome.ACCEPTED),
    ([("delivered", ""), ("failed", "temporary"), ("accepted", "")], Outcome.APPLIED),
    ([("failed", "temporary"), ("delivered", ""), ("accepted", "")], Outcome.APPLIED),
    ([("opened", ""), ("opened", ""), ("delivered", ""), ("accepted", "")], Outcome.APPLIED),
    ([("complained", ""), ("delivered", "")], Outcome.APPLIED),
    ([("failed", "permanent"), ("delivered", ""), ("accepted", "")], None),
    ([("delivered", ""), ("failed", "permanent"), ("accepted", "")], None),
    ([("rejected", ""), ("accepted", "")], None),
])  # fmt: skip
def test_events_of_a_mail_come_late_twice_and_in_any_order(events, outcome, network):
    """anymail/django-anymail/issues/130, TryGhost/Ghost/pull/15901; None: it has failed."""
    network.post(anything(Mailgun), json=CASES[2].answer)
    network.get(anything(Mailgun), json={"items": [event(TAG, event=said, severity=how) for said, how in events]})
    mailgun = opened(Mailgun)
    receipt = mailgun.carry_out(MAIL, key=KEY, tag=TAG)

    if outcome is None:
        with pytest.raises(JobFailed):
            mailgun.poll(MAIL, receipt)
        return
    assert mailgun.poll(MAIL, receipt).outcome is outcome
