"""What nobody could verify about BigCommerce; `item` is its number in docs/vendors.md."""

from __future__ import annotations

from sandbox.core.switches import table

SWITCHES = table(
    "bigcommerce",
    ("limit", ("standard", "pro", "small", "wide"), "requests in 30 seconds: 150, 450, 20, without end", "", False),
    ("status_after_refund", ("restocks", "nothing"), "stock at status 5 after the automatic 4", "1", False),
    (
        "restock_counts",
        ("whole", "open"),
        "status 5 gives back all that was ordered, or what is not refunded",
        "1",
        False,
    ),
    ("list_most", ("250", "100"), "the largest page of orders; more is 413", "2", False),
    ("archived", ("hidden", "listed"), "orders that are archived, in a list without is_deleted", "3", False),
    ("refund_modifies", ("yes", "no"), "a refund moves date_modified", "3", False),
    ("void_on_cancel", ("no", "yes"), "status 5 releases an authorisation", "4", True),
    ("currency_fields", ("transactional", "display"), "the currency of v2 money", "5", True),
    ("tax_word", ("tax_inclusive", "is_tax_included"), "what a quote calls it", "6", False),
    ("address_ids", ("shared", "own"), "a consignment has the id of its address, or one of its own", "6", True),
    ("refund_seconds", ("2", "0", "60", "never"), "how long the payment of a refund takes", "", True),
    ("paid_mark", ("transaction_id", "none"), "what a paid refund payment names", "", True),
    ("declined_units", ("stay", "returned"), "quantity_refunded once a refund was declined", "", True),
    ("void", ("works", "fails"), "what becomes of a void", "", True),
    ("void_seconds", ("2", "0", "never"), "how long a void takes", "", True),
    ("stock_seconds", ("1", "0", "never"), "how long a stock adjustment takes", "", False),
    ("refund_shape", ("data", "flat"), "the shape of a refused refund", "6", False),
)
