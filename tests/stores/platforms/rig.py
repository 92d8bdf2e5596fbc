"""An adapter connected to a world, with a journal that remembers what was really sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

import requests

from sandbox import in_process as sandbox
from sandbox.world import World
from stores.canonical.commands import (
    CancelOrder,
    CorrectStock,
    EditedLine,
    EditOrder,
    PaymentBack,
    RefundOrder,
    StockChange,
    UnitsBack,
    VoidPayment,
)
from stores.canonical.order import Order
from stores.canonical.request import CancelRequest, Quote, Reason
from stores.connectors.roles import Connector, ConnectorContext
from stores.kernel.http.transport import HttpTransport, Prepared
from tests.make import NOW

Platform: TypeAlias = Any  # an adapter: a test asks it for the roles that its class names
TAG = "[op 7f3a9c21]"
OTHER_TAG = "[op 00000000]"
KEY = "6f1c9a52-0000-4000-8000-000000000001"
OTHER_KEY = "6f1c9a52-0000-4000-8000-000000000002"


@dataclass
class Sent:
    """The executor's journal, in memory."""

    requests: list[Prepared] = field(default_factory=list)
    outcomes: list[object] = field(default_factory=list)

    def before(self, request: Prepared) -> Prepared:
        self.requests.append(request)
        return request

    def after(self, outcome: object) -> None:
        self.outcomes.append(outcome)


def connection(
    settings: Mapping[str, str],
    secrets: Mapping[str, str],
    *,
    session: requests.Session,
    journal: Sent | None = None,
) -> ConnectorContext:
    """Fetched tokens are kept for the life of the connection, as the desk keeps them in its vault."""
    kept: list[str] = []

    def token(fetch: Any) -> str:
        if not kept:
            kept.append(fetch()[0])
        return kept[0]

    return ConnectorContext(
        settings=settings,
        secrets=secrets,
        transport=HttpTransport(session, journal=journal),
        now=lambda: NOW,
        token=token,
        forget_token=kept.clear,
    )


P = TypeVar("P", bound=Connector)


def on_world(kind: type[P], world: World, *, shop: str = "demo", journal: Sent | None = None, **settings: str) -> P:
    secrets = {"token": f"shpat_{shop}_sandbox"}
    return kind(connection({"shop": shop, **settings}, secrets, session=sandbox.session(world), journal=journal))


# --- commands, as the planner would write them ------------------------------------------------------


def everything(order: Order) -> CancelRequest:
    return CancelRequest(lines={line.id: line.cancellable for line in order.lines if line.cancellable})


def cancel(order: Order, **changes: Any) -> CancelOrder:
    words: dict[str, Any] = {"reason": Reason.CUSTOMER, "refund": True, "restock": True, "notify": False, "note": "bye"}
    return CancelOrder(order_id=order.external_id, **(words | changes))


def refund(order: Order, quote: Quote, units: Mapping[str, Decimal], **changes: Any) -> RefundOrder:
    """These units back to where they wait, with the quote's payments."""
    back = [
        UnitsBack(line_id=line.id, units=units[line.id], restock=True, location_id=place_of(order, line.id))
        for line in order.lines
        if line.id in units
    ]
    paid = [
        PaymentBack(payment_id=p.payment_id, gateway=p.gateway, amount=p.amount) for p in quote.payments if p.amount
    ]
    words: dict[str, Any] = {"lines": tuple(back), "payments": tuple(paid), "shipping": None, "note": "bye"}
    currency = order.customer_currency
    return RefundOrder(order_id=order.external_id, currency=currency, **(words | changes))


def place_of(order: Order, line_id: str) -> str:
    places = order.line(line_id).placements
    return places[0].location.id if places and places[0].location else ""


def edit(order: Order, keep: int = 1) -> EditOrder:
    line = EditedLine(line_id=order.lines[0].id, keep=Decimal(keep), restock=True)
    return EditOrder(order_id=order.external_id, lines=(line,), notify=False, note="less")


def void(order: Order) -> VoidPayment:
    return VoidPayment(order_id=order.external_id, payment_id=order.payments[0].id)


def stock(order: Order, delta: int = -1) -> CorrectStock:
    line = order.lines[0]
    change = StockChange(stock_item_id=line.stock_item_id, location_id=place_of(order, line.id), delta=Decimal(delta))
    return CorrectStock(order_id=order.external_id, changes=(change,))
