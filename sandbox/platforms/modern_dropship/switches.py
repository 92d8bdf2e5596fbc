"""What nobody could verify about Modern Dropship; `item` is its number in docs/vendors.md."""

from __future__ import annotations

from sandbox.core.switches import table

SWITCHES = table(
    "modern_dropship",
    ("envelope", ("bare", "data"), "2022-03-03: an order in `data`, lists with hasMore", "1", False),
    ("names", ("by_version", "both", "old"), "field names of the 2022 column, of both, of 2021", "1", False),
    ("fulfilments", ("told", "absent"), "an order's `fulfillments`", "1", False),
    ("second_cancel", ("refused", "ok"), "cancel of what is cancelled: 400, or 200 without effect", "2", False),
    ("unknown_order", ("404", "400"), "an order nobody knows: 404, or 400 `not found` as in 2020", "2", False),
    ("split_original", ("full", "reduced"), "quantity of an item after a part of it was cancelled", "3", False),
    ("old_shipments", ("stay", "moved"), "what shipments point at after a split: the old item or the new", "3", False),
    ("item_answer", ("original", "new"), "which item a partial cancellation answers", "3", False),
    ("reason", ("kept", "dropped"), "whether the reason stands at the cancelled items", "", False),
    ("zero_quantity", ("cancels", "refused"), "newQuantity: 0 said explicitly", "4", False),
    ("item_unposted", ("allowed", "refused"), "cancel of an item while the order is not posted", "5", False),
    ("limit", ("none", "two"), "two requests a second", "6", False),
    ("list_order", ("newest_first", "oldest_first"), "order of a list", "6", False),
    ("event", ("wrapped", "bare"), "an event's body: around the order, or the order itself", "7", False),
)
