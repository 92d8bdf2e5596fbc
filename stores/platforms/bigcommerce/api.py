"""Speaking REST with one store: both versions, the rate limit; rights, stock and quotes as they are asked for.

Settings of stock: a channel's own word goes before the store's; null means that it has none. Stock is taken when an
order is placed, or only when it is shipped: then nothing of what waits was taken, and nothing goes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from stores.canonical.order import Location
from stores.connectors.errors import refusal, unless
from stores.connectors.rest import Query, RestApi, chunks, every
from stores.connectors.roles import Access, Scope
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import Answer
from stores.kernel.http.transport import Usage
from stores.kernel.money import Money
from stores.platforms.bigcommerce import capabilities, money

WINDOW_SECONDS = 30.0
ENOUGH = 0.1  # share of the window below which what is left is spread over its rest
WHOLE_ORDER = (("include", "consignments.line_items,fees"), ("consignment_structure", "object"))


class Api(RestApi):
    """One store's REST API; an empty list of v2 is 204 without a body."""

    outcomes = capabilities.OUTCOMES
    ident = re.compile(r"[0-9]{1,18}", re.ASCII)
    not_found = capabilities.NOT_FOUND
    unreadable = capabilities.UNREADABLE
    points_per_second = 5.0  # 150 requests in 30 seconds on the smallest plan; every answer says the store's own
    bucket_points = 1.0  # a fixed window: whatever were saved up would be missing at its end
    may_be_empty = frozenset({"GET"})
    plain_in_query = ":,"

    def data(self, path: str, query: Query = ()) -> list[Node]:
        """A list of v3, in `data`; all of it, where it says that there are more pages."""

        def page(number: int) -> tuple[list[Node], int | None]:
            body = self.read(path, [*query, ("page", str(number))] if number > 1 else query)
            if body is None:
                return [], None
            rows = json_readers.listed(json_readers.node(body, "body"), "data")
            return rows, number + 1 if number < _pages(body) else None

        return every(page, 1)

    def order(self, order_id: str) -> Node:
        """The very order with its lines, addresses and fees, in one call."""
        raw = self.object(v2(order_id), WHOLE_ORDER)
        if json_readers.ident(raw, "id") != order_id:
            raise Misread("id")
        return raw

    def refunds(self, order_id: str) -> list[Node]:
        return self.data(v3(order_id, "payment_actions/refunds"))

    def transactions(self, order_id: str) -> list[Node]:
        return self.data(v3(order_id, "transactions"))

    # --- the transport's Caller ----------------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        """v2 answers XML unless it is asked for JSON."""
        return {"X-Auth-Token": self.connection.secrets.get("token", ""), "Accept": "application/json"}

    def usage(self, answer: Answer) -> Usage:
        """The store's own quota; once little of it is left, the rest of the window is shared out evenly."""
        quota, left = _number(answer, "requests-quota"), _number(answer, "requests-left")
        reset = _number(answer, "time-reset-ms")
        if not quota or left is None or reset is None:
            return super().usage(answer)
        bucket, pace, available = self.bucket_points, quota / WINDOW_SECONDS, None
        if left < quota * ENOUGH:
            wait = min(reset / 1000, WINDOW_SECONDS) / max(left, 1.0)
            available = min(bucket, bucket - wait * pace)
        return Usage(requested=1, actual=1, available=available, maximum=bucket, per_second=pace)


def _pages(body: Node) -> int:
    """How many there are; 1 where nobody says."""
    meta = body.get("meta")
    told = meta.get("pagination") if isinstance(meta, Mapping) else None
    return int(json_readers.units(told, "total_pages")) if isinstance(told, Mapping) else 1


def _number(answer: Answer, name: str) -> float | None:
    said = answer.headers.get(f"x-rate-limit-{name}", "")
    return float(said) if said.isascii() and said.isdigit() and len(said) < 12 else None


def v2(order_id: str, rest: str = "") -> str:
    """The address of an order, or of something of it. Raises RemoteRefused for what is no id."""
    return f"v2/orders/{Api.part(order_id)}" + (f"/{rest}" if rest else "")


def v3(order_id: str, rest: str) -> str:
    return f"v3/orders/{Api.part(order_id)}/{rest}"


