"""Refunds as ours, with the units each took: by our record, by an itemised return at the till, or not told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from stores.canonical.order import Refund, RefundedLine
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.money import Money, total
from stores.platforms.square import refund_tag, units
from stores.platforms.square.facts import Facts
from stores.platforms.square.fields import currency_of, quantity
from stores.platforms.square.moneys import to_transaction


def to_refunds(facts: Facts) -> tuple[Refund, ...]:
    """Oldest first, since what a record leaves unsaid depends on those before it."""
    rows: list[tuple[datetime, Refund | Node]] = [(one.created_at, one) for one in facts.known]
    rows += [(_at(raw), raw) for raw in facts.refunds]
    rows.sort(key=lambda row: row[0])
    found: list[Refund] = []
    for at, row in rows:
        if isinstance(row, Refund):
            found.append(row)
        else:
            found.append(_to_refund(row, at, facts, units.left(facts.order, found)))
    return tuple(found)


def _at(raw: Node) -> datetime:
    at = json_readers.when(raw, "created_at")
    if at is None:
        raise Misread("created_at")
    return at


def _to_refund(raw: Node, at: datetime, facts: Facts, left: Mapping[str, Decimal]) -> Refund:
    currency, said = currency_of(facts.order), json_readers.text(raw, "reason")
    transaction = to_transaction(raw, currency, facts.payments)
    taken = units_of(raw, facts.returns, left)
    return Refund(
        id=transaction.id,
        created_at=at,
        note=said,
        amount=transaction.amount,
        lines=tuple(
            RefundedLine(line_id=uid, units=count, restock="none", was_restocked=False) for uid, count in taken.items()
        ),
        transactions=(transaction,),
    )


def units_of(raw: Node, returns: Mapping[str, Node], left: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """By our record in the reason, else by the return order; empty where neither names any. left: as it was before."""
    taken = refund_tag.read(json_readers.text(raw, "reason"), left)
    return _at_the_till(returns.get(json_readers.text(raw, "order_id"), {}), left) if taken is None else taken


def _at_the_till(order: Node, left: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """An itemised return names lines of the sale; one made through the API names none."""
    found: dict[str, Decimal] = {}
    for one in json_readers.nodes(order, "returns"):
        for line in json_readers.nodes(one, "return_line_items"):
            uid = json_readers.text(line, "source_line_item_uid")
            if uid in left:
                found[uid] = found.get(uid, Decimal(0)) + quantity(line)
    return found


def unallocated(refunds: Sequence[Refund], currency: str) -> Money:
    """Money that went back and of which nothing says what it was for."""
    chosen = (r for r in refunds if units.counts_as_paid(r) and not r.lines and not refund_tag.takes_none(r.note))
    return total((r.amount.customer for r in chosen), currency)
