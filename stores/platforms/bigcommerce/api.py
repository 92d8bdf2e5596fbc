"""Speaking REST with one store: token, both versions, and what each answer says about the rate limit.

The platform's refusals as our classes, out of the shapes in which it says them.

v2: [{"status", "message"}]; v3: {"status", "title", "errors": {field: text}}; payment actions: {"data": [{…}]} with
either of `title` and `error`, or {"errors": [{…}]} of the same; 504 of a void: {"errors": {…}}.

What *Test connection* finds: the store, and one harmless read for each right.

Stock: what a cancellation does to it in this shop, where units are counted, and how many there are.

Settings: a channel's own word goes before the store's; null means that it has none. Stock is taken when an order is
placed, or only when it is shipped: then nothing of what waits was taken, and nothing goes back.

What a refund names, item by item: the one computation that both the quote and the refund use. Pure.

What a cancellation would give back: BigCommerce's own figures, and the way in which it would pay.

Among the ways it offers the first that moves money is taken; store credit only where store credit was paid, since
nobody asked the customer. Lines get their share of the quote in proportion to what they cost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from stores.canonical.order import Location
from stores.canonical.receipts import StockCount
from stores.connectors.roles import Access, ConnectorContext, Scope
from stores.kernel.errors import RemoteError, RemoteRefused, RemoteThrottled, RemoteUnavailable
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node
from stores.kernel.http.responses import DEFAULT_RETRY_AFTER, Answer
from stores.kernel.http.transport import Usage
from stores.kernel.money import Money
from stores.platforms.bigcommerce import capabilities, money

IDENT = re.compile(r"[0-9]{1,18}", re.ASCII)
WINDOW_SECONDS = 30.0
PER_SECOND = 5.0  # 150 requests in 30 seconds on the smallest plan; every answer says the store's own
BUCKET = 1.0  # a fixed window: whatever were saved up would be missing at its end
ENOUGH = 0.1  # share of the window below which what is left is spread over its rest
NO_CONTENT = 204
MOST_PAGES = 40
WHOLE_ORDER = (("include", "consignments.line_items,fees"), ("consignment_structure", "object"))


class Api:
    """One store's REST door; also the transport's Caller (token and rate limit)."""

    def __init__(self, connection: ConnectorContext, base_url: str, store_hash: str) -> None:
        self.connection = connection
        self.url = f"{base_url}/stores/{store_hash}"

    # --- reads ---------------------------------------------------------------------------------
    def object(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Node:
        return json_readers.node(self._read(path, query), "body")

    def bare(self, path: str, query: Sequence[tuple[str, str]] = ()) -> list[Node]:
        """A list of v2: 204 without a body when it is empty."""
        return json_readers.nodes({"body": self.items(path, query)}, "body")

    def items(self, path: str, query: Sequence[tuple[str, str]] = ()) -> list[Any]:
        """As `bare`, whatever its rows are."""
        return json_readers.items({"body": self._read(path, query)}, "body")

    def data(self, path: str, query: Sequence[tuple[str, str]] = ()) -> list[Node]:
        """A list of v3, in `data`; all of it, where it says that there are more pages."""
        found: list[Node] = []
        for page in range(1, MOST_PAGES + 1):
            body = self._read(path, [*query, ("page", str(page))] if page > 1 else query)
            if body is None:
                return found
            if (
                json_readers.node(body, "body").get("data") is None
            ):  # only 204 and an empty list say that there is nothing
                raise Misread("data")
            found += json_readers.nodes(body, "data")
            if page >= _pages(body):
                return found
        raise Misread("too many pages")

    def touch(self, path: str) -> None:
        """Only to learn whether it may be read."""
        self._read(path)

    def order(self, order_id: str) -> Node:
        """With its lines, addresses and fees, in one call."""
        return self.object(f"v2/orders/{check_id(order_id)}", WHOLE_ORDER)

    def refunds(self, order_id: str) -> list[Node]:
        return self.data(f"v3/orders/{check_id(order_id)}/payment_actions/refunds")

    def transactions(self, order_id: str) -> list[Node]:
        return self.data(f"v3/orders/{check_id(order_id)}/transactions")

    def quote(self, order_id: str, items: Sequence[Mapping[str, Any]]) -> Node:
        """A POST that changes nothing and stores nothing, so it may be repeated like a read."""
        path = f"v3/orders/{check_id(order_id)}/payment_actions/refund_quotes"
        answer = self._send("POST", path, {"items": list(items)})
        return json_readers.node(json_readers.node(answer.body, "body").get("data"), "data")

    def _read(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Any:
        answer = self._send("GET", path + (f"?{urlencode(query, safe=':,')}" if query else ""))
        if answer.body is None and answer.status != NO_CONTENT:  # only 204 says that there is nothing
            raise RemoteUnavailable(
                "empty", code="empty", status=answer.status, user_message=str(capabilities.UNREADABLE)
            )
        return answer.body

    # --- effects -------------------------------------------------------------------------------
    def effect(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Send through the journal, exactly once."""
        return self._send(method, path, body, effect=True)

    def _send(self, method: str, path: str, body: Any = None, *, effect: bool = False) -> Answer:
        try:
            answer: Answer = self.connection.transport.send(
                method, f"{self.url}/{path}", json=body, effect=effect, caller=self, may_be_empty=method == "GET"
            )
        except RemoteError as exc:
            raise sorted_out(exc, effect=effect) from exc
        return answer

    # --- the transport's Caller ----------------------------------------------------------------
    def auth_headers(self) -> Mapping[str, str]:
        """v2 answers XML unless it is asked for JSON."""
        return {"X-Auth-Token": self.connection.secrets.get("token", ""), "Accept": "application/json"}

    def renew(self) -> bool:
        """A store's own account has a token without end; another one cannot be had."""
        return False

    def usage(self, answer: Answer) -> Usage:
        """The store's own quota; once little of it is left, the rest of the window is shared out evenly."""
        quota, left = _number(answer, "requests-quota"), _number(answer, "requests-left")
        reset = _number(answer, "time-reset-ms")
        if not quota or left is None or reset is None:
            return Usage(requested=1, actual=1, maximum=BUCKET, per_second=PER_SECOND)
        pace, available = quota / WINDOW_SECONDS, None
        if left < quota * ENOUGH:
            wait = min(reset / 1000, WINDOW_SECONDS) / max(left, 1.0)
            available = min(BUCKET, BUCKET - wait * pace)
        return Usage(requested=1, actual=1, available=available, maximum=BUCKET, per_second=pace)


