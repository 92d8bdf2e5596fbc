"""Somebody in Square's own dashboard or at the till, acting on an order behind our back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.core.records import Session
from sandbox.platforms.square import disputes, payments, pricing, refund, update, webhooks
from sandbox.platforms.square.pricing import Body
from sandbox.platforms.square.serializers import keep

if TYPE_CHECKING:
    from sandbox.platforms.square.simulator import SquareSimulator


class Staff:
    def __init__(self, house: SquareSimulator, order_id: str, shop: str) -> None:
        self.house = house
        self.order_id = order_id
        self.shop = shop

    def _act(self, act: Callable[[Session, Body], None]) -> None:
        house = self.house
        house.world.tick()
        with house.world.store.write() as db:
            session = house.session(db, house.shop(self.shop) or house.fresh(self.shop))
            found = session.get("order", self.order_id)
            if found is None:
                raise KeyError(self.order_id)
            act(session, found)

    def refund(
        self,
        amount: str,
        *,
        payment: int = 0,
        reason: str = "by hand",
        status: str = "COMPLETED",
        gift_card: str = "",
    ) -> None:
        """Money back in the dashboard, without lines. gift_card: the last digits of one that takes it instead."""

        def act(session: Session, order: Body) -> None:
            paid: Any = session.get("payment", order["tenders"][payment]["payment_id"])
            value = pricing.minor(amount, order["_currency"])
            made = refund.write(session, paid, value, reason=reason, status=status)
            if gift_card:
                card = {"card": {"card_brand": "SQUARE_GIFT_CARD", "last_4": gift_card}, "entry_method": "KEYED"}
                made |= {"destination_type": "CARD", "destination_details": {"card_details": card}}
                session.put("refund", made["id"], made, parent=paid["id"])
            if status == "COMPLETED":
                refund.moved(session, paid, made, cause="dashboard")

        self._act(act)

    def take_back(self, units: object = 1, *, line: int = 0) -> None:
        """An itemised return at the till."""

        def act(session: Session, order: Body) -> None:
            paid: Any = session.get("payment", order["tenders"][0]["payment_id"])
            refund.at_the_till(session, order, paid, order["line_items"][line], units)

        self._act(act)

    def fulfil(self, state: str = "COMPLETED") -> None:
        """Every fulfilment that is not final gets this state."""

        def act(session: Session, order: Body) -> None:
            for one in order["fulfillments"]:
                if one["state"] not in update.FINAL:
                    one["state"] = state
            update.finish(session, order)

        self._act(act)

    def rename(self, ticket: str) -> None:
        """A change that only raises the version."""

        def act(session: Session, order: Body) -> None:
            order["ticket_name"] = ticket
            update.finish(session, order)

        self._act(act)

    def cancel(self) -> None:
        """Cancelled in the dashboard; for an unpaid order."""

        def act(session: Session, order: Body) -> None:
            for one in order["fulfillments"]:
                one["state"] = "CANCELED"
            order["state"] = "CANCELED"
            update.finish(session, order)
            session.effect("cancel", order["id"], cause="dashboard", currency=order["_currency"])

        self._act(act)

    def capture(self) -> None:
        """What was only approved is taken."""

        def act(session: Session, order: Body) -> None:
            for tender in order["tenders"]:
                paid: Any = session.get("payment", tender["payment_id"])
                if paid["status"] == "APPROVED":
                    payments.settle(session, paid, "COMPLETED", "CAPTURED")

        self._act(act)

    def dispute(self, state: str = "EVIDENCE_REQUIRED", *, payment: int = 0) -> None:
        """The customer's bank disputes a payment of it; the order itself does not change."""

        def act(session: Session, order: Body) -> None:
            paid: Any = session.get("payment", order["tenders"][payment]["payment_id"])
            disputes.begin(session, paid, state)

        self._act(act)

    def write_payment(self, **changes: object) -> None:
        """Any word of the first payment: PENDING, as a bank transfer is for days."""

        def act(session: Session, order: Body) -> None:
            paid: Any = session.get("payment", order["tenders"][0]["payment_id"])
            session.put("payment", paid["id"], paid | changes, parent=order["id"])

        self._act(act)

    def drop_version(self) -> None:
        """As an order of the till stands: it cannot be updated."""

        def act(session: Session, order: Body) -> None:
            order.pop("version", None)
            keep(session, order)
            webhooks.order(session, "order.updated", order)

        self._act(act)
