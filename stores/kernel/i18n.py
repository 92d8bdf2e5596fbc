"""Sentences made where Django is not known. Without a hook they are English; the app sets Django's at start.

The names are gettext's own so that `makemessages` finds the texts. Values go in by name: gettext("Only %(n)s", n=2).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from babel.numbers import format_currency

from stores.kernel.money import Money, exponent, is_said_whole


class _Hooks:
    """How to translate, set once by `use`."""

    one: Callable[[str], str] = staticmethod(lambda text: text)
    many: Callable[[str, str, int], str] = staticmethod(lambda one, many, number: one if number == 1 else many)
    locale: Callable[[], str] = staticmethod(lambda: "en_GB")


def use(
    *, one: Callable[[str], str], many: Callable[[str, str, int], str], locale: Callable[[], str] | None = None
) -> None:
    """Let `one(text)` and `many(singular, plural, number)` translate; `locale()` names Babel's locale."""
    _Hooks.one = staticmethod(one)
    _Hooks.many = staticmethod(many)
    if locale is not None:
        _Hooks.locale = staticmethod(locale)


def gettext(text: str, **values: object) -> str:
    words = _Hooks.one(text)
    return words % values if values else words


def ngettext(one: str, many: str, number: Decimal | int, **values: object) -> str:
    """`%(n)s` is the number itself, without useless zeros."""
    return _Hooks.many(one, many, int(number) if number == int(number) else 2) % {"n": units(number), **values}


def units(number: Decimal | int) -> str:
    """3, 2.5: never 3.000, never 1E+2."""
    text = format(Decimal(number), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(amount: Money) -> str:
    """US$47.98, JP¥1,200: as the reader's locale writes it; no digit is rounded away."""
    has_parts = amount.amount != amount.amount.to_integral_value()  # of a dinar: seldom, and then with all digits
    text = str(format_currency(
        amount.amount, amount.currency, locale=_Hooks.locale(), decimal_quantization=False,
        currency_digits=not (has_parts and is_said_whole(amount.currency) and exponent(amount.currency)),
    ))  # fmt: skip
    return re.sub(r"(?<=[A-Z])(?=\d)", "\N{NO-BREAK SPACE}", text).replace("-", "\N{MINUS SIGN}", 1)


def tax(amount: Money) -> tuple[str, ...]:
    """The tax of a line whose rate or name nobody tells; nothing for none."""
    return (gettext("Tax: %(amount)s", amount=f"{amount.amount:f} {amount.currency}"),) if amount else ()


def with_theirs(ours: str, platform: str, theirs: str) -> str:
    """A refusal in our words, and in the platform's own where it has some: they are often the better ones."""
    said = " ".join(theirs.split())[:200]
    if not said:
        return ours
    return gettext("%(ours)s %(platform)s says: %(theirs)s", ours=ours, platform=platform, theirs=said)
