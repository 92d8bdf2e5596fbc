"""What nobody could verify about Square; `item` is its number in docs/vendors.md ("" = a mood)."""

from __future__ import annotations

from sandbox.core.switches import table

SWITCHES = table(
    "square",
    ("key_hours", ("48", "1", "none"), "how long an idempotency key is remembered; none: not at all", "1", True),
    ("limit", ("standard", "wide"), "10 requests a second and a burst of 10, or hardly any limit", "1", False),
    ("retry_after", ("told", "none"), "a 429 says how long to wait", "1", False),
    ("cancel_after_void", ("allowed", "refused"), "CANCELED of an order whose authorisations were released", "2",
     True),
    ("stock_taken", ("paid", "completed"), "when units leave the inventory", "3", False),
    ("second_refund", ("refused", "allowed"), "a refund while another of this payment is pending", "4", True),
    ("token_ends", ("never", "thirty_days"), "a personal access token has no end, one made by OAuth has", "5", False),
    ("partial_refund", ("allowed", "whole_only"), "some sources refund only all of it", "", True),
    ("lost_dispute", ("refundable", "refused"), "a refund of a payment whose dispute was lost", "", True),
    ("refund_seconds", ("2", "0", "60", "never"), "how long a refund is PENDING", "", True),
    ("conflict", ("400", "409"), "status of an old order version", "", False),
    ("unknown_fields", ("ignored", "refused"), "fields of a body that nobody knows", "", False),
    ("after_cancel", ("open", "completed"), "a paid order whose fulfilments were all cancelled", "", False),
    ("payment_version", ("checked", "ignored"), "payment_version_token of a refund", "", True),
    ("void_releases_order", ("keeps", "drops"), "a voided payment stays among the order's tenders", "", False),
    ("search_lag", ("0", "5"), "seconds that search is behind", "", False),
    ("echo_version", ("told", "absent"), "answers name the version they were made for", "", False),
    ("cancel_reason", ("kept", "dropped"), "`cancel_reason` of a fulfilment", "", False),
)  # fmt: skip
