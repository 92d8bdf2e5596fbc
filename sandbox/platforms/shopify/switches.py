"""What nobody could verify about Shopify, and its moods; `item` is the number in section 16 of its fact sheet.

Item 2 in part: both members of refundMethod set cannot happen, since the vendor's schema marks that input `@oneOf`.
"""

from __future__ import annotations

from sandbox.core.switches import table

SWITCHES = table(
    "shopify",
    ("cancel_refusals", ("sync", "job"), "Where a refused cancel says so", "1", False),
    ("refusal_field", ("order_id", "base", "none"), "`field` of INVALID", "1", False),
    ("method_absent", ("no_refund", "refund", "refused"), "orderCancel without refundMethod", "2", True),
    ("cancel_on_hold", ("allowed", "refused"), "orderCancel with a fulfilment order on hold", "3", False),
    ("unpaid_refund", ("removed", "refused"), "CANCEL lines without transactions on an unpaid order", "4", True),
    ("no_restock_stock", ("committed_gone", "committed_stays", "restocked"), "NO_RESTOCK of unshipped units", "5",
     False),
    ("issued_gift_card", ("stays", "disabled"), "gift card sold on a cancelled order", "6", True),
    ("idempotent_missing", ("top_level", "user_error", "http_400"), "@idempotent missing in 2026-04 and later", "7",
     False),
    ("idempotency_conflict", ("top_level", "user_error"), "where mismatch and concurrency are said", "7", True),
    ("key_hours", ("24", "1", "none"), "how long a key is remembered; none: not at all", "7", True),
    ("limit", ("standard", "advanced", "plus", "enterprise", "slow", "endless"), "bucket and restore rate", "8", False),
    ("unsized_list_cost", ("one", "ten"), "cost of a list without `first`", "8", False),
    ("second_cancel", ("job_fails", "refused", "same_job"), "two queued cancels of one order", "9", True),
    ("customer", ("shown", "hidden"), "customer fields for a custom app", "10", False),
    ("missing_location", ("chosen", "refused"), "restock without locationId", "", False),
    ("empty_transactions", ("moves_nothing", "platform_decides"), "refundCreate with lines only", "", True),
    ("fulfilment_after_cancel", ("CLOSED", "CANCELLED"), "status of a cancelled order's fulfilment orders", "", False),
    ("service_answers", ("accepts", "rejects", "waits"), "a service asked to give an order back", "", False),
    ("search_lag", ("0", "5", "60"), "seconds the search index is behind", "", False),
    ("job_seconds", ("1-3", "0", "60", "never"), "how long a cancel job takes", "", False),
    ("pending_seconds", ("60", "0", "never"), "how long `bogus_pending` keeps a refund PENDING", "", True),
    prefix="",
)  # fmt: skip