# --- rights --------------------------------------------------------------------------------------------
def check_access(api: Api, account: str, version: str, missing: Callable[[Sequence[str]], tuple[Scope, ...]]) -> Access:
    """The right to write cannot be asked for: it counts as granted with the right to read."""
    said = api.object("v2/store")
    granted = tuple(name for name, path in capabilities.RIGHTS if _may(api, path))
    zone = said.get("timezone")
    return Access(
        shop_name=json_readers.text(said, "name"),
        currency=json_readers.text(said, "currency"),
        time_zone=json_readers.text(zone, "name") if isinstance(zone, Mapping) else "",
        granted=granted,
        missing=missing(granted),
        api_version=version,
        account=account,
    )


def _may(api: Api, path: str) -> bool:
    """No such order: it was looked for, so the right is there."""
    return unless({403}, lambda: unless({404}, lambda: api.read(path), True) or True, False)


# --- stock ---------------------------------------------------------------------------------------------
STOCK = "v3/inventory/items"
GIVES_BACK, TAKEN = "refund_order_stock_adjustment", "update_stock_behavior"
USUAL_LOCATION = "1"
MOST = 250  # variants in one question
Levels = dict[tuple[str, str], Decimal]  # (variant id, location id) → units


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
            self.known[channel] = json_readers.inner(self.api.object("v3/settings/inventory", query), "data")
        return self.known[channel]


def places(api: Api, wanted: Sequence[str]) -> Mapping[str, Location] | None:
    """None where the account lacks the right: then nothing is promised about stock."""
    found = unless({403}, lambda: _stock_rows(api, wanted), None)
    if found is None:
        return None
    return {variant: place for variant, rows in found.items() if (place := _place(rows))}


def _stock_rows(api: Api, wanted: Sequence[str], locations: Sequence[str] = ()) -> dict[str, list[Node]]:
    """Variant id → its locations."""
    rows: list[Node] = []
    for some in chunks(wanted, MOST):
        query = [("variant_id:in", ",".join(some)), ("limit", str(MOST))]
        query += [("location_id:in", ",".join(locations))] if locations else []
        rows += api.data(STOCK, query)
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
    found = _stock_rows(api, list(dict.fromkeys(variant for variant, _ in wanted)),
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
    return json_readers.decimal(row, "total_inventory_onhand")


# --- quotes --------------------------------------------------------------------------------------------
Item = dict[str, Any]


@dataclass(frozen=True)
class Back:
    """One payment of a way: through `provider`, by a person where it is `offline`."""

    provider: str
    name: str
    amount: Money
    offline: bool


@dataclass(frozen=True)
class Quoted:
    """The platform's answer. tax: inside the total."""

    total: Money
    tax: Money
    ways: tuple[tuple[Back, ...], ...]


def ask_quote(api: Api, order_id: str, wanted: Sequence[Item], currency: str) -> Quoted:
    """A POST that changes nothing and stores nothing, so it may be repeated like a read."""
    path = v3(order_id, "payment_actions/refund_quotes")
    raw = json_readers.inner(api.ask(path, {"items": list(wanted)}), "data")
    ways = json_readers.first(raw, "refund_methods") or []
    if not isinstance(ways, list):
        raise json_readers.Misread("refund_methods")
    found = tuple(tuple(_backs(way, currency)) for way in ways)
    return Quoted(
        money.amount(raw, currency, "total_refund_amount"),
        money.amount(raw, currency, "total_refund_tax_amount"),
        tuple(way for way in found if way),
    )


def _backs(way: object, currency: str) -> Iterator[Back]:
    """A way is a list of payments; a single one stands for itself."""
    for part in json_readers.nodes({"way": [way] if isinstance(way, Mapping) else way}, "way"):
        yield Back(
            provider=json_readers.ident(part, "provider_id"),
            name=json_readers.text(part, "provider_description"),
            amount=_exact(part, currency),
            offline=json_readers.flag(part, "offline"),
        )


def _exact(part: Node, currency: str) -> Money:
    """What is sent must equal it. Raises RemoteRefused where our minor unit is coarser: rounded, it is another sum."""
    found = money.amount(part, currency, "amount")
    if found.amount != json_readers.decimal(part, "amount"):
        raise refusal("finer", capabilities.FINER)
    return found
