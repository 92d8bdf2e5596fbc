"""Which items of an order are lines, and what of each was invoiced, shipped, refunded, cancelled.

A configurable stands there twice: the parent with the money is the line. A bundle of fixed price is one line; of a
bundle whose parts carry the prices, the parts are. Refunds name these items and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node
from stores.platforms.magento.amounts import ZERO, number, quantity


@dataclass(frozen=True)
class Item:
    """One real line. `title_of`: the bundle it belongs to."""

    raw: Node
    id: str
    ordered: Decimal
    invoiced: Decimal
    shipped: Decimal
    canceled: Decimal
    refunded: Decimal
    is_virtual: bool
    title_of: str = ""
    is_composite: bool = False  # parts of it, or the whole it is part of, come along without money

    @property
    def current(self) -> Decimal:
        return max(ZERO, self.ordered - self.canceled - self.refunded)

    @property
    def uninvoiced(self) -> Decimal:
        return max(ZERO, self.ordered - self.invoiced - self.canceled)

    @property
    def unrefunded(self) -> Decimal:
        return max(ZERO, self.invoiced - self.refunded)

    @property
    def waiting(self) -> Decimal:
        """Neither left nor taken off. What is only virtual never leaves."""
        return self.current if self.is_virtual else max(ZERO, self.current - self.shipped)

    @property
    def cancellable(self) -> Decimal:
        """What Magento's own cancel would take."""
        return min(self.uninvoiced, self.waiting)


def lines_of(order: Node) -> tuple[Item, ...]:
    items = json_readers.nodes(order, "items")
    families: dict[str, list[Node]] = {}
    for raw in items:
        if parent := json_readers.text(raw, "parent_item_id"):
            families.setdefault(parent, []).append(raw)
    by_id = {json_readers.ident(raw, "item_id"): raw for raw in items}
    return tuple(to_item(raw, by_id, families) for raw in items if is_real(raw, by_id, families))


def is_real(raw: Node, by_id: Mapping[str, Node], families: Mapping[str, Sequence[Node]]) -> bool:
    parent = by_id.get(json_readers.text(raw, "parent_item_id"))
    if parent is not None:
        return is_sum_of_parts(parent, families)
    return not is_sum_of_parts(raw, families)


def is_sum_of_parts(raw: Node, families: Mapping[str, Sequence[Node]]) -> bool:
    """A bundle whose members carry the prices."""
    parts = families.get(json_readers.ident(raw, "item_id"), ())
    return json_readers.text(raw, "product_type") == "bundle" and any(number(part, "base_row_total") for part in parts)


def to_item(raw: Node, by_id: Mapping[str, Node], families: Mapping[str, Sequence[Node]]) -> Item:
    item_id = json_readers.ident(raw, "item_id")
    parent = by_id.get(json_readers.text(raw, "parent_item_id"))
    relatives = families.get(item_id, ()) if parent is None else (parent,)
    ordered = quantity(raw, "qty_ordered")
    return Item(
        raw=raw,
        id=item_id,
        ordered=ordered,
        invoiced=quantity(raw, "qty_invoiced"),
        shipped=max(quantity(raw, "qty_shipped"), shipped_with(relatives, ordered)),
        canceled=quantity(raw, "qty_canceled"),
        refunded=quantity(raw, "qty_refunded"),
        is_virtual=bool(json_readers.units(raw, "is_virtual")),
        title_of=json_readers.text(parent, "name") if parent else "",
        is_composite=bool(relatives),
    )


def shipped_with(relatives: Iterable[Node], ordered: Decimal) -> Decimal:
    """Parts are shipped with their bundle or for themselves; who carries the number differs. Rounded up: safe side."""
    shares = [
        quantity(one, "qty_shipped") / quantity(one, "qty_ordered") for one in relatives if one.get("qty_ordered")
    ]
    most = max(shares, default=ZERO)
    return (most * ordered).to_integral_value(ROUND_CEILING) if most else ZERO


def nothing_shipped(items: Iterable[Item]) -> bool:
    return not any(item.shipped for item in items)
