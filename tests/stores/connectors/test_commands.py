"""What is asked of a refund before it leaves, by every connector alike."""

from __future__ import annotations

from decimal import Decimal

import pytest

from stores.canonical.commands import PaymentBack, RefundOrder, UnitsBack
from stores.connectors import commands
from stores.kernel.errors import InputRejected, RemoteRefused, Unsupported
from tests.make import money


def refund(*amounts: str, shipping: str | None = None, units: str = "1") -> RefundOrder:
    return RefundOrder(
        order_id="1",
        currency="USD",
        lines=(UnitsBack(line_id="a", units=Decimal(units), restock=False),),
        payments=tuple(PaymentBack(payment_id=str(n), gateway="card", amount=money(a)) for n, a in enumerate(amounts)),
        shipping=money(shipping) if shipping else None,
    )


def test_a_refund_of_nothing_is_not_sent_and_one_payment_is_asked_for_where_a_call_takes_one():
    assert commands.whole(refund("4.00", "1.00"), "why") == money("5.00")
    assert commands.only_payment(refund("4.00"), "refund", "why").amount == money("4.00")
    for command in (refund(), refund("4.00", "1.00"), refund("0.00")):
        with pytest.raises(Unsupported):
            commands.only_payment(command, "refund", "why")
    with pytest.raises(Unsupported):
        commands.whole(refund(), "why")


@pytest.mark.parametrize(
    ("left", "shipping_left", "says"), [("4.99", "1.00", "Less can"), ("5.00", "0.99", "shipping")]
)
def test_less_than_planned_stops_and_says_what_is_less(left, shipping_left, says):
    command = refund("5.00", shipping="1.00")
    commands.guard_money(command, money("5.00"), money("5.00"), [(command.shipping, money("1.00")), (None, money("0"))])

    with pytest.raises(RemoteRefused, match="less_refundable") as caught:
        commands.guard_money(command, money("5.00"), money(left), [(command.shipping, money(shipping_left))])
    assert says in caught.value.user_message


@pytest.mark.parametrize(("units", "line"), [("2", "a"), ("0", "a"), ("1", "b")])
def test_units_that_left_meanwhile_are_not_taken(units, line):
    commands.guard_units(refund("1.00"), {"a": Decimal(1)}, "gone")

    with pytest.raises(RemoteRefused) as caught:
        commands.guard_units(refund("1.00", units=units), {line: Decimal(1)}, "gone")
    assert (caught.value.code, caught.value.user_message) == ("units_gone", "gone")


def test_numbers_keep_their_digits_or_are_refused():
    assert [commands.json_number(Decimal(said)) for said in ("3.00", "9.99")] == [3, 9.99]
    with pytest.raises(RemoteRefused):
        commands.json_number(Decimal("12345678901234567.89"))
    assert commands.pieces(Decimal("2.0"), "Acme") == 2
    with pytest.raises(InputRejected):
        commands.pieces(Decimal("0.5"), "Acme")
