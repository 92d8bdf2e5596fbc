"""What people do in the platform's own desk while we look away: ship, cancel, refund, write notes, delete."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.core.staff import BaseStaff
from sandbox.platforms.shopify import build, cancel, refund, stock, suggest, totals
from sandbox.platforms.shopify.session import Session
from sandbox.platforms.shopify.values import Body, gid, minor, next_part, number_of, text

CAUSE = "staff"


class Staff(BaseStaff):
    def find(self, session: Session) -> Body | None:
        return session.order(number_of(self.order_id, "Order"))

    def keep(self, session: Session, order: Body) -> None:
        session.save(order)
        session.order_event("ORDERS_UPDATED", order)

    def ship(self, units: Mapping[str, int] | None = None) -> None:
        """Sends what waits, or only so many units per line gid."""
        wanted = None if units is None else {number_of(line): count for line, count in units.items()}
        with self._order() as (session, order):
            for parcel in order["fulfillment_orders"]:
                if parcel["status"] in totals.OPEN_FULFILMENT:
                    self._send(session, order, parcel, wanted)

    def _send(self, session: Session, order: Body, parcel: Body, wanted: dict[int | None, int] | None) -> None:
        items: list[tuple[Body, int]] = []
        for part in parcel["items"]:
            count = part["remaining"] if wanted is None else min(part["remaining"], wanted.get(part["line"], 0))
            line = totals.line_of(order, part["line"])
            if line and count:
                part["remaining"] -= count
                items.append((line, count))
                stock.move(session.db, self.shop, line["item"], parcel["location"], committed=-count, on_hand=-count)
        place = session.location(parcel["location"])
        if items and place:
            build.add_shipment(order, place, items)
            refund.close_if_empty(session, parcel)
            session.order_event("ORDERS_FULFILLED", order)

    def cancel(self, reason: str = "STAFF", note: str = "", *, with_refund: bool = True, restock: bool = True) -> None:
        """The whole order, at once."""
        with self._order() as (session, order):
            method = "original" if with_refund else "none"
            cancel.apply(
                session, order, {"reason": reason, "restock": restock, "note": note, "method": method, "id": 0}
            )

    def refund(self, amount: str, note: str = "") -> None:
        """Money without units, through the first payment that can give it back."""
        with self._order() as (session, order):
            made = refund.open_refund(session, order, note)
            for parent, part in suggest.over_payments(order, minor(amount, order["currency"])):
                made["adjustment"] += refund.pay_back(session, order, made, parent, part, cause=CAUSE)

    def give_back(self, units: Mapping[str, int], note: str = "") -> None:
        """Units per line gid with the money they are worth, as the admin's refund page does it."""
        with self._order() as (session, order):
            items = [
                {"line_item_id": line, "quantity": count, "restock_type": "CANCEL"} for line, count in units.items()
            ]
            worth = suggest.suggest(session, order, refund_line_items=items)
            back = [{"parent_id": gid("OrderTransaction", parent["id"]), "amount": text(part, order["currency"])}
                    for parent, part in worth.payments]  # fmt: skip
            refund.apply(session, order, {"refund_line_items": items, "transactions": back, "note": note})

    def write(self, *, note: str | None = None, tags: list[str] | None = None) -> None:
        with self._order() as (_, order):
            order |= {"note": note} if note is not None else {}
            order |= {"tags": tags} if tags is not None else {}

    def dispute(self, status: str = "NEEDS_RESPONSE") -> None:
        with self._order() as (session, order):
            order["disputes"].append({"id": next_part(order), "initiatedAs": "CHARGEBACK", "status": status})
            session.happened("DISPUTES_CREATE", {"order_id": order["id"], "status": status.lower()})

    def buy_label(self, status: str = "LABEL_PURCHASED") -> None:
        """For the first shipment, which counts as fulfilled from then on; or LABEL_PRINTED, LABEL_VOIDED."""
        with self._order() as (_, order):
            order["fulfillments"][0]["label"] = status

    def open_return(self, status: str = "OPEN") -> None:
        with self._order() as (session, order):
            back = {"id": next_part(order), "name": f"{order['name']}-R1", "status": status, "units": 1}
            order["returns"].append(back | {"created_at": session.at})

    def hold(self, reason: str = "OTHER", notes: str = "") -> None:
        with self._order() as (_, order):
            for parcel in order["fulfillment_orders"]:
                if parcel["status"] in totals.OPEN_FULFILMENT:
                    parcel["status"] = "ON_HOLD"
                    parcel["holds"].append(build.hold(order, reason, notes))

    def delete(self) -> None:
        """The order is gone; a webhook tells so."""
        world, number = self.simulator.world, number_of(self.order_id, "Order")
        with world.store.write() as db:
            db.execute("DELETE FROM orders WHERE id = ?", (number,))
            db.execute("DELETE FROM search WHERE id = ?", (number,))
            self.simulator.session(db, self.simulator.known(self.shop)).happened("ORDERS_DELETE", {"id": number})