def _pages(body: Node) -> int:
    """How many there are; 1 where nobody says."""
    meta = body.get("meta")
    told = meta.get("pagination") if isinstance(meta, Mapping) else None
    return int(json_readers.units(told, "total_pages")) if isinstance(told, Mapping) else 1


def _number(answer: Answer, name: str) -> float | None:
    said = answer.headers.get(f"x-rate-limit-{name}", "")
    return float(said) if said.isascii() and said.isdigit() and len(said) < 12 else None


def check_id(order_id: str) -> str:
    """Raises RemoteRefused for what is no id, before anything is sent."""
    if not IDENT.fullmatch(order_id):
        raise RemoteRefused("no such order", code="not_found", user_message=str(capabilities.NOT_FOUND))
    return order_id


OVERLOADED_SECONDS = 30.0  # 429 without a word about time means the platform itself is overloaded: a whole window
PLAN_LIMIT = 507
RUNNING = "refund_running"


def flat(body: Any) -> str:
    """All that is said, as one message."""
    return "; ".join(dict.fromkeys(_parts(body)))[:500]


def _parts(body: Any) -> Iterator[str]:
    match body:
        case list():
            for one in body[:20]:
                yield from _parts(one)
        case Mapping():
            yield from _parts(body.get("data"))
            for name in ("title", "message", "error"):
                if isinstance(said := body.get(name), str) and said.strip():
                    yield said.strip()
            yield from _fields(body.get("errors"))


