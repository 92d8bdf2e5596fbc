"""What several connectors ask of a command just before it leaves, and how they write its numbers. Pure.

Raises Unsupported for what a platform could not be told, RemoteRefused where less is there than was planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from stores.canonical.commands import PaymentBack, RefundOrder
from stores.connectors import sentences
from stores.connectors.errors import refusal
from stores.kernel.errors import InputRejected, Unsupported
from stores.kernel.money import Money, total


def whole(command: RefundOrder, why: str) -> Money:
    """All that goes back. why: words, where units cannot leave without money."""
    found = total((payment.amount for payment in command.payments), command.currency)
    if found.amount <= 0:
        raise Unsupported("cancel_without_refund", str(why))
    return found


def only_payment(command: RefundOrder, capability: str, why: str) -> PaymentBack:
    """Of a platform that refunds one payment a call, and nothing of nothing."""
    if len(command.payments) != 1 or command.payments[0].amount.amount <= 0:
        raise Unsupported(capability, str(why))
    return command.payments[0]


def guard_money(
    command: RefundOrder, wanted: Money, left: Money, parts: Iterable[tuple[Money | None, Money]] = ()
) -> None:
    """By the figures of this moment; less than planned stops. parts: (shipping or fees as planned, what is left)."""
    if {command.currency, wanted.currency} != {left.currency}:
        raise refusal("currency_changed", sentences.CURRENCY_CHANGED)
    if wanted > left:
        raise refusal("less_refundable", sentences.LESS_LEFT)
    if any(part and part > held for part, held in parts):
        raise refusal("less_refundable", sentences.LESS_OF_PART)


def guard_units(command: RefundOrder, left: Mapping[str, Decimal], words: str, code: str = "units_gone") -> None:
    """left: units of each line that can still be taken."""
    if any(not 0 < line.units <= left.get(line.line_id, Decimal(0)) for line in command.lines):
        raise refusal(code, words)


def pieces(units: Decimal, platform: str) -> int:
    """Raises InputRejected for a part of a unit: the platform counts whole ones."""
    if units != units.to_integral_value():
        raise InputRejected("units", f"{platform} counts whole units only.")
    return int(units)


def json_number(value: Decimal) -> int | float:
    """A JSON number with the very digits of `value`: amounts have at most 15 of them, which a float keeps.

    Raises RemoteRefused for one with more.
    """
    if value == value.to_integral_value():
        return int(value)
    found = float(value)
    if Decimal(repr(found)) != value:
        raise refusal("digits", sentences.TOO_LONG)
    return found
