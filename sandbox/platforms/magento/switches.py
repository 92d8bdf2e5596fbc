"""How Magento shops differ, and what nobody could verify; `item` is the number in section 16 of its sheet."""

from __future__ import annotations

from sandbox.core.switches import table

SWITCHES = table(
    "magento",
    ("limit", ("standard", "wide"), "what the CDN in front lets through: 4 requests a second, 8 at once", "", False),
    ("stock", ("msi", "legacy"), "inventory by sources and reservations, or one number per product", "", False),
    ("auto_return", ("no", "yes"), "every refunded unit goes back to stock, whatever was asked", "1", False),
    ("cancel_answer", ("true", "lies"), "up to 2.2 a cancel that did nothing said true", "1", True),
    ("cancel_forbidden", ("no", "yes"), "a plug-in forbids every cancel", "1", False),
    ("shipping_config", ("excluding", "including"), "is shipping_amount without or with tax", "", True),
    ("zero_memos", ("allowed", "refused"), "may a credit memo come to 0.00 (allow_zero_grandtotal)", "", True),
    ("partial_online", ("allowed", "refused"), "can the payment method give back a part", "1", True),
    ("after_refund", ("closed", "complete"), "state after everything was refunded (a plug-in)", "1", True),
    ("mail", ("sent", "fails"), "the mail after a refund fails: an error although the refund stands", "1", True),
    ("extras_return", ("no", "yes"), "a cancel by API gives gift cards and points back", "1", True),
    ("parallel_refunds", ("allowed", "locked"), "a second credit memo within five seconds is refused", "1", True),
    ("input_limits", ("off", "on"), "page size at most 300, lists in a body at most 20", "", False),
    ("bearer", ("off", "on"), "the integration's token alone is accepted", "", False),
)
