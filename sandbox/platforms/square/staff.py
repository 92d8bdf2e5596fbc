"""Somebody in Square's own dashboard or at the till, acting on an order behind our back."""

from __future__ import annotations

from typing import Any

from sandbox.core.records import Session
from sandbox.core.staff import BaseStaff
from sandbox.platforms.square import payments, pricing, refund, update
from sandbox.platforms.square.pricing import Body


class Staff(BaseStaff):
    def _paid(self, session: Session, order: Body, place: int = 0) -> Any:
        return session.get("payment", order["tenders"][place]["payment_id"])

    def refund(
        self, amount: str, *, payment: int = 0, reason: str = "by hand", status: str = "COMPLETED", gift_card: str = ""
    ) -> None:
        """Money back in the dashboard, without lines. gift_card: the last digits of one that takes it instead."""
        with self._order() as (session, order):
            paid = self._paid(session, order, payment)
            made = refund.write(session, paid, pricing.minor(amount, order["_currency"]), reason=reason, status=status)
            if gift_card:
                card = {"card": {"card_brand": "SQUARE_GIFT_CARD", "last_4": gift_card}, "entry_method": "KEYED"}
                made |= {"destination_type": "CARD", "destination_details": {"card_details": card}}
                session.put("refund", made["id"], made, parent=paid["id"])
            if status == "COMPLETED":
                refund.moved(session, paid, made, cause="dashboard")

    def take_back(self, units: object = 1, *, line: int = 0) -> None:
        """An itemised return at the till."""
        with self._order() as (session, order):
            refund.at_the_till(session, order, self._paid(session, order), order["line_items"][line], units)

    def fulfil(self, state: str = "COMPLETED") -> None:
        """Every fulfilment that is not final gets this state."""
        with self._order() as (session, order):
            for one in order["fulfillments"]:
                if one["state"] not in update.FINAL:
                    one["state"] = state
            update.finish(session, order)

    def rename(self, ticket: str) -> None:
        """A change that only raises the version."""
        with self._order() as (session, order):
            order["ticket_name"] = ticket
            update.finish(session, order)

    def cancel(self) -> None:
        """Cancelled in the dashboard; for an unpaid order."""
        with self._order() as (session, order):
            for one in order["fulfillments"]:
                one["state"] = "CANCELED"
            order["state"] = "CANCELED"
            update.finish(session, order)
            session.effect("cancel", order["id"], cause="dashboard", currency=order["_currency"])

    def capture(self) -> None:
        """What was only approved is taken."""
        with self._order() as (session, order):
            for place, _ in enumerate(order["tenders"]):
                paid = self._paid(session, order, place)
                if paid["status"] == "APPROVED":
                    payments.settle(session, paid, "COMPLETED", "CAPTURED")

    def dispute(self, state: str = "EVIDENCE_REQUIRED", *, payment: int = 0) -> None:
        """The customer's bank disputes a payment of it; the order itself does not change."""
        with self._order() as (session, order):
            payments.begin(session, self._paid(session, order, payment), state)

    def write_payment(self, **changes: object) -> None:
        """Any word of the first payment: PENDING, as a bank transfer is for days."""
        with self._order() as (session, order):
            paid = self._paid(session, order)
            session.put("payment", paid["id"], paid | changes, parent=order["id"])
