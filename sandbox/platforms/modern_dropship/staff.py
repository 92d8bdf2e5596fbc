"""Somebody else who acts on an order behind our back: the retailer, or the supplier's staff in the web app."""

from __future__ import annotations

from sandbox.core.staff import BaseStaff
from sandbox.platforms.modern_dropship import acts, build


class Staff(BaseStaff):
    def cancel(self, reason: str = "Changed my mind", by: str = "buyer") -> None:
        with self._order() as (session, order):
            acts.cancel_order(session, order, {"reason": reason}, by=by)

    def cancel_rest(self, reason: str = "No longer needed", by: str = "buyer") -> None:
        with self._order() as (session, order):
            acts.cancel_order(session, order, {"reason": reason, "unfulfilledOnly": True}, by=by)

    def split(self, item_id: str, keep: int, reason: str = "Fewer are needed", by: str = "seller") -> None:
        """Leaves `keep` units of an item, under a new id."""
        with self._order() as (session, order):
            acts.cancel_item(session, order, item_id, {"reason": reason, "newQuantity": keep}, by=by)

    def ship(self, units: dict[str, int]) -> None:
        """Item id → units."""
        with self._order() as (session, order):
            build.ship(order, units, at=session.at, ident=session.ident)
            session.save(order)