def _fields(said: Any) -> Iterator[str]:
    if isinstance(said, Mapping):
        for name, text in list(said.items())[:20]:
            if isinstance(text, str) and text.strip():
                yield f"{name} {text.strip()}"
    elif isinstance(said, list):
        yield from (text.strip() for text in said[:20] if isinstance(text, str) and text.strip())
        yield from _parts([one for one in said[:20] if isinstance(one, Mapping)])


def sorted_out(exc: RemoteError, *, effect: bool) -> RemoteError:
    """The transport's class by status, with words, and the few rows where the status alone says too little."""
    said = flat(exc.answer)
    told: dict[str, Any] = {"status": exc.status, "request_id": exc.request_id, "answer": exc.answer}
    if exc.status == PLAN_LIMIT:
        return RemoteRefused(said, code="plan_limit", user_message=capabilities.refused(said, PLAN_LIMIT), **told)
    if exc.status == 404:
        return RemoteRefused(said, code="not_found", user_message=capabilities.refused(said, 404), **told)
    if exc.status == 422 and is_running(said):
        return RemoteRefused(said, code=RUNNING, user_message=str(capabilities.RUNNING), **told)
    if isinstance(exc, RemoteThrottled) and exc.status == 429 and exc.retry_after == DEFAULT_RETRY_AFTER:
        exc.retry_after = OVERLOADED_SECONDS
    if exc.status in capabilities.STATUSES:
        exc.user_message = capabilities.refused(said, exc.status)
    return exc


def is_running(said: str) -> bool:
    """The only words that tell this refusal from the others of 422; exact texts are not documented."""
    lower = said.lower()
    return "another refund" in lower or "running" in lower or "in progress" in lower or "concurrent" in lower


RIGHTS = (
    ("store_v2_information_read_only", "v3/settings/inventory"),
    ("store_v2_orders", "v2/orders?limit=1"),
    ("store_v2_transactions", "v3/orders/1/transactions"),
    ("store_inventory", "v3/inventory/items?limit=1"),
)


def check_access(api: Api, account: str, version: str, missing: Callable[[Sequence[str]], tuple[Scope, ...]]) -> Access:
    """The right to write cannot be asked for: it counts as granted with the right to read."""
    said = api.object("v2/store")
    granted = tuple(name for name, path in RIGHTS if _may(api, path))
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
    try:
        api.touch(path)
    except RemoteRefused as exc:
        if exc.status not in (403, 404):
            raise
        return exc.status == 404  # no such order: it was looked for, so the right is there
    return True


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
            body = self.api.object("v3/settings/inventory", query)
            self.known[channel] = json_readers.node(body.get("data"), "data")
        return self.known[channel]


def places(api: Api, wanted: Sequence[str]) -> Mapping[str, Location] | None:
    """None where the account lacks the right: then nothing is promised about stock."""
    try:
        found = _stock_rows(api, wanted)
    except RemoteRefused as exc:
        if exc.status != 403:
            raise
        return None
    return {variant: place for variant, rows in found.items() if (place := _place(rows))}


def _stock_rows(api: Api, wanted: Sequence[str], locations: Sequence[str] = ()) -> dict[str, list[Node]]:
    """Variant id → its locations."""
    rows: list[Node] = []
    for start in range(0, len(wanted), MOST):
        some = wanted[start : start + MOST]
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
    return money.decimal(row, "total_inventory_onhand")


def pair_of(count: StockCount) -> tuple[str, str]:
    return count.stock_item_id, count.location_id


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
    raw = api.quote(order_id, wanted)
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
    if found.amount != money.decimal(part, "amount"):
        raise RemoteRefused("finer", code="finer", user_message=str(capabilities.FINER))
    return found
