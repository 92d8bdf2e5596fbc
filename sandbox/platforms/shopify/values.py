"""Ids, and amounts in whole minor units: the two sides of a money bag, and shares of a line.

Rounding: half up to the minor unit, where Shopify rounds (per line and per tax line).
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from stores.kernel.money import exponent

Bag = dict[str, dict[str, str]]
ONE = Decimal(1)


def half_up(amount: Decimal) -> int:
    return int(amount.quantize(ONE, ROUND_HALF_UP))


def minor(amount: str | Decimal | int, currency: str) -> int:
    """Whole minor units; finer amounts are rounded half up. Raises ValueError for what is no number."""
    try:
        return half_up(Decimal(str(amount)).scaleb(exponent(currency)))
    except InvalidOperation as exc:
        raise ValueError(f"not an amount: {amount!r}") from exc


def is_exact(amount: str, currency: str) -> bool:
    """Whether the currency can hold this amount without rounding."""
    scaled = Decimal(amount).scaleb(exponent(currency))
    return scaled == scaled.to_integral_value()


@lru_cache(maxsize=65536)
def text(units: int, currency: str) -> str:
    """As Shopify writes it: at least one digit after the point ("12.5", "0.0", "5632.0")."""
    plain = format(Decimal(units).scaleb(-exponent(currency)), "f")
    whole, _, fraction = plain.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}"


@lru_cache(maxsize=65536)
def bag_of(units: int, currency: str, shop_currency: str, rate: str) -> Bag:
    """`units` are the customer's; `rate` is shop money for one unit of customer money."""
    shop_units = units
    if currency != shop_currency:
        scale = exponent(shop_currency) - exponent(currency)
        shop_units = half_up((Decimal(units) * Decimal(rate)).scaleb(scale))
    return {
        "shopMoney": {"amount": text(shop_units, shop_currency), "currencyCode": shop_currency},
        "presentmentMoney": {"amount": text(units, currency), "currencyCode": currency},
    }


def bag(order: Body, units: int) -> Bag:
    return bag_of(units, order["currency"], order["shop_currency"], order["rate"])


def cut(total: int, units: int, quantity: int) -> int:
    """What the first `units` of `quantity` cost of `total`; shares of successive cuts sum exactly to it."""
    return half_up(Decimal(total) * units / quantity) if quantity else 0


def share(total: int, gone: int, units: int, quantity: int) -> int:
    """The part of `units` more after `gone` have left."""
    return cut(total, gone + units, quantity) - cut(total, gone, quantity)


def spread(total: int, weights: list[int]) -> list[int]:
    """`total` over `weights`, to the minor unit, largest remainder first; the parts sum to it."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_rest = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts


# --- Ids as Shopify tells them, and which order a part belongs to ---------------------------------
BLOCK = 10_000  # ids an order keeps for itself and its parts
FIRST_ORDER = 45_000_010_000
Body = dict[str, Any]


def gid(kind: str, number: int | str) -> str:
    return f"gid://shopify/{kind}/{number}"


def number_of(value: object, *kinds: str) -> int | None:
    """The digits of a gid; None for another kind or anything malformed. Parameters after `?` are dropped."""
    head, _, tail = str(value).partition("gid://shopify/")
    kind, _, digits = tail.partition("/")
    digits = digits.partition("?")[0]
    if head or (kinds and kind not in kinds) or not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        return None
    return int(digits)


def kind_of(value: object) -> str:
    return str(value).removeprefix("gid://shopify/").partition("/")[0]


def order_of(part: int) -> int:
    """The order whose block this id lies in."""
    return part - part % BLOCK


def next_part(order: Body) -> int:
    """The next free id in the order's block."""
    order["last_part"] += 1
    return int(order["id"] + order["last_part"])


def iso(at: float | None) -> str | None:
    """Epoch seconds as Shopify writes them: whole seconds, Z."""
    return None if at is None else datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
