"""What people do in the store's control panel while we look away; the ledger's cause is `staff`."""

from __future__ import annotations

from decimal import Decimal

from sandbox.core.records import Body, Session
from sandbox.core.staff import BaseStaff
from sandbox.platforms.bigcommerce import orders, quotes, refunds, statuses


class Staff(BaseStaff):
    def find(self, session: Session) -> Body | None:
        return orders.find(session, self.order_id)

    def keep(self, session: Session, order: Body) -> None:
        orders.save(session, order)

    def ship(self, units: int | None = None, *, refunded: bool = False) -> None:
        """Sends what waits, or only so many units of the first line; refunded ones too, which nothing there stops."""
        with self._order() as (session, order):
            items = []
            for line in order["lines"] if units is None else order["lines"][:1]:
                gone = line["shipped"] + (0 if refunded else line["refunded"])
                count = min(line["quantity"] - gone, units or line["quantity"])
                line["shipped"] += count
                items.append({"order_product_id": line["id"], "quantity": count})
            order["shipments"].append({"id": session.number(), "at": session.at, "items": items})
            whole = all(line["shipped"] >= line["quantity"] for line in order["lines"])
            statuses.become(session, order, 2 if whole else 3, cause="staff")

    def become(self, status_id: int) -> None:
        with self._order() as (session, order):
            statuses.become(session, order, status_id, cause="staff")

    def cancel(self) -> None:
        self.become(5)

    def refund(self, units: int = 1, reason: str = "") -> None:
        """Units of the first line, paid back at once by the first way there is."""
        with self._order() as (session, order):
            items = [{"item_type": "PRODUCT", "item_id": order["lines"][0]["id"], "quantity": units, "reason": reason}]
            way = quotes.quote(session, order, {"items": items})["refund_methods"][0]
            names = ("provider_id", "amount", "offline")
            paid = [{name: part[name] for name in names} for part in way]
            made = refunds.create(session, order, {"items": items, "payments": paid}, cause="staff")
            if not made["is_settled"]:
                refunds.settle(session, order, made)

    def write(self, **changes: object) -> None:
        """staff_notes, payment_status, currency…: any word of the record."""
        with self._order() as (_, order):
            order |= changes

    def reprice(self, net: str) -> None:
        """The first line is worth something else from now on, as a tax provider may say."""
        with self._order() as (_, order):
            line = order["lines"][0]
            line |= {"net_ex": net, "net_inc": str(Decimal(net) + Decimal(line["tax"]))}
