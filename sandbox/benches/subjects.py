"""What bench crash kills: one kind of step on one platform, with an order and a wish that lead to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, RefundChoice

Wish = Callable[[Order], CancelRequest]


@dataclass(frozen=True)
class Subject:
    """operation: what faults call its write; effect, cause: as the ledger has them; polls: done after its answer."""

    platform: str
    kind: str
    operation: str
    wish: Wish
    effect: str = ""
    cause: str = ""
    order: dict[str, Any] = field(default_factory=dict)
    polls: bool = False

    @property
    def name(self) -> str:
        return f"{self.platform} {self.kind} by {self.operation}"

    def is_effect(self, kind: str, cause: str) -> bool:
        """Is this row of the ledger what the step is for?"""
        return kind == (self.effect or self.kind) and self.cause in ("", cause)


def one(order: Order) -> CancelRequest:
    return CancelRequest(lines={order.lines[0].id: Decimal(1)})


def whole(order: Order) -> CancelRequest:
    lines = {line.id: line.cancellable for line in order.lines if line.cancellable}
    return CancelRequest(lines=lines, refund=RefundChoice.NONE)


def whole_by_item(order: Order) -> CancelRequest:
    """Stock is left alone: a person would have to correct it, and the case would end there."""
    return replace(whole(order), keep_stock=frozenset(line.id for line in order.lines))


def kept(order: Order) -> CancelRequest:
    line = order.lines[0]
    return CancelRequest(lines={line.id: Decimal(1)}, keep_stock=frozenset({line.id}))


UNPAID, HELD = {"pay": "unpaid"}, {"pay": "authorised"}
SUBJECTS = (
    Subject("shopify", "cancel", "orderCancel", whole, cause="orderCancel", polls=True),
    Subject("shopify", "refund", "refundCreate", one, cause="refundCreate"),
    Subject("shopify", "edit", "orderEditCommit", one, cause="orderEditCommit", order={"pay": "pending"}),
    Subject("shopify", "restock", "inventoryAdjustQuantities", kept, "stock", "inventoryAdjustQuantities",
            {"app": "other"}),
    Subject("shoplazza", "cancel", "cancel", whole, cause="cancel"),
    Subject("shoplazza", "refund", "refund", one, cause="refund", polls=True),
    Subject("modern_dropship", "cancel", "cancelOrder", whole_by_item),
    Subject("modern_dropship", "cancel", "cancelItem", kept),
    Subject("woocommerce", "cancel", "order_update", whole, order={"pay": "waiting"}),
    Subject("woocommerce", "refund", "refund_create", one),
    Subject("magento", "cancel", "cancel", whole, order=UNPAID),
    Subject("magento", "refund", "refund", one),
    Subject("bigcommerce", "cancel", "status", whole, order={"pay": "waiting"}),
    Subject("bigcommerce", "refund", "refund", kept, polls=True),
    Subject("bigcommerce", "void", "void", whole, order=HELD, polls=True),
    Subject("bigcommerce", "restock", "adjust", one, "stock", "adjust"),
    Subject("square", "cancel", "update", whole, order=UNPAID),
    Subject("square", "refund", "refund", kept, polls=True),
    Subject("square", "edit", "update", one, order=UNPAID),
    Subject("square", "void", "void", whole, order=HELD),
    Subject("square", "restock", "stock", one, "stock", "stock"),
)  # fmt: skip
