"""Orders that are read: what a shop's pages, its copy and the guards before each send need."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol

from stores.canonical.capabilities import Capabilities
from stores.canonical.order import Order
from stores.canonical.recipe import Recipe
from stores.canonical.request import CancelRequest, Quote, Reason
from stores.connectors import sentences
from stores.connectors.roles.connector import Connector
from stores.connectors.rows import Unreadable


@dataclass(frozen=True)
class Listing:
    """One page of an import. `cursor` continues it; "" = finished. Orders may be summaries.

    unreadable: rows of the page that could not be understood; the others are kept all the same.
    """

    orders: tuple[Order, ...]
    cursor: str = ""
    unreadable: tuple[Unreadable, ...] = ()
    total: int | None = None  # when the platform tells cheaply


class Reads(Protocol):
    """A module, or whatever else, that reads the orders of one account. It raises Misread as it is."""

    def read_order(self, api: Any, order_id: str, /) -> Order: ...

    def look_again(self, api: Any, before: Order, /) -> Order: ...

    def list_orders(self, api: Any, /, *, since: datetime | None, cursor: str) -> Listing: ...


class OrderSource(Connector):
    """A shop whose orders are read. It says every capability of the table, refunds and stock too, whoever sees to
    them: the planner obeys it, and staff are told why something cannot be done from here.
    """

    is_role = True
    says: ClassVar[tuple[str, ...]] = tuple(field.name for field in fields(Capabilities))
    capabilities: ClassVar[Capabilities]
    recipe: ClassVar[Recipe]
    reasons: ClassVar[Mapping[Reason, str]] = sentences.REASONS  # ours → the platform's word
    follow_seconds: ClassVar[float] = 60  # how often its orders are asked for what changed
    copies_by: ClassVar[Literal["", "source_id"]] = ""  # its orders mirror another shop's: the field that names them

    reads: ClassVar[Reads]  # where it is no module that reads: the three calls below are its own

    def read_order(self, external_id: str) -> Order:
        """All the preview needs, live. Raises RemoteRefused with code "not_found" when it is gone or hidden."""
        with self.understood():
            return self.reads.read_order(self.api, external_id)

    def look_again(self, before: Order) -> Order:
        """The order as it stands now, when an earlier full read is at hand: the same facts, at less cost.

        What cannot change (titles, addresses, prices) may be taken from `before`.
        """
        if before.is_summary or not hasattr(self, "reads"):
            return self.read_order(before.external_id)
        with self.understood():
            return self.reads.look_again(self.api, before)

    def list_orders(self, *, since: datetime | None, cursor: str = "") -> Listing:
        """Orders changed since (None: all), oldest change first, a page at a time."""
        with self.understood():
            return self.reads.list_orders(self.api, since=since, cursor=cursor)

    @abstractmethod
    def quote(self, order: Order, request: CancelRequest) -> Quote:
        """The platform's own figures for this request. No effect."""

    @abstractmethod
    def order_url(self, order_external_id: str, legacy_id: str) -> str:
        """The order in the platform's own desk."""
