"""What nobody could verify about Shoplazza; `item` is its number in docs/vendors.md."""

from __future__ import annotations

from sandbox.core.switches import table

SWITCHES = table(
    "shoplazza",
    ("cancel_refunds", ("no", "yes"), "cancel gives the money back by itself", "1", True),
    ("cancel_restocks", ("no", "yes"), "cancel puts waiting units back", "1", False),
    ("cancel_voids", ("no", "yes"), "cancel releases an authorisation", "1", True),
    ("cancel_notifies", ("no", "yes"), "cancel writes to the customer", "1", False),
    ("cancel_answer", ("true", "generic"), "the answer of cancel shows the order, or an older state", "", False),
    ("cancel_shipped", ("refused", "allowed"), "cancel of a shipped or partly shipped order", "2", False),
    ("second_cancel", ("ok", "refused"), "cancel of a cancelled order: 200 or 406", "2", True),
    ("refund_after_cancel", ("refused", "allowed"), "refund of a cancelled order: 406 or 200", "3", True),
    ("cancel_after_refund", ("allowed", "refused"), "cancel of an order that was refunded whole", "3", True),
    ("line_quantity", ("stays", "falls"), "`quantity` of a line after a waiting_ship refund", "4", False),
    ("delete_quantity", ("told", "zero"), "`delete_quantity` of a waiting_ship refund", "4", False),
    ("zero_refund", ("allowed", "refused"), "refund_total 0.00 with lines", "4", True),
    ("refund_payments", ("optional", "all"), "must refund_payments name every payment line", "5", True),
    ("gift_card", ("last", "first"), "which payment an unnamed refund takes first", "5", True),
    ("empty_refund", ("refused", "everything"), "2025-06 and later: refund without a body", "6", True),
    ("limit", ("standard", "wide"), "size of both buckets", "", False),
    ("limit_headers", ("none", "told"), "throttle header and Retry-After", "8", False),
    ("hook_signature", ("base64", "hex", "none"), "signature of webhooks", "9", False),
    ("list_order", ("newest_first", "oldest_first"), "order of a list without sort_by", "10", False),
    ("ship_quantity", ("absent", "told", "zero"), "`ship_quantity` of a shipment's line", "10", False),
    ("blank_406", ("yes", "no"), "a 406 without a body", "11", False),
    ("refund_seconds", ("2", "0", "60", "never"), "how long a refund record is pending", "", True),
)
