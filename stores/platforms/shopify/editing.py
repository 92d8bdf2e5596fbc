"""An edit session: begun, quantities set, and only its commit is an effect. An abandoned one is harmless."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from stores.canonical.commands import EditedLine
from stores.kernel.errors import RemoteRefused
from stores.kernel.money import Money
from stores.platforms.shopify import effects, fields, receipts, sending
from stores.platforms.shopify.api import Api
from stores.platforms.shopify.fields import Misread, Node
from stores.platforms.shopify.reading import check_id, understood

AT_ONCE = 40  # set-quantity calls in one document: 10 points each, and one query may ask for 1,000


@dataclass(frozen=True)
class Session:
    """`outstanding`: what the customer would owe (negative: what the shop owes), in the currency that moves."""

    id: str
    outstanding_before: Money
    outstanding: Money


def open_session(api: Api, order_id: str, lines: Sequence[EditedLine]) -> Session:
    """Begin and set every line. Raises RemoteRefused when the order may not be edited."""
    with understood():
        data = api.read(effects.EDIT_BEGIN, {"id": check_id(order_id)}, cost=112)
        payload = fields.node(data, "orderEditBegin")
        receipts.refuse(payload)
        calculated = fields.node(payload, "calculatedOrder")
        session = fields.ident(fields.maybe(payload, "orderEditSession") or calculated)
        named = _matched(fields.items(calculated, "lineItems"), lines)
        before = fields.paid(calculated, "totalOutstandingSet")
        after = before
        for start in range(0, len(named), AT_ONCE):
            after = _set(api, session, named[start : start + AT_ONCE])
        return Session(session, before, after)


def _matched(calculated: Sequence[Node], lines: Sequence[EditedLine]) -> list[tuple[str, EditedLine]]:
    """A calculated line has the numeric id of the line it stands for. Raises RemoteRefused for one that shrank."""
    known = {_number(fields.ident(node)): node for node in calculated}
    found = []
    for line in lines:
        node = known.get(_number(line.line_id))
        if node is None and len(calculated) < 100:
            raise RemoteRefused(
                "no such line", code="line_gone", user_message=_("This line is no longer on the order.")
            )
        found.append((f"gid://shopify/CalculatedLineItem/{_number(line.line_id)}", line))
    return found


def _number(gid: str) -> str:
    number = gid.rpartition("/")[2]
    if not number.isascii() or not number.isdigit():
        raise Misread("id")
    return number


def _set(api: Api, session: str, lines: list[tuple[str, EditedLine]]) -> Money:
    document = effects.edit_quantities(len(lines))
    data = api.read(document, sending.quantities_body(session, lines), cost=10 * len(lines) + 4)
    last: Node = {}
    for i in range(len(lines)):
        last = fields.node(data, f"a{i}")
        receipts.refuse(last)
    return fields.paid(fields.node(last, "calculatedOrder"), "totalOutstandingSet")
