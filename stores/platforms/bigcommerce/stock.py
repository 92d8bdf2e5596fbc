"""Stock: what a cancellation does to it in this shop, where units are counted, and how many there are.

Settings: a channel's own word goes before the store's; null means that it has none. Stock is taken when an order is
placed, or only when it is shipped: then nothing of what waits was taken, and nothing goes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from stores.canonical.order import Location, Order
from stores.canonical.receipts import StockCount
from stores.kernel.errors import RemoteRefused
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.platforms.bigcommerce import capabilities, moneys, parts
from stores.platforms.bigcommerce.api import Api

PATH = "v3/inventory/items"
GIVES_BACK, TAKEN = "refund_order_stock_adjustment", "update_stock_behavior"
USUAL_LOCATION = "1"
MOST = 250  # variants in one question
Levels = dict[tuple[str, str], Decimal]  # (variant id, location id) → units


@dataclass(frozen=True)
class Stocks:
    """gives_back: a cancellation puts units back; is_taken: this order took its units; places: variant → location.

    `places` None: the account may not see stock.
    """

    gives_back: bool = False
    is_taken: bool = False
    places: Mapping[str, Location] | None = field(default_factory=dict)

    @classmethod
    def of(cls, before: Order) -> Stocks:
        """As an earlier full read found them."""
        found = {
            line.stock_item_id: place.location
            for line in before.lines
            for place in line.placements
            if place.location and line.stock_item_id
        }
        gives_back = bool(before.cancel_restocks) or before.ends_by_refund
        is_hidden = any(remark.text == str(capabilities.NO_STOCK_RIGHT) for remark in before.remarks)
        return cls(gives_back, gives_back or before.is_restockable, None if is_hidden else found)


@dataclass
class Settings:
    """Of one store, each channel asked once."""

    api: Api
    known: dict[str, Node] = field(default_factory=dict)

    def of(self, channel: str) -> tuple[bool, str]:
        """(whether a cancellation gives stock back, when stock is taken)"""
        own = self._read(channel) if channel else {}
        if any(own.get(name) is None for name in (GIVES_BACK, TAKEN)):
            own = {**self._read(""), **{name: value for name, value in own.items() if value is not None}}
        return json_readers.flag(own, GIVES_BACK), json_readers.text(own, TAKEN)

    def _read(self, channel: str) -> Node:
        if channel not in self.known:
            query = [("channel_id", channel)] if channel else []
            body = self.api.object("v3/settings/inventory", query)
            self.known[channel] = json_readers.node(body.get("data"), "data")
        return self.known[channel]


def read(api: Api, settings: Settings, raw: Node) -> Stocks:
    gives_back, taken = settings.of(json_readers.text(raw, "channel_id"))
    is_taken = taken == "order_placed" and json_readers.units(raw, "status_id") != capabilities.INCOMPLETE
    if not is_taken:
        return Stocks(gives_back, is_taken)
    return Stocks(gives_back, is_taken, _places(api, variants(parts.lines(raw))))


def variants(lines: Iterable[Node]) -> list[str]:
    """Of goods that are sent: what is downloaded or mailed is not counted."""
    sent = (line for line in lines if json_readers.text(line, "type") in ("physical", ""))
    found = (json_readers.text(line, "variant_id") for line in sent)
    return list(dict.fromkeys(ident for ident in found if ident not in ("", "0")))


def _places(api: Api, wanted: Sequence[str]) -> Mapping[str, Location] | None:
    """None where the account lacks the right: then nothing is promised about stock."""
    try:
        found = _items(api, wanted)
    except RemoteRefused as exc:
        if exc.status != 403:
            raise
        return None
    return {variant: place for variant, rows in found.items() if (place := _place(rows))}


def _items(api: Api, wanted: Sequence[str], locations: Sequence[str] = ()) -> dict[str, list[Node]]:
    """Variant id → its locations."""
    rows: list[Node] = []
    for start in range(0, len(wanted), MOST):
        some = wanted[start : start + MOST]
        query = [("variant_id:in", ",".join(some)), ("limit", str(MOST))]
        query += [("location_id:in", ",".join(locations))] if locations else []
        rows += api.data(PATH, query)
    found = ((json_readers.node(row.get("identity"), "identity"), json_readers.nodes(row, "locations")) for row in rows)
    return {json_readers.text(identity, "variant_id"): places for identity, places in found}


def _place(rows: Sequence[Node]) -> Location | None:
    """The default one where units are counted there, else the first that is open: orders do not say theirs."""
    open_ones = [row for row in rows if json_readers.flag(row, "location_enabled")] or list(rows)
    usual = [row for row in open_ones if json_readers.text(row, "location_id") == USUAL_LOCATION] or open_ones
    if not usual:
        return None
    ident = json_readers.ident(usual[0], "location_id")
    name = json_readers.text(usual[0], "location_name") or str(capabilities.LAST_LOCATION)
    return Location(id=ident, name=name, is_active=json_readers.flag(usual[0], "location_enabled"))


# --- how many there are ------------------------------------------------------------------------------
def levels(api: Api, wanted: Sequence[tuple[str, str]]) -> Levels:
    """Of these variants at these locations; a pair that is not counted is missing. A location "" stands for all.

    Raises Misread for a row without its count: that is half an answer, not a count of nothing.
    """
    found = _items(api, list(dict.fromkeys(variant for variant, _ in wanted)),
                   list(dict.fromkeys(place for _, place in wanted if place)))  # fmt: skip
    told: Levels = {}
    for variant, rows in found.items():
        for row in rows:
            units = _onhand(row)
            pair = (variant, json_readers.text(row, "location_id"))
            if pair in wanted:
                told[pair] = units
            elif (variant, "") in wanted:
                told[variant, ""] = told.get((variant, ""), Decimal(0)) + units
    return told


def _onhand(row: Node) -> Decimal:
    if row.get("total_inventory_onhand") is None:
        raise Misread("total_inventory_onhand")
    return moneys.decimal(row, "total_inventory_onhand")


def pair_of(count: StockCount) -> tuple[str, str]:
    return count.stock_item_id, count.location_id
