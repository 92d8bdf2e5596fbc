"""What can be done to an order: cancel it, its rest or one item, ship, and record what came back."""

from __future__ import annotations

from typing import Any

from sandbox.core.messages import Refused
from sandbox.platforms.modern_dropship import build, serializers
from sandbox.platforms.modern_dropship.build import Body
from sandbox.platforms.modern_dropship.session import Session

SELLER = "seller"


def refused(status: int, words: str, *, listed: bool = False) -> Refused:
    """`listed`: the second shape of an error body."""
    return Refused(status, {"data": None, "error": [{"message": words}]} if listed else {"error": words})


def live(order: Body) -> list[Body]:
    return [item for item in order["items"] if not item["cancelled"]]


def cancel_order(session: Session, order: Body, asked: Body, *, by: str = SELLER) -> None:
    """The whole order, or with `unfulfilledOnly` all that has not left. Raises Refused."""
    reason, only_rest = text(asked, "reason"), truth(asked, "unfulfilledOnly")
    left = live(order)
    if not left:
        if session.switch("second_cancel") == "ok":
            return
        raise refused(400, "order is already cancelled")
    shipped = any(item["fulfilled"] for item in left)
    if order["shipped_at"] is not None or all(item["fulfilled"] >= item["quantity"] for item in left):
        raise refused(400, "order is already fulfilled")
    if shipped and not only_rest:
        raise refused(400, "order is partially fulfilled, set unfulfilledOnly to cancel the remaining items")
    units = 0
    for item in left:
        if item["fulfilled"] < item["quantity"]:
            units += item["quantity"] - item["fulfilled"]
            take(session, order, item, keep=item["fulfilled"], reason=reason, by=by)
    if shipped:
        order["shipped_at"] = session.at
    finish(session, order, cause="cancelOrder", reason=reason, units=units, by=by)


def cancel_item(session: Session, order: Body, item_id: str, asked: Body, *, by: str = SELLER) -> tuple[Body, Body]:
    """(the item as it was addressed, the item that holds what stays: the same when nothing does). Raises Refused."""
    item = next((one for one in order["items"] if one["id"] == item_id), None)
    if item is None:
        raise refused(404, "order item not found")
    if item["cancelled"]:
        if session.switch("second_cancel") == "ok":
            return item, item
        raise refused(400, "item is already cancelled")
    if session.switch("item_unposted") == "refused" and not order["is_posted"]:
        raise refused(400, "order is not posted yet")
    keep = checked_quantity(session, item, asked)
    reason, units = text(asked, "reason"), item["quantity"] - keep
    stays = take(session, order, item, keep=keep, reason=reason, by=by)
    build.settle(order, session.at)
    finish(session, order, cause="cancelItem", reason=reason, units=units, by=by, item=item_id, keep=keep)
    return item, stays


def checked_quantity(session: Session, item: Body, asked: Body) -> int:
    said = asked.get("newQuantity", 0)
    if isinstance(said, bool) or not isinstance(said, int):
        raise refused(400, "json: cannot unmarshal newQuantity")
    if "newQuantity" in asked and said == 0 and session.switch("zero_quantity") == "refused":
        raise refused(400, "newQuantity must be positive", listed=True)
    if not item["fulfilled"] <= said < item["quantity"]:
        words = "newQuantity must be at least the fulfilled quantity and less than the item quantity"
        raise refused(400, words, listed=True)
    return said


def take(session: Session, order: Body, item: Body, *, keep: int, reason: str, by: str) -> Body:
    """Cancels the item; what stays stands under a new id, at the end of the list."""
    stays = dict(item) | {"id": session.ident("item"), "quantity": keep}
    item |= {"cancelled": True, "by": by, "reason": kept_reason(session, reason), "cancelled_at": session.at}
    item["taken"] = item["quantity"] - keep
    if not keep:
        return item
    order["items"].append(stays)
    if session.switch("old_shipments") == "moved":
        for shipment in order["fulfilments"]:
            for part in shipment["items"]:
                part["item"] = stays["id"] if part["item"] == item["id"] else part["item"]
    item["fulfilled"] = 0
    return stays


def kept_reason(session: Session, reason: str) -> str:
    return "" if session.switch("reason") == "dropped" else reason


def finish(session: Session, order: Body, *, cause: str, reason: str, units: int, by: str, **detail: Any) -> None:
    session.save(order)
    session.cancelled(order, cause=cause, note=reason, units=units, by=by, **detail)
    session.order_event("order.cancelled", serializers.order(session, order, "2022-03-03"))


def ship(session: Session, order: Body, asked: Body) -> str:
    """By SKU, as the derived description has it; the shipment's id."""
    units: dict[str, int] = {}
    for part in asked.get("items") or []:
        wanted = int(part.get("quantity") or 0)
        for item in live(order):
            if item["code"] == part.get("sku"):
                taken = min(wanted, item["quantity"] - item["fulfilled"] - units.get(item["id"], 0))
                units[item["id"]] = units.get(item["id"], 0) + taken
                wanted -= taken
        if wanted > 0:
            raise refused(400, "quantity exceeds what is left to fulfil", listed=True)
    if not any(units.values()):
        raise refused(400, "nothing to fulfil")
    build.ship(order, units, at=session.at, ident=session.ident)
    session.save(order)
    return str(order["fulfilments"][-1]["id"])


def record_return(session: Session, order: Body, asked: Body) -> None:
    """Quantities of shipped goods that came back; no money moves. Beware: its flag cancels as a side effect."""
    for part in asked.get("items") or []:
        item = next((one for one in order["items"] if one["id"] == part.get("ItemId")), None)
        if item is None:
            raise refused(404, "order item not found")
        if not 0 < int(part.get("QuantityToRefund") or 0) <= item["fulfilled"]:
            raise refused(400, "QuantityToRefund exceeds the fulfilled quantity", listed=True)
    if truth(asked, "cancelUnfulfilled"):
        cancel_order(session, order, {"reason": "refund", "unfulfilledOnly": True})
    order["is_refunded"] = True
    session.save(order)


def text(asked: Body, name: str) -> str:
    said = asked.get(name, "")
    if not isinstance(said, str):
        raise refused(400, f"json: cannot unmarshal {name}")
    return said


def truth(asked: Body, name: str) -> bool:
    said = asked.get(name, False)
    if not isinstance(said, bool):
        raise refused(400, f"json: cannot unmarshal {name}")
    return said
