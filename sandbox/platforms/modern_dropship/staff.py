"""Somebody else who acts on an order behind our back: the retailer, or the supplier's staff in the web app."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.platforms.modern_dropship import acts, build
from sandbox.platforms.modern_dropship.build import Body
from sandbox.platforms.modern_dropship.session import Session

if TYPE_CHECKING:
    from sandbox.core.world import World


class Staff:
    def __init__(self, world: World, account: Body, order_id: str) -> None:
        self.world, self.account, self.order_id = world, account, order_id

    def cancel(self, reason: str = "Changed my mind", by: str = "buyer") -> None:
        self._act(lambda session, order: acts.cancel_order(session, order, {"reason": reason}, by=by))

    def cancel_rest(self, reason: str = "No longer needed", by: str = "buyer") -> None:
        asked = {"reason": reason, "unfulfilledOnly": True}
        self._act(lambda session, order: acts.cancel_order(session, order, asked, by=by))

    def split(self, item_id: str, keep: int, reason: str = "Fewer are needed", by: str = "seller") -> None:
        """Leaves `keep` units of an item, under a new id."""
        asked = {"reason": reason, "newQuantity": keep}
        self._act(lambda session, order: acts.cancel_item(session, order, item_id, asked, by=by))

    def ship(self, units: dict[str, int]) -> None:
        """Item id → units."""

        def act(session: Session, order: Body) -> None:
            build.ship(order, units, at=session.at, ident=session.ident)
            session.save(order)

        self._act(act)

    def _act(self, act: Callable[[Session, Body], object]) -> None:
        """Raises KeyError for an unknown order."""
        with self.world.store.write() as db:
            session = Session(self.world, db, self.account)
            order = session.order(self.order_id)
            if order is None:
                raise KeyError(self.order_id)
            act(session, order)
