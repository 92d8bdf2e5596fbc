"""Units of a line: what left, what was taken off by refunds, what can still be stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from stores.canonical.order import PaymentStatus, Refund
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Node, maybe
from stores.platforms.square.fields import quantity

ZERO = Decimal(0)
LIVE = ("PROPOSED", "RESERVED", "PREPARED")
GONE, CANCELED = "COMPLETED", "CANCELED"


class Count(NamedTuple):
    ordered: Decimal
    taken: Decimal
    shipped: Decimal

    @property
    def left(self) -> Decimal:
        """What no refund took."""
        return max(ZERO, self.ordered - self.taken)

    @property
    def waiting(self) -> Decimal:
        """Too low where units that had left were refunded, which is the safe side."""
        return max(ZERO, self.ordered - self.taken - self.shipped)


def lines_of(order: Node) -> list[Node]:
    return json_readers.nodes(order, "line_items")


def fulfilments(order: Node, *states: str) -> list[Node]:
    found = json_readers.nodes(order, "fulfillments")
    return [one for one in found if not states or json_readers.text(one, "state") in states]


def covered(order: Node, *states: str) -> dict[str, Decimal]:
    """uid → units in fulfilments of these states. A fulfilment without a list of entries covers every line."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in fulfilments(order, *states):
        if json_readers.text(one, "line_item_application") == "ENTRY_LIST":
            for entry in json_readers.nodes(one, "entries"):
                found[json_readers.ident(entry, "line_item_uid")] += quantity(entry)
        else:
            for line in lines_of(order):
                found[uid(line)] = quantity(line)
    return found


def uid(line: Node) -> str:
    return json_readers.ident(line, "uid")


def counts(order: Node, refunds: Sequence[Refund]) -> dict[str, Count]:
    gone, off = covered(order, GONE), taken(refunds)
    found = {}
    for line in lines_of(order):
        ordered = quantity(line)
        found[uid(line)] = Count(
            ordered, min(ordered, off.get(uid(line), ZERO)), min(ordered, gone.get(uid(line), ZERO))
        )
    return found


def taken(refunds: Sequence[Refund]) -> dict[str, Decimal]:
    """By refunds that were paid or are on their way."""
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for refund in filter(counts_as_paid, refunds):
        for line in refund.lines:
            found[line.line_id] += line.units
    return found


def counts_as_paid(refund: Refund) -> bool:
    return all(one.status is not PaymentStatus.FAILED for one in refund.transactions)


def left(order: Node, refunds: Sequence[Refund]) -> dict[str, Decimal]:
    """uid → units that no refund took."""
    return {ident: count.left for ident, count in counts(order, refunds).items()}


def step_of(line: Node) -> Decimal:
    """The smallest step: of a weight its precision, of pieces 1."""
    precision = maybe(line, "quantity_unit").get("precision")
    digits = precision if isinstance(precision, int) and not isinstance(precision, bool) and 0 <= precision <= 5 else 0
    said = json_readers.text(line, "quantity")
    return Decimal(1).scaleb(-max(digits, len(said.partition(".")[2].rstrip("0"))))


def any_left(counts: Mapping[str, Count]) -> bool:
    return any(count.shipped for count in counts.values())
