"""Inventory: whether an order took its units out of stock, and putting them back.

An order that nobody paid took nothing. When a paid one takes its units depends on how it was made, so the movements
of its items are looked at: a sale is recorded with the order's id as the transaction's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from stores.canonical.commands import CorrectStock, StockChange
from stores.canonical.receipts import StockCount
from stores.connectors.records import Reading, Record, Standing
from stores.kernel.errors import RemoteRefused, Unsupported
from stores.kernel.http import json_readers
from stores.kernel.http.json_readers import Misread, Node, maybe
from stores.platforms.square import capabilities, units
from stores.platforms.square.api import Api
from stores.platforms.square.fields import quantity, spelt

SOLD = "SOLD"
PAGE, MOST_PAGES = 1000, 5
COMES_FROM, GOES_TO = "UNLINKED_RETURN", "IN_STOCK"


def taken(api: Api, order: Node) -> frozenset[str]:
    """Ids of the catalogue; one read, none where nothing can have been taken."""
    items = list(
        dict.fromkeys(filter(None, (json_readers.text(one, "catalog_object_id") for one in units.lines_of(order))))
    )
    if not items or not json_readers.nodes(order, "tenders"):
        return frozenset()
    ours = {
        json_readers.ident(order, "id"),
        *(json_readers.text(one, "transaction_id") for one in json_readers.nodes(order, "tenders")),
    }
    found = movements(
        api, items, [json_readers.ident(order, "location_id")], SOLD, since=json_readers.text(order, "created_at")
    )
    try:
        return frozenset(json_readers.text(one, "catalog_object_id") for one in found if is_of(one, ours))
    except RemoteRefused as exc:
        if exc.status != 403:
            raise
        return frozenset()  # without the right to look nothing is put back


def is_of(movement: Node, transactions: set[str]) -> bool:
    said = json_readers.text(movement, "transaction_id")
    return bool(said) and said in transactions


def movements(api: Api, items: Sequence[str], places: Sequence[str], state: str, *, since: str) -> Iterator[Node]:
    """Adjustments into or out of a state, oldest first; at most 5,000."""
    asked: dict[str, Any] = {"catalog_object_ids": list(items), "location_ids": list(places), "types": ["ADJUSTMENT"],
                             "states": [state], "limit": PAGE}  # fmt: skip
    if since:
        asked["updated_after"] = since
    for _turn in range(MOST_PAGES):
        page = api.ask("v2/inventory/changes/batch-retrieve", asked)
        for change in json_readers.nodes(page, "changes"):
            yield maybe(change, "adjustment")
        cursor = json_readers.text(page, "cursor")
        if not cursor or cursor == asked.get("cursor"):
            return
        asked["cursor"] = cursor


# --- putting back ------------------------------------------------------------------------------------
def change_body(command: CorrectStock, *, key: str, tag: str, at: datetime) -> dict[str, Any]:
    """Raises Unsupported for taking units away: an adjustment back would need a state that is true."""
    if not command.changes or any(change.delta <= 0 for change in command.changes):
        raise Unsupported("keep_stock", str(capabilities.ONLY_BACK))
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    changes = [one_change(change, reference(command, tag), moment) for change in command.changes]
    return {"idempotency_key": key, "changes": changes, "ignore_unchanged_counts": True}


def reference(command: CorrectStock, tag: str) -> str:
    return f"{command.order_id} {tag}"


def one_change(change: StockChange, mark: str, moment: str) -> dict[str, Any]:
    adjustment = {
        "reference_id": mark, "catalog_object_id": change.stock_item_id, "from_state": COMES_FROM,
        "to_state": GOES_TO, "location_id": change.location_id, "quantity": spelt(change.delta),
        "occurred_at": moment,
    }  # fmt: skip
    return {"type": "ADJUSTMENT", "adjustment": adjustment}


def moved(command: CorrectStock, answer: Node) -> tuple[StockCount, ...]:
    """The counts that are told, and what they were before these units. Raises Misread for what proves nothing."""
    counts = [one for one in json_readers.nodes(answer, "counts") if json_readers.text(one, "state") == GOES_TO]
    told = {
        (json_readers.text(one, "catalog_object_id"), json_readers.text(one, "location_id")): count(one)
        for one in counts
    }
    if "counts" not in answer and "changes" not in answer:
        raise Misread("counts")
    back: dict[tuple[str, str], Decimal] = {}
    for change in command.changes:
        place = (change.stock_item_id, change.location_id)
        back[place] = back.get(place, Decimal(0)) + change.delta
    return tuple(
        StockCount(stock_item_id=item, location_id=place, before=told[item, place] - delta, after=told[item, place])
        for (item, place), delta in back.items()
        if (item, place) in told
    )


def count(one: Node) -> Decimal:
    """What is in stock; below zero where more was sold than was counted."""
    said = json_readers.text(one, "quantity")
    whole = quantity({**one, "quantity": said.removeprefix("-")})
    return -whole if said.startswith("-") else whole


def adjustments(api: Api, command: CorrectStock, since: datetime) -> Reading:
    """By our reference on the adjustments: all of one step are one record. Other people's are nobody's answer to us."""
    items = list(dict.fromkeys(change.stock_item_id for change in command.changes))
    places = list(dict.fromkeys(change.location_id for change in command.changes))
    stamp = since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    steps: defaultdict[str, list[Node]] = defaultdict(list)
    for row in movements(api, items, places, GOES_TO, since=stamp):
        said = json_readers.text(row, "reference_id")
        if said.startswith(f"{command.order_id} ["):
            steps[said].append(row)
    absent = _("No adjustment with our mark is there.")
    return Reading(records=tuple(to_record(command, *step) for step in steps.items()), absent=absent)


def to_record(command: CorrectStock, mark: str, rows: Sequence[Node]) -> Record:
    seen, wanted = _by_place(rows), _asked(command)
    said = "" if seen == wanted else str(capabilities.OTHER_QUANTITY)
    standing = Standing.DONE if seen == wanted else Standing.PART
    ident = json_readers.text(rows[0], "id")
    return Record(id=ident, ids={"adjustment": ident}, text=mark, standing=standing, detail=said)


def _by_place(rows: Iterable[Node]) -> dict[tuple[str, str], Decimal]:
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        found[json_readers.text(row, "catalog_object_id"), json_readers.text(row, "location_id")] += quantity(row)
    return dict(found)


def _asked(command: CorrectStock) -> dict[tuple[str, str], Decimal]:
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for change in command.changes:
        found[change.stock_item_id, change.location_id] += change.delta
    return dict(found)
