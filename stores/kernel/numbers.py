"""The one number parser (RELIABILITY 13): what a person types becomes a Decimal here or nowhere.

Python's int, Decimal and form fields also accept `1_000`, `１２` and `1e5`; this does not.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.kernel.errors import InputRejected
from stores.kernel.money import Money, exponent

SHAPE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,5})?", re.ASCII)


def number(text: str, *, field: str) -> Decimal:
    """A plain number: digits, at most one point. Nothing is trimmed. Raises InputRejected for `field`."""
    if text != text.strip():
        raise InputRejected(field, _("Write the number without blanks around it, for example 2 or 12.50."))
    if not SHAPE.fullmatch(text):
        raise InputRejected(field, _("Write a plain number such as 2 or 12.50."))
    return Decimal(text)


def units(text: str, *, field: str, step: Decimal = Decimal(1), most: Decimal | None = None) -> Decimal:
    """Units of a line, 0 included: a multiple of its smallest step, not above `most`."""
    value = number(text, field=field)
    if value % step:
        raise InputRejected(field, _("Units of this line come in steps of %(step)s.") % {"step": f"{step:f}"})
    if most is not None and value > most:
        raise InputRejected(field, _("At most %(most)s of this line can be cancelled.") % {"most": f"{most:f}"})
    return value


def money(text: str, currency: str, *, field: str, most: Money | None = None) -> Money:
    """An amount, 0 included: no more digits than the currency has (JPY 0, KWD 3), not above `most`."""
    amount = in_currency(number(text, field=field), currency, field=field)
    if most is not None and amount > most:
        raise InputRejected(
            field, _("At most %(most)s %(currency)s.") % {"most": f"{most.amount:f}", "currency": currency}
        )
    return amount


def in_currency(value: Decimal, currency: str, *, field: str) -> Money:
    """A number that was read already. Raises InputRejected for more digits than the currency has."""
    digits = exponent(currency)
    if value != value.quantize(Decimal(1).scaleb(-digits)):
        raise InputRejected(
            field,
            _("%(currency)s has %(digits)s digits after the point.") % {"currency": currency, "digits": digits},
        )
    return Money(value, currency)
