"""What a refund names, item by item: the one computation that both the quote and the refund use. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from stores.kernel.errors import InputRejected, RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.kernel.money import Money
from stores.platforms.bigcommerce import capabilities, moneys, parts
from stores.platforms.bigcommerce.parts import Cost

Item = dict[str, Any]


def wanted(
    raw: Node,
    costs: Sequence[Cost],
    units: Mapping[str, Decimal],
    *,
    shipping: Money | None,
    fees: Money | None,
    reason: str,
) -> list[Item]:
    """Units of lines with their gift wrapping, then shipping, then handling and fees; each with the same reason.

    Raises RemoteRefused where less is left than is wanted.
    """
    lines = {json_readers.ident(line, "id"): line for line in parts.lines(raw)}
    found = [item for line_id, count in units.items() for item in _goods(lines.get(line_id), count)]
    found += _costs(shipping, parts.of_kind(costs, "SHIPPING"))
    found += _costs(fees, parts.of_kind(costs, "HANDLING", "FEE"))
    return [item | {"reason": reason} for item in found]


def _goods(line: Node | None, count: Decimal) -> Iterator[Item]:
    if line is None or count > json_readers.units(line, "quantity") - whole(line, "quantity_refunded"):
        raise less_left()
    item = {"item_id": parts.number(line, "id"), "quantity": pieces(count)}
    yield {"item_type": "PRODUCT", **item}
    if moneys.decimal(line, "wrapping_cost_inc_tax") > 0:
        yield {"item_type": "GIFT_WRAPPING", **item}


def _costs(amount: Money | None, found: Sequence[Cost]) -> list[Item]:
    if not amount:
        return []
    if amount > parts.sum_of(found, amount.currency):
        raise less_left()
    return [
        {"item_type": cost.kind, "item_id": cost.id, "amount": number(part)}
        for cost, part in parts.spread(amount, found)
    ]


def less_left() -> RemoteRefused:
    return RemoteRefused("less is left", code="less_refundable", user_message=str(capabilities.LESS_LEFT))


def whole(line: Node, name: str) -> Decimal:
    """A count that the description calls a number."""
    found = moneys.decimal(line, name)
    if found < 0 or found != found.to_integral_value():
        raise json_readers.Misread(name)
    return found


def pieces(count: Decimal) -> int:
    """Raises InputRejected for a part of a unit: the platform counts whole ones."""
    if count != count.to_integral_value():
        raise InputRejected("units", "BigCommerce counts whole units only.")
    return int(count)


def number(money: Money) -> int | float:
    """A JSON number that reads back as the same decimal; no arithmetic is done with it."""
    said = money.rounded().amount
    return int(said) if said == said.to_integral_value() else float(said)
