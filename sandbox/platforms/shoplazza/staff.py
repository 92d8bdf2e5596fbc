"""What people do in the shop's own admin while we look away; the ledger's cause is `staff`."""

from __future__ import annotations

from sandbox.core.records import Body
from sandbox.core.staff import BaseStaff
from sandbox.platforms.shoplazza import refund, totals
from sandbox.platforms.shoplazza.session import Session
from sandbox.platforms.shoplazza.totals import minor


class Staff(BaseStaff):
    def keep(self, session: Session, order: Body) -> None:
        session.save(order)
        session.order_event("orders/update", order)

    def ship(self, units: int | None = None) -> None:
        """Sends what waits, or only so many units of the first line."""
        with self._order() as (session, order):
            lines = order["lines"] if units is None else order["lines"][:1]
            sent = [(line, min(totals.waiting(line), units or totals.waiting(line))) for line in lines]
            for line, count in sent:
                line["shipped"] += count
            items = [{"line": line["id"], "quantity": count} for line, count in sent if count]
            order["fulfillments"].append(
                {"id": session.ident(), "status": "success", "at": session.at, "lines": items, "number": "1Z1",
                 "company": "UPS"}
            )  # fmt: skip
            session.order_event("orders/fulfilled", order)

    def cancel(self, reason: str = "by hand") -> None:
        with self._order() as (session, order):
            refund.apply(session, order, reason, cause="staff")

    def refund(self, amount: str, note: str = "", units: int = 0) -> None:
        """Money, and units of the first line where given."""
        with self._order() as (session, order):
            price = minor(amount, order["currency"])
            line = order["lines"][0]
            lines = [{"line": line["id"], "units": units, "off": units, "price": price, "restock": False}]
            refund.record(session, order, price, lines if units else [], refund.spread(session, order, price),
                          note=note, cause="staff")  # fmt: skip

    def write(self, **changes: str) -> None:
        """note, tags, status, ...: any word of the order's body."""
        with self._order() as (_, order):
            order |= changes

    def delete(self) -> None:
        with self._order() as (session, order):
            order["deleted_at"] = session.at
            session.order_event("orders/delete", order)
