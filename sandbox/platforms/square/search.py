"""POST /v2/orders/search: by location, state and time; a cursor goes with its query, and sorting with its filter."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from sandbox.core.records import Session
from sandbox.platforms.square.pricing import Body
from sandbox.platforms.square.serializers import Refused, iso, missing, not_found, serialize, stamp

MOST, USUAL, MOST_PLACES = 1000, 500, 10
THIRTY_DAYS = 30 * 86_400.0
FIELDS = {"created_at": "CREATED_AT", "updated_at": "UPDATED_AT", "closed_at": "CLOSED_AT"}


def search(session: Session, asked: Any) -> Body:
    places = asked.get("location_ids")
    if not isinstance(places, list) or not places:
        raise missing("location_ids")
    if len(places) > MOST_PLACES:
        raise Refused("ARRAY_LENGTH_TOO_LONG", "At most 10 locations.", "location_ids")
    limit = asked.get("limit", USUAL)
    if not isinstance(limit, int) or not 1 <= limit <= MOST:
        raise Refused("INVALID_VALUE", "limit must be from 1 to 1000.", "limit")
    query = asked.get("query") or {}
    sort = query.get("sort") or {"sort_field": "CREATED_AT", "sort_order": "DESC"}
    times = (query.get("filter") or {}).get("date_time_filter") or {}
    if any(FIELDS.get(name) != sort.get("sort_field") for name in times):
        raise Refused("BAD_REQUEST", "The sort field must be the field of the time filter.", "query.sort.sort_field")
    fits = filter_of(query, places)
    is_quick = sort["sort_field"] == "UPDATED_AT" and sort.get("sort_order", "DESC") == "ASC"
    page, cursor = (quick if is_quick else slow)(session, asked, fits, limit)
    shown = [serialize(order) for order in page]
    if asked.get("return_entries"):
        names = {"id": "order_id", "location_id": "location_id", "version": "version"}
        shown = [{ours: order[name] for name, ours in names.items() if name in order} for order in shown]
    name = "order_entries" if asked.get("return_entries") else "orders"
    return {name: shown} | ({"cursor": cursor} if cursor else {})


def filter_of(query: Any, places: list[str]) -> Callable[[Body], bool]:
    states = ((query.get("filter") or {}).get("state_filter") or {}).get("states")
    return lambda order: order["location_id"] in places and (not states or order["state"] in states)


def bounds(asked: Any, name: str) -> tuple[float | None, float | None]:
    said = (((asked.get("query") or {}).get("filter") or {}).get("date_time_filter") or {}).get(name) or {}
    try:
        return tuple(stamp(said[end]) if said.get(end) else None for end in ("start_at", "end_at"))  # type: ignore[return-value]
    except ValueError as exc:
        raise Refused("INVALID_TIME", "Not a time.", f"query.filter.date_time_filter.{name}") from exc


# --- cursors ---------------------------------------------------------------------------------------------
def mark(asked: Any, place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([place, digest(asked)]).encode()).decode()


def digest(asked: Any) -> str:
    """Of all that must be the same on the next page."""
    kept = {name: value for name, value in asked.items() if name not in ("cursor", "limit")}
    return sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:12]


def place_of(asked: Any) -> Any:
    if not asked.get("cursor"):
        return None
    try:
        place, of = json.loads(base64.urlsafe_b64decode(asked["cursor"]))
    except ValueError as exc:
        raise Refused("INVALID_CURSOR", "Not a cursor.", "cursor") from exc
    if of != digest(asked):
        raise Refused("INVALID_CURSOR", "The query is not the cursor's.", "cursor")
    return place


def quick(session: Session, asked: Any, fits: Callable[[Body], bool], limit: int) -> tuple[list[Body], str]:
    """By time of change, oldest first: an index read from where the last page ended. A page may hold fewer."""
    since, until = bounds(asked, "updated_at")
    late = session.at - float(session.switch("search_lag"))
    until = late if until is None else min(until, late)
    place = place_of(asked)
    start, seen = place or (since, 0)
    rows, total = session.page("order", since=start, until=until, offset=seen, limit=limit)
    if total <= seen + len(rows):
        return [order for order in rows if fits(order)], ""
    at = stamp(rows[-1]["updated_at"])
    same = sum(1 for order in rows if stamp(order["updated_at"]) == at)
    return [order for order in rows if fits(order)], mark(asked, (at, same + (seen if at == start else 0)))


def slow(session: Session, asked: Any, fits: Callable[[Body], bool], limit: int) -> tuple[list[Body], str]:
    """Any other way of sorting: all of them, sorted."""
    sort = (asked.get("query") or {}).get("sort") or {}
    field = str(sort.get("sort_field", "CREATED_AT")).lower()
    low, high = bounds(asked, field)
    found = [order for order in session.all("order") if fits(order) and order.get(field)]
    found = [order for order in found if within(stamp(order[field]), low, high)]
    found.sort(key=lambda order: str(order[field]), reverse=sort.get("sort_order", "DESC") != "ASC")
    start = int(place_of(asked) or 0)
    return found[start : start + limit], mark(asked, start + limit) if len(found) > start + limit else ""


def within(at: float, low: float | None, high: float | None) -> bool:
    return (low is None or at >= low) and (high is None or at <= high)


def several(session: Session, asked: Any) -> Body:
    """POST /v2/orders/batch-retrieve: those that are there."""
    found: Iterator[Body | None] = (session.get("order", ident) for ident in asked.get("order_ids") or ())
    return {"orders": [serialize(order) for order in found if order is not None]}


# --- The seller's locations, and what the token may do --------------------------------------------
def listed(session: Session) -> Body:
    return {"locations": [location(session, one) for one in session.shop["locations"]]}


def one(session: Session, ident: str) -> Body:
    for place in session.shop["locations"]:
        if place["id"] == ident:
            return {"location": location(session, place)}
    raise not_found("Location")


def location(session: Session, place: Body) -> Body:
    shop = session.shop
    return {
        "id": place["id"], "name": place["name"], "business_name": shop["title"], "currency": place["currency"],
        "timezone": shop["timezone"], "merchant_id": shop["merchant_id"], "status": place.get("status", "ACTIVE"),
        "country": "US", "type": "PHYSICAL",
    }  # fmt: skip


def token(session: Session) -> Body:
    shop = session.shop
    told = {"scopes": shop["scopes"], "client_id": "sq0idp-sandbox", "merchant_id": shop["merchant_id"]}
    is_lasting = session.switch("token_ends") == "never"
    return told if is_lasting else told | {"expires_at": iso(session.at + THIRTY_DAYS)}
