"""What a look reads back: items that were cancelled since the plan, each with its reason.

An item is used up by its cancellation, so its own state tells all. The judge says whose it is: ours carries our mark,
and a retailer's never does.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from stores.canonical.commands import CancelLine, CancelOrder, CancelRest
from stores.canonical.order import Order
from stores.connectors.judge import MARK
from stores.connectors.records import Reading, Record, Standing
from stores.connectors.roles import Looks
from stores.platforms.modern_dropship import writing
from stores.platforms.modern_dropship.api import Api
from stores.platforms.modern_dropship.cancellable import Item, Tally, tally


def line(api: Api, command: CancelLine, before: Order) -> Reading:
    now = tally(api.order(command.order_id))
    item = now.item(command.line_id)
    if item is None:
        return Reading(unclear=_("This line no longer stands on the order."))
    if not item.is_cancelled:
        return Reading(absent=_("The line is not cancelled."))
    ids = {"item": item.id}
    if stays := what_stays(command, now, before):
        ids["new_item"] = stays.id
    text = reason(item)
    said = "" if MARK.search(text) else _("Somebody else cancelled or split this line: %(reason)s")
    return Reading(records=(Record(id=item.id, ids=ids, text=text, detail=said and said % {"reason": item.reason}),))


def several(api: Api, command: CancelOrder | CancelRest, before: Order) -> Reading:
    """One record for each reason that stands at items which were live when the plan was made."""
    now = tally(api.order(command.order_id))
    is_done = now.is_cancelled if isinstance(command, CancelOrder) else writing.is_rest_gone(now)
    reasons = dict.fromkeys(reason(item) for item in fresh(now, before))
    foreign = ""
    if not now.waiting and not reasons:
        foreign = _("Somebody else cancelled or shipped what was to be cancelled.")
    return Reading(
        records=tuple(record(command.order_id, text, is_done=is_done) for text in reasons),
        absent=_("Nothing of it is cancelled."),
        foreign=foreign,
    )


LOOKS: Looks = {CancelLine: line, CancelOrder: several, CancelRest: several}


def record(order_id: str, text: str, *, is_done: bool) -> Record:
    by_rescind = MARK.search(text) is not None
    said = ""
    if not is_done:
        said = _("Lines are cancelled with our mark, but others are still open.") if by_rescind else _(
            "Somebody else cancelled a part of it; the rest is still open."
        )  # fmt: skip
    standing = Standing.DONE if is_done else Standing.PART
    return Record(id=order_id, ids={"order": order_id}, text=text, standing=standing, detail=said)


def fresh(now: Tally, before: Order) -> list[Item]:
    """Cancelled since: items that were cancelled before are nobody's answer to us."""
    old = {line.id for line in before.lines if line.cancelled}
    return [item for item in now.items if item.is_cancelled and item.id not in old]


def reason(item: Item) -> str:
    """Where our mark may stand: a retailer who copies it is still not us."""
    return "" if item.by == "buyer" else item.reason


def is_ours(item: Item, tag: str) -> bool:
    return item.is_cancelled and tag in reason(item)


def what_stays(command: CancelLine, now: Tally, before: Order) -> Item | None:
    """The new item of the same product, live, with the units that stay, under an id not seen before."""
    known = {line.id for line in before.lines}
    fits = (i for i in now.live if i.id not in known and i.code == command.stock_key and i.quantity == command.keep)
    return next(fits, None) if command.keep else None
