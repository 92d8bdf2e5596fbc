"""Looking for an effect by reading (RELIABILITY 6): our tag in a credit memo's comment; of a cancel the state alone.

A cancel takes no text, so one made by somebody else at the same time looks like ours. No money hangs on the
difference: the order is cancelled as was wanted, and the words say that nobody can tell who did it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from stores.canonical.commands import Absent, CancelOrder, Command, Finding, Found, FoundForeign, RefundOrder, Unclear
from stores.canonical.order import Order
from stores.kernel import shapes
from stores.kernel.errors import Unsupported
from stores.kernel.money import Money
from stores.kernel.shapes import Node
from stores.platforms.magento import items, payments, words
from stores.platforms.magento.amounts import money, number
from stores.platforms.magento.api import Api, understood
from stores.platforms.magento.facts import Facts, lines_in


def find(api: Api, command: Command, *, tag: str, before: Order) -> Finding:
    with understood():
        match command:
            case CancelOrder():
                return cancellation(api.order(command.order_id), before)
            case RefundOrder():
                return refund(api, command, tag, before)
    raise Unsupported("cancel_lines")


def cancellation(order: Node, before: Order) -> Finding:
    if shapes.text(order, "state") != "canceled":
        if took_a_part(order, before):
            ids = {"order": shapes.ident(order, "entity_id")}
            return Found(ids=ids, detail=str(words.SAID_PART), is_failed=True)
        return Absent(detail=_("The order is not cancelled."))
    if before.cancelled_at is not None:
        return FoundForeign(detail=_("The order was cancelled before."))
    detail = _("The order is cancelled. Magento keeps no mark of who did it.")
    return Found(ids={"order": shapes.ident(order, "entity_id")}, detail=detail)


def took_a_part(order: Node, before: Order) -> bool:
    """More units are cancelled than were before, and the order is not."""
    was = {line.id: line.cancelled for line in before.lines}
    return any(item.canceled > was.get(item.id, Decimal(0)) for item in items.lines_of(order))


def refund(api: Api, command: RefundOrder, tag: str, before: Order) -> Finding:
    memos = api.of_order("creditmemos", command.order_id)
    facts = Facts(api.order(command.order_id), (), memos)
    ours = [memo for memo in memos if tag in payments.comments(memo)]
    for memo in ours:
        if same_target(command, memo) and amount_of(memo, command.currency) == wanted(command):
            return Found(
                ids={"refund": shapes.ident(memo, "entity_id")}, detail=_("The credit memo is there, with our mark.")
            )
    if ours:
        return Unclear(detail=_("A credit memo with our mark is there, but with another amount."))
    return foreign(facts, memos, command, before)


def foreign(facts: Facts, memos: Sequence[Node], command: RefundOrder, before: Order) -> Finding:
    """Without our mark: a twin made by hand, or money that went back and left no credit memo."""
    known = {item.id for item in before.refunds}
    fresh = [memo for memo in memos if shapes.ident(memo, "entity_id") not in known]
    for memo in fresh:
        if amount_of(memo, command.currency) == wanted(command) and same_units(facts, command, memo):
            text = _("The same refund is there without our mark: somebody may have made it by hand.")
            return Unclear(detail=text)
    unexplained = number(facts.order, "base_total_refunded") - sum(
        (number(memo, "base_grand_total") for memo in memos), Decimal(0)
    )
    if unexplained >= wanted(command).amount:
        return Unclear(detail=str(words.REFUNDED_WITHOUT_MEMO))
    return Absent(detail=str(words.NO_MEMO))


def wanted(command: RefundOrder) -> Money:
    return command.payments[0].amount.rounded()


def amount_of(memo: Node, currency: str) -> Money:
    return money(memo, "base_grand_total", currency)


def same_target(command: RefundOrder, memo: Node) -> bool:
    return shapes.text(memo, "invoice_id") in ("", command.payments[0].payment_id)


def same_units(facts: Facts, command: RefundOrder, memo: Node) -> bool:
    real = {item.id for item in facts.lines}
    seen = Counter({line: units for line, units in lines_in(memo) if units and line in real})
    return seen == Counter({line.line_id: line.units for line in command.lines if line.units})
