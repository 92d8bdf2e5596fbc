"""Looking for an effect in a fresh read (fact sheet, section 12): our mark, on the very item, or it is not ours."""

from __future__ import annotations

from django.utils.translation import gettext as _

from stores.canonical.commands import (
    Absent,
    CancelLine,
    CancelOrder,
    CancelRest,
    Command,
    Finding,
    Found,
    FoundForeign,
    Unclear,
)
from stores.canonical.order import Order
from stores.kernel.errors import Unsupported
from stores.platforms.modern_dropship import receipts
from stores.platforms.modern_dropship.units import Item, Tally


def find(command: Command, now: Tally, *, tag: str, before: Order) -> Finding:
    match command:
        case CancelLine():
            return line(command, now, tag=tag, before=before)
        case CancelOrder():
            return _all(command, now, tag, before, is_done=now.is_cancelled)
        case CancelRest():
            return _all(command, now, tag, before, is_done=receipts.is_rest_gone(now))
    raise Unsupported("find_again")


def is_ours(item: Item, tag: str) -> bool:
    return item.is_cancelled and item.by != "buyer" and tag in item.reason


def line(command: CancelLine, now: Tally, *, tag: str, before: Order) -> Finding:
    """Its id is used up by a cancellation, so its own state tells all."""
    item = now.item(command.line_id)
    if item is None:
        return Unclear(detail=_("This line no longer stands on the order."))
    if not item.is_cancelled:
        return Absent(detail=_("The line is not cancelled."))
    if not is_ours(item, tag):
        return FoundForeign(
            detail=_("Somebody else cancelled or split this line: %(reason)s") % {"reason": item.reason}
        )
    ids = {"item": item.id}
    if stays := what_stays(command, now, before):
        ids["new_item"] = stays.id
    return Found(ids=ids, detail=_("The line is cancelled, with our mark."))


def what_stays(command: CancelLine, now: Tally, before: Order) -> Item | None:
    """The new item of the same product, live, with the units that stay, under an id not seen before."""
    known = {line.id for line in before.lines}
    fits = (i for i in now.live if i.id not in known and i.code == command.stock_key and i.quantity == command.keep)
    return next(fits, None) if command.keep else None


def _all(command: CancelOrder | CancelRest, now: Tally, tag: str, before: Order, *, is_done: bool) -> Finding:
    ours = any(is_ours(item, tag) for item in now.items)
    if ours and is_done:
        return Found(ids={"order": command.order_id}, detail=_("The lines are cancelled, with our mark."))
    if ours:
        return Unclear(detail=_("Lines are cancelled with our mark, but others are still open."))
    if is_done or not now.waiting:
        return FoundForeign(detail=_("Somebody else cancelled or shipped what was to be cancelled."))
    was_open = {line.id for line in before.lines if line.cancellable}
    if any(item.is_cancelled and item.id in was_open for item in now.items):
        return Unclear(detail=_("Somebody else cancelled a part of it; the rest is still open."))
    return Absent(detail=_("Nothing of it is cancelled."))
