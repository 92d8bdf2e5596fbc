"""Somebody in the platform's own desk, acting on one order behind our back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.core.base_simulator import BaseSimulator
from sandbox.core.records import Body


class BaseStaff:
    """Acts on one order at once, without the API. Verbs are the platform's, and how an order is found and kept."""

    def __init__(self, simulator: BaseSimulator, order_id: str, shop: str = "demo") -> None:
        self.simulator, self.order_id, self.shop = simulator, order_id, shop

    @contextmanager
    def _order(self) -> Iterator[tuple[Any, Body]]:
        """(the platform's session, the order). Raises KeyError for an unknown one."""
        world = self.simulator.world
        world.tick()
        with world.store.write() as db:
            session = self.simulator.session(db, self.simulator.known(self.shop))
            order = self.find(session)
            if order is None:
                raise KeyError(self.order_id)
            yield session, order
            self.keep(session, order)

    def find(self, session: Any) -> Body | None:
        found: Body | None = session.get("order", self.order_id)
        return found

    def keep(self, session: Any, order: Body) -> None:
        """After every act; nothing where the acts keep for themselves."""
