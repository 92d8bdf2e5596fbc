"""What nobody could verify about WooCommerce, or what plugins and hosts do; `item`: its number in docs/vendors.md."""

from __future__ import annotations

from sandbox.core.switches import table

SWITCHES = table(
    "woocommerce",
    ("cancel_voids", ("no", "yes"), "the gateway's plugin releases an authorisation on `cancelled`", "1", True),
    ("fulfilments", ("told", "absent"), "the optional fulfilments route", "3", False),
    ("store", ("11.1", "older"), "11.1 previews and computes refunds; older drops compute_totals", "4", True),
    ("cancel_mails", ("no", "yes"), "the customer gets a mail on `cancelled`", "5", False),
    ("gateway", ("refunds", "manual", "fails", "dies_paid", "dies_unpaid"),
     "the gateway pays back; cannot; says no; or PHP dies while it is asked, the refund record stays", "", True),
    ("foreign_meta", ("kept", "stripped"), "a plugin throws away meta_data it does not know", "", True),
    ("refunded_status", ("refunded", "stays"), "a filter keeps the status after a full refund", "", True),
    ("put", ("allowed", "blocked"), "the host's firewall refuses PUT with a page of its own", "", True),
    ("login", ("basic", "oauth"), "what WordPress believes of the connection: secure, or not (a proxy ends TLS)",
     "", False),
    ("limit", ("none", "host"), "core limits nothing; some hosts do: 5 requests a second, 10 at once", "", False),
)  # fmt: skip
