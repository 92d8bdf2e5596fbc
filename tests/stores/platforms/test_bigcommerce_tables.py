"""How BigCommerce orders stand, as tables of the pure functions that say it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from stores.canonical.order import PaymentStatus
from stores.canonical.receipts import EffectState, Outcome, Receipt, Reported
from stores.kernel.errors import InputRejected, JobFailed
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread
from stores.platforms.bigcommerce import cancellable as bc_cancellable
from stores.platforms.bigcommerce import capabilities as bc_words
from stores.platforms.bigcommerce import finding as bc_finding
from stores.platforms.bigcommerce import mapping as bc_mapping
from stores.platforms.bigcommerce import money as bc_money
from stores.platforms.bigcommerce import writing as bc_writing
from stores.platforms.bigcommerce.money import Rates as BigCommerceRates
from tests import make
from tests.stores.platforms import rig
from tests.stores.platforms.bigcommerce import place


def line(units: int, *, shipped: int = 0, cancellable: int | None = None, current: int | None = None) -> Any:
    left = units - shipped
    return make.line(
        units=units, shipped=shipped, unfulfilled=Decimal(left),
        cancellable=Decimal(left if cancellable is None else cancellable),
        current=Decimal(units if current is None else current),
    )  # fmt: skip


@pytest.mark.parametrize(("status", "lines", "told"), [
    (2, [line(2)], "fulfilled"), (3, [line(2)], "partial"), (10, [line(2)], "fulfilled"), (8, [line(2)], "in_progress"),
    (11, [line(2)], "unfulfilled"), (11, [line(2, shipped=1)], "partial"), (11, [line(2, shipped=2)], "fulfilled"),
    (11, [line(2, shipped=2), line(1)], "partial"), (11, [], "unfulfilled"),
])  # fmt: skip
def test_bigcommerce_is_shipped_by_its_status_and_else_by_its_units(status, lines, told):
    assert bc_mapping.to_fulfilment(status, lines) == told


def read(*refundable: str | None) -> Any:
    paid = [SimpleNamespace(refundable=None if amount is None else make.money(amount)) for amount in refundable]
    return SimpleNamespace(paid=paid)


@pytest.mark.parametrize(("word", "taken", "told"), [
    ("captured", None, "paid"), ("authorized", None, "authorised"), ("void", None, "voided"),
    ("brand new", "1", "unknown"), ("", "1.00", "paid"), ("", "0.00", "paid"), ("", None, "pending"),
])  # fmt: skip
def test_bigcommerce_is_paid_by_its_word_and_else_by_what_was_taken(word, taken, told):
    assert bc_mapping.to_payment_state({"payment_status": word}, read(taken)) == told


@pytest.mark.parametrize(("status", "lines", "paid", "told"), [
    (5, [line(2)], ["9"], (True, False)), (11, [line(2)], ["0"], (False, False)),
    (4, [line(2)], ["0"], (True, True)), (4, [line(2)], ["0", "1"], (False, False)),
    (4, [line(2)], [None], (False, False)), (4, [line(2, current=0)], ["3"], (True, True)),
    (4, [], ["3"], (False, False)),
    (4, [line(2, shipped=1)], ["0"], (False, False)), (4, [line(2, current=0), line(1)], ["3"], (False, False)),
])  # fmt: skip
def test_bigcommerce_is_over_when_all_went_back_and_nothing_left(status, lines, paid, told):
    assert bc_cancellable.is_cancelled({}, status, lines, read(*paid)) == told


@pytest.mark.parametrize(("lines", "paid", "is_over", "told"), [
    ([line(2)], ["1"], False, "always"), ([line(2)], ["0"], False, "never"), ([line(2)], ["1"], True, "never"),
    ([line(2, shipped=1)], ["1"], False, "never"), ([line(2)], [None], False, "never"),
])  # fmt: skip
def test_bigcommerce_ends_by_a_refund_of_all_while_nothing_left(lines, paid, is_over, told):
    assert bc_cancellable.when_it_ends(lines, read(*paid), is_over=is_over).value == told


@pytest.mark.parametrize(("lines", "blockers", "told"), [
    ([line(2)], [], "all"), ([line(2)], ["held"], "part"), ([line(2, shipped=1)], [], "part"),
    ([line(2, shipped=2)], [], "none"), ([], [], "none"), ([line(2, cancellable=0)], ["held"], "none"),
])  # fmt: skip
def test_how_much_of_a_bigcommerce_order_can_be_stopped(lines, blockers, told):
    assert bc_cancellable.how_much(lines, blockers) == told


@pytest.mark.parametrize(("count", "is_whole"), [("0", True), ("3", True), ("-1", False), ("1.5", False)])
def test_bigcommerce_counts_whole_units(count, is_whole):
    if is_whole:
        assert json_readers.whole({"n": count}, "n") == Decimal(count)
        assert bc_writing.pieces(Decimal(count)) == int(count)
        return
    with pytest.raises(Misread, match="n"):
        json_readers.whole({"n": count}, "n")
    if Decimal(count) % 1:
        with pytest.raises(InputRejected, match="whole units"):
            bc_writing.pieces(Decimal(count))


@pytest.mark.parametrize(("word", "seconds", "words"), [
    ("authorized", 60, bc_words.NOT_VOIDED), ("captured", 0, bc_words.CAPTURED), ("refunded", 0, bc_words.CAPTURED),
])  # fmt: skip
def test_a_release_that_failed_says_why(word, seconds, words):
    begun = Receipt(outcome=Outcome.ACCEPTED, ids={}, reported=Reported(asked_at=make.NOW))

    with pytest.raises(JobFailed) as caught:
        bc_finding.void_state(begun, {"payment_status": word}, make.NOW + timedelta(seconds=seconds))

    assert (caught.value.code, caught.value.user_message) == ("void_failed", str(words))


@pytest.mark.parametrize(("word", "outcome"), [
    ("void", "applied"), ("authorized", "accepted"), ("void pending", "accepted"),
])  # fmt: skip
def test_a_release_under_way_is_asked_after(word, outcome):
    begun = Receipt(outcome=Outcome.ACCEPTED, ids={}, reported=Reported(asked_at=make.NOW))
    receipt = bc_finding.void_state(begun, {"payment_status": word}, make.NOW + timedelta(seconds=59))

    assert (receipt.outcome, receipt.look_after) == (outcome, 2.0 if outcome == "accepted" else None)


@pytest.mark.parametrize(("state", "told"), [
    ({"p1": PaymentStatus.SUCCESS}, "success"), ({"p1": PaymentStatus.FAILED}, "failed"), ({}, "unknown"),
])  # fmt: skip
def test_a_part_of_a_bigcommerce_refund_stands_as_its_transactions_say(state, told):
    part = {"id": "p1", "provider_id": "giftcertificate", "amount": 4, "offline": True, "declined_message": "no"}

    found = bc_money._part(part, state, ["77"], BigCommerceRates("USD", "USD", "USD", Decimal(1)))

    assert (found.kind, found.status, found.is_manual, found.error) == ("refund", told, True, "no")
    assert (found.gateway, found.label, found.amount) == ("giftcertificate", "Gift certificate", make.pair("4.00"))


@pytest.mark.parametrize(("said", "read"), [
    (3, "3"), ("3.50", "3.50"), (Decimal("0.1"), "0.1"), (0, "0"), ("-1.5", "-1.5"),
])  # fmt: skip
def test_bigcommerce_writes_amounts_as_numbers_or_texts(said, read):
    assert str(json_readers.decimal({"n": said}, "n")) == read


@pytest.mark.parametrize("said", [True, False, [], {}, "many", "NaN", "Infinity"], ids=str)
def test_what_is_no_number_of_bigcommerce_is_not_read(said):
    with pytest.raises(Misread):
        json_readers.decimal({"n": said}, "n")


@pytest.mark.parametrize(("waiting", "closed", "packing", "told"), [
    (2, "", "", "open"), (2, "", "Awaiting shipment", "being_packed"), (2, "Cancelled.", "", "gone"),
    (2, "Cancelled.", "Awaiting shipment", "gone"), (0, "", "", None),
])  # fmt: skip
def test_where_units_of_a_bigcommerce_line_wait(waiting, closed, packing, told):
    found = bc_mapping._places({"id": 7}, Decimal(waiting), make.WAREHOUSE, closed, packing)

    if told is None:
        assert found == ()
        return
    (place,) = found
    assert (place.id, place.units, place.readiness, place.location) == ("7", waiting, told, make.WAREHOUSE)
    assert place.detail == packing


@pytest.mark.parametrize(("tax", "told"), [("1.23", ("Tax: 1.23 USD",)), ("0", ()), (None, ())])
def test_the_tax_of_a_bigcommerce_line_in_words(tax, told):
    assert bc_mapping._tax({"total_tax": tax}, BigCommerceRates("USD", "USD", "USD", Decimal(1))) == told


@pytest.mark.parametrize("kind", ["cancel", "stock"])
def test_a_bigcommerce_receipt_without_a_count_is_done_at_the_first_look(kind):
    order = make.canonical_order()
    command = rig.cancel(order) if kind == "cancel" else rig.stock(order)
    begun = Receipt(
        outcome=Outcome.ACCEPTED, ids={"order": "1"}, reported=Reported(state=EffectState.CANCELLED), look_after=1.0
    )

    found = place.on_network().poll(command, begun)

    assert found == replace(begun, outcome=Outcome.APPLIED, look_after=None)
