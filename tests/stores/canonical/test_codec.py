"""Canonical JSON and back: equal values give equal bytes, and nothing is believed that does not fit."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings

from stores.canonical import codec
from stores.canonical.commands import (
    AnyCommand,
    CancelOrder,
    Command,
    CreditLine,
    EditedLine,
    EditOrder,
    IssueCreditNote,
)
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Reason
from tests import make
from tests.cancellations.planning import wild


@settings(max_examples=60, deadline=None)
@given(order=wild.orders())
def test_any_order_comes_back_as_it_was(order):
    text = codec.dumps(order)

    assert codec.loads(Order, text) == order
    assert codec.dumps(codec.loads(Order, text)) == text


def test_members_of_a_union_are_told_apart():
    edit = EditOrder(order_id="1", lines=(EditedLine(line_id="a", keep=Decimal("1.50"), restock=False),), notify=False)

    assert codec.load(Command, codec.plain(edit)) == edit


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+3"), "1000"),
        (datetime(2026, 11, 21, 10, tzinfo=timezone(timedelta(hours=1))), "2026-11-21T09:00:00Z"),
        (Reason.FRAUD, "fraud"),
        (frozenset({"b", "a"}), ["a", "b"]),
        ({"b": 1, "a": (True, None)}, {"b": 1, "a": [True, None]}),
    ],
    ids=["decimal", "no exponent", "utc", "enum", "set", "nested"],
)
def test_plain_forms(value, plain):
    assert codec.plain(value) == plain


def test_keys_are_sorted_and_nothing_is_spaced():
    assert codec.dumps({"b": Decimal(1), "a": "ü"}) == '{"a":"ü","b":"1"}'


@pytest.mark.parametrize("value", [1.5, object(), b"bytes"], ids=["float", "object", "bytes"])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(TypeError):
        codec.plain(value)


@pytest.mark.parametrize(
    "change",
    [
        {"lines": 3},
        {"lines": {"a": "many"}},
        {"lines": {"a": None}},
        {"refund": "twice"},
        {"notify": "yes"},
        {"part": {"a": {"amount": "1"}}},
        {"keep_stock": None},
    ],
    ids=str,
)
def test_a_body_that_does_not_fit_raises_value_error(change):
    body = codec.plain(CancelRequest()) | change

    with pytest.raises(ValueError, match="not a"):
        codec.load(CancelRequest, body)


@pytest.mark.parametrize("body", [None, [], "text", {"is": "Nobody"}, {}], ids=str)
def test_a_command_of_no_known_kind_raises_value_error(body):
    with pytest.raises(ValueError, match="not a"):
        codec.load(Command, body)


def test_times_keep_their_instant():
    order = make.canonical_order(placed_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert codec.loads(Order, json.dumps(codec.plain(order))).placed_at == order.placed_at


def test_a_command_is_stored_with_its_name():
    cancel = CancelOrder(order_id="1", reason=Reason.OTHER, refund=True, restock=True, notify=False)

    assert codec.plain(cancel)["is"] == "CancelOrder"


def test_a_credit_note_with_its_day_is_read_back_as_it_was():
    note = IssueCreditNote(
        order_id="1",
        number="C-2041",
        invoice_id="",
        issued_on=date(2026, 11, 30),
        customer_name="Ada Novak",
        customer_email="ada.novak@example.com",
        currency="EUR",
        lines=(CreditLine(title="Mug", sku="MUG", units=Decimal(1), amount=make.money(), tax=make.money()),),
    )

    assert codec.loads(AnyCommand, codec.dumps(note)) == note
