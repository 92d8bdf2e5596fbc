"""What people and the store itself do while we look away; the ledger's cause is `staff`."""

from __future__ import annotations

from sandbox.core.staff import BaseStaff
from sandbox.platforms.woocommerce import statuses, sums, webhooks
from sandbox.platforms.woocommerce.refund import end_if_over
from sandbox.platforms.woocommerce.sums import number


class Staff(BaseStaff):
    def move(self, to: str) -> None:
        """Another status: completed, cancelled, refunded, …"""
        with self._order() as (session, order):
            statuses.move(session, order, to, cause="staff")

    def refund(self, amount: str, *, reason: str = "", units: int = 0, restock: bool = False) -> None:
        """Through the gateway; units of the first line, at the amount, where they are given."""
        with self._order() as (session, order):
            line, ident = order["lines"][0], session.number()
            shares = [sums.share_of(session, line, units, amount, {})] if units else []
            made = {"id": ident, "created": session.at, "amount": amount, "by": 1, "paid_back": True, "items": shares,
                    "told_amount": sums.text(number(amount), order["digits"]), "reason": reason,
                    "meta_data": []}  # fmt: skip
            session.put("refund", ident, made, parent=order["id"])
            session.effect("refund", order["id"], cause="staff", currency=order["currency"], amount=amount, note=reason)
            if restock and units:
                sums.restore_refunded(session, order, line, units, cause="staff")
            end_if_over(session, order)
            statuses.save(session, order)

    def write(self, **changes: object) -> None:
        """Any word of the order's record."""
        with self._order() as (session, order):
            statuses.save(session, order | changes)

    def delete(self) -> None:
        with self._order() as (session, order):
            webhooks.notify(session, "order.deleted", order)
            session.drop("order", order["id"])
