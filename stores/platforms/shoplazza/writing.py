"""Our commands as Shoplazza wants them, what must be true before a refund leaves, and what an answer proves.

Nothing there is idempotent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from stores.canonical.commands import CancelOrder, RefundOrder, UnitsBack
from stores.canonical.receipts import EffectState, Receipt, RefundState
from stores.connectors import commands, rows
from stores.connectors.roles import Answers
from stores.kernel.errors import JobFailed, Unsupported
from stores.kernel.http.json_readers import Misread, Node, inner, text
from stores.kernel.money import Money, total
from stores.platforms.shoplazza import capabilities, money
from stores.platforms.shoplazza.api import Rates, amount_of, ident_of

ITEMISED_SINCE = "2025-06"
PARTS = ("refund_product_total", "refund_shipping_total", "refund_tip", "refund_additional_total")
VERSION = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


def guard_version(version: str) -> None:
    """Before 2025-06 the same path refunds the whole order whatever the body says. Raises Unsupported."""
    if not VERSION.fullmatch(version) or version < ITEMISED_SINCE:
        raise Unsupported("refund", str(capabilities.OLD_VERSION))


def guard_cancel(command: CancelOrder) -> None:
    """Cancel takes a reason and nothing else. Raises Unsupported for what it could not tell."""
    if command.refund or command.restock or command.notify:
        raise Unsupported("cancel_order", str(capabilities.BY_REFUND))


def guard_money(command: RefundOrder, order: Node, records: Sequence[Node]) -> None:
    """The order's own figures just before the refund; the smaller wins, and less than planned stops."""
    rates = Rates.of(order)
    shipping = (command.shipping, money.shipping_left(order, records, rates))
    commands.guard_money(command, whole(command), money.remaining(order, records, rates), [shipping])


def whole(command: RefundOrder) -> Money:
    """Raises Unsupported for a refund of nothing: what it does there is not documented."""
    return commands.whole(command, capabilities.NOTHING_BACK)


def refund_body(command: RefundOrder, order: Node, records: Sequence[Node], note: str) -> dict[str, Any]:
    """Exactly what is wanted: units that wait, named money, our mark at the end of the note.

    All parts of the sum are told so that they add up, or none. Payments are named once there are several.
    """
    wanted: dict[str, Any] = {"refund_total": amount(whole(command))} | parts(command, order, records)
    if command.lines:
        wanted["refund_line_items"] = [units_back(line) for line in command.lines]
    if len(money.lines_of(order)) > 1:
        wanted["refund_payments"] = [
            {"payment_line_id": payment.payment_id, "refund_price": amount(payment.amount)}
            for payment in command.payments
        ]
    return {"refund": wanted | {"note": note}}


def parts(command: RefundOrder, order: Node, records: Sequence[Node]) -> dict[str, str]:
    """Product, shipping, tip and additional parts that sum to the refund; none where they cannot be told apart."""
    told = split(command, money.parts_left(order, records, Rates.of(order)))
    return {name: amount(part) for name, part in zip(PARTS, told, strict=True)} if told else {}


def split(command: RefundOrder, left: money.Left) -> money.Left | None:
    """An amount that a person named says nothing of tips and fees; what is more than the goods are worth is of these,
    if the shipping is named, or if it is all that is left.
    """
    sum_back, zero = whole(command), Money.zero(command.currency)
    if command.fees is None and sum_back == total(left, command.currency):
        return left
    shipping = command.shipping or zero
    goods = sum_back - shipping - (command.fees or zero)
    if command.fees is None and command.shipping is not None:
        goods = min(goods, left.goods)
    tip = min(sum_back - shipping - goods, left.tip)
    additional = sum_back - shipping - goods - tip
    is_clear = zero <= goods <= left.goods and additional <= left.additional
    return money.Left(goods, shipping, tip, additional) if is_clear else None


def units_back(line: UnitsBack) -> dict[str, Any]:
    """`waiting_ship` pins it to units that have not left; `auto` would let the platform choose."""
    return {
        "line_item_id": line.line_id,
        "refund_item_type": "waiting_ship",
        "quantity": commands.pieces(line.units, "Shoplazza"),
        "return_inventory": line.restock,
    }


def amount(money: Money) -> str:
    return format(money.rounded().amount, "f")


# --- what an answer proves ----------------------------------------------------------------------------
FIRST_LOOK = 1.0  # seconds
MONEY_LOOK = 2.0


def cancelled(command: CancelOrder, data: Node) -> Receipt:
    return shown(command, inner(data, "order"))


def shown(command: CancelOrder, order: Node) -> Receipt:
    """The documented answer is an order that still shows its old state; then the order is read."""
    if ident_of(order) != command.order_id:
        raise Misread("order.id")
    ids = {"order": ident_of(order)}
    if text(order, "status") == "cancelled":
        return Receipt.applied(ids, state=EffectState.CANCELLED)
    return Receipt.accepted(ids, look_after=FIRST_LOOK)


def refund_begun(_command: RefundOrder, data: Node) -> Receipt:
    """A record and an after-sales case; the money follows."""
    ids = {"refund": ident_of(data, "refund_record_id"), "post_sale": text(data, "post_sale_id")}
    return Receipt.accepted(ids, refund_state=RefundState.PENDING, look_after=MONEY_LOOK)


ANSWERS: Answers = {CancelOrder: cancelled, RefundOrder: refund_begun}


def refund_state(receipt: Receipt, records: Sequence[Node], command: RefundOrder) -> Receipt:
    """Raises JobFailed when the payment provider did not pay back."""
    wanted = receipt.ids.get("refund", "")
    record = next((record for record in records if text(record, "id") == wanted), None)
    state = text(record, "refund_status") if record else ""
    if record and state == "failed":
        raise JobFailed(
            "not paid back", code="refund_failed", user_message=str(capabilities.NOT_PAID_BACK), answer=[dict(record)]
        )
    if record and state == "finished":
        is_said = bool(text(record, "refund_price"))
        back = rows.told(lambda: amount_of(record, "refund_price", command.currency)) if is_said else None
        return Receipt.applied(receipt.ids, refund_state=RefundState.PAID, refunded=back)
    return Receipt.accepted(receipt.ids, refund_state=RefundState.PENDING, look_after=MONEY_LOOK)
