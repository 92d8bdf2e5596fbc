"""Stock per variant and place: taken with an order, given back by a status, moved by adjustments.

Shop settings say when stock is taken and whether a status gives it back; a channel may say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sandbox.core.paging import numbered
from sandbox.core.records import Session
from sandbox.platforms.bigcommerce.amounts import Body
from sandbox.platforms.bigcommerce.refusals import v3
from sandbox.platforms.bigcommerce.spec import Line

FIRST = 100  # units of a product nobody stocked before
DEFAULT = "1"
SETTINGS: Body = {
    "product_out_of_stock_behavior": "do_nothing", "option_out_of_stock_behavior": "do_nothing",
    "update_stock_behavior": "order_placed", "edit_order_stock_adjustment": True,
    "refund_order_stock_adjustment": True, "stock_level_display": "dont_show", "default_out_of_stock_message": "",
    "hide_in_product_filtering": False, "show_pre_order_stock_levels": False, "show_out_of_stock_message": False,
}  # fmt: skip
OWN = ("update_stock_behavior", "edit_order_stock_adjustment", "refund_order_stock_adjustment")
MOST_ITEMS = 2000


def known(session: Session, line: Line) -> Body:
    """The product of a line, stocked at the first place when it is new."""
    found = session.get("item", line.sku)
    if found is None:
        found = {"sku": line.sku, "product_id": session.number(), "variant_id": session.number(),
                 "counted": line.stock, "levels": {DEFAULT: FIRST}}  # fmt: skip
        session.put("item", line.sku, found)
        session.put("variant", found["variant_id"], {"sku": line.sku})
    return found


# --- what an order does to it ------------------------------------------------------------------------
def said(session: Session, channel: int, name: str) -> Any:
    """A channel's word, else the store's."""
    own = session.shop["channels"].get(str(channel), {}).get(name)
    return session.shop["settings"][name] if own is None else own


def take_at_placing(session: Session, order: Body) -> None:
    if order["status_id"] == 0:
        return
    placed = said(session, order["channel"], "update_stock_behavior") == "order_placed"
    order["taken"] = placed
    for line in order["lines"]:
        move(session, line, -(line["quantity"] if placed else line["shipped"]))


def move(session: Session, line: Body, units: int, place: str = DEFAULT) -> int:
    """Units that really moved: what is not counted does not."""
    item = session.get("item", line["sku"]) if line["is_counted"] and units else None
    if item is None:
        return 0
    item["levels"][place] = item["levels"].get(place, 0) + units
    session.put("item", line["sku"], item)
    return units


def give_back(session: Session, order: Body, *, was_refunded: bool, cause: str) -> None:
    """Status 4 or 5 set by hand or by API: the whole order goes back where the setting says so."""
    if not order["taken"] or not said(session, order["channel"], "refund_order_stock_adjustment"):
        return
    if was_refunded and session.switch("status_after_refund") == "nothing":
        return
    only_open = session.switch("restock_counts") == "open" and not was_refunded
    order["taken"] = False
    for line in order["lines"]:
        units = line["quantity"] - (line["refunded"] if only_open else 0)
        moved = move(session, line, units)
        if moved:
            session.effect("stock", order["id"], cause=cause, currency=order["currency"], units=moved, sku=line["sku"])


# --- the API -------------------------------------------------------------------------------------------
def settings(session: Session, channel: str) -> Body:
    if not channel:
        return {"data": dict(session.shop["settings"]), "meta": {}}
    own = session.shop["channels"].get(channel, {})
    return {"data": {name: value for name, value in own.items() if value is not None}
            | {name: None for name in OWN if own.get(name) is None}, "meta": {}}  # fmt: skip


FILTERS = {"variant_id:in": "variant_id", "product_id:in": "product_id", "sku:in": "sku"}


def items(session: Session, asked: Mapping[str, str], page: int, limit: int) -> Body:
    """All that are counted, or those that fit every filter that is said; of the chosen places, where some are."""
    known = sorted(session.all("item"), key=lambda item: int(item["variant_id"]))
    wanted = [item for item in known if item["counted"] != "none" and _is_asked(item, asked)]
    chosen = _words(asked.get("location_id:in", ""))
    return paged([_item(item, chosen) for item in wanted], page, limit)


def _is_asked(item: Body, asked: Mapping[str, str]) -> bool:
    return all(str(item[name]) in _words(asked[said]) for said, name in FILTERS.items() if asked.get(said))


def _words(said: str) -> set[str]:
    return {word for word in said.split(",") if word}


def paged(rows: list[Body], page: int, limit: int) -> Body:
    """A list of v3."""
    shown, total = numbered(rows, page, limit), len(rows)
    told = {"total": total, "count": len(shown), "per_page": limit, "current_page": page,
            "total_pages": -(-total // limit), "links": {"current": f"?page={page}"}}  # fmt: skip
    return {"data": shown, "meta": {"pagination": told}}


def _item(item: Body, places: set[str]) -> Body:
    return {
        "identity": {"sku": item["sku"], "variant_id": item["variant_id"], "product_id": item["product_id"]},
        "locations": [_level(place, units) for place, units in item["levels"].items() if not places or place in places],
    }


def _level(place: str, units: int) -> Body:
    name = "Default location" if place == DEFAULT else f"Location {place}"
    return {
        "location_id": int(place), "location_code": f"BC-LOCATION-{place}", "location_name": name,
        "available_to_sell": units, "total_inventory_onhand": units, "location_enabled": True,
        "settings": {"safety_stock": 0, "is_in_stock": units > 0, "warning_level": 0, "bin_picking_number": ""},
    }  # fmt: skip


def adjust(session: Session, asked: Any) -> Body:
    """Accepted at once, carried out a moment later; the same twice moves twice."""
    wanted = asked.get("items") if isinstance(asked, dict) else None
    if not isinstance(wanted, list) or not 0 < len(wanted) <= MOST_ITEMS:
        raise v3(422, "Invalid items", {"items": "must have between 1 and 2000 entries"})
    changes = [_change(session, place, item) for place, item in enumerate(wanted)]
    body = {"changes": changes, "reason": str(asked.get("reason", "")), "request": session.request}
    seconds = session.switch("stock_seconds")
    if seconds == "0":
        carry_out(session, body)
    elif seconds != "never":
        session.timer(session.at + float(seconds), "stock", body)
    return {"transaction_id": f"bc-{session.number()}"}


def _change(session: Session, place: int, item: Any) -> Body:
    keys = [key for key in ("sku", "variant_id", "product_id") if item.get(key)]
    if len(keys) != 1 or not item.get("location_id") or not isinstance(item.get("quantity"), int):
        raise v3(422, "Invalid item", {f"items.{place}": "one identity, a location and a quantity are needed"})
    sku = item["sku"] if keys == ["sku"] else (session.get("variant", item[keys[0]]) or {}).get("sku")
    found = session.get("item", sku) if sku else None
    if found is None:
        raise v3(422, "Item not found", {f"items.{place}": "no such item"})
    if found["counted"] == "none":
        raise v3(422, "Inventory is not tracked", {f"items.{place}": "inventory tracking is off"})
    if found["counted"] == "product":
        raise v3(422, "Inventory is tracked by product", {f"items.{place}": "tracked by product, not by variant"})
    if str(item["location_id"]) not in found["levels"]:
        raise v3(422, "No absolute adjustment", {f"items.{place}": "never had an absolute adjustment here"})
    return {"sku": sku, "place": str(item["location_id"]), "units": item["quantity"]}


def carry_out(session: Session, body: Body) -> None:
    session.request = body["request"]
    for change in body["changes"]:
        move(session, {"sku": change["sku"], "is_counted": True}, change["units"], change["place"])
        session.effect(
            "stock", order_of(body["reason"]), cause="adjust", currency=session.shop["currency"],
            note=body["reason"], units=change["units"], sku=change["sku"],
        )  # fmt: skip


def order_of(reason: str) -> str:
    """The order a reason speaks of: "… order 123 …"."""
    words = reason.split()
    return next((b.strip(".,:;") for a, b in pairwise(words) if a.lower() == "order"), "")
