"""BigCommerce, orders v2 with payment actions, inventory and webhooks v3.

Sources: the vendor's OpenAPI descriptions and guides of April 2026 (repository bigcommerce/docs).
Quirks: the number `status_id` is written, the text `status` is passed over; a status moves no money, a refund moves
no stock; 201 of a refund is not success, its payment runs afterwards and may be declined; amounts must equal a quote
made just before; refunds of one order run one after another; `refunded_amount` is always zero; empty lists are 204;
money is text with four decimals in v2 and numbers in v3; nothing is idempotent, so our mark in each item's reason and
in the staff notes tells our effects from anybody else's.

Read first: adapter.py (the effects, call by call), api.py (addresses, rate limit, rights, stock, quotes), reading.py,
mapping.py and money.py (theirs to ours), cancellable.py (what is left of an order, and why not), writing.py (ours to
theirs; the one computation of a refund's items, for quote and refund), finding.py (what answers and looks prove),
capabilities.py (all words, and what refusals mean).
Only registry and config.conform import from here.
"""

from stores.platforms.bigcommerce.adapter import BigCommerce

__all__ = ["BigCommerce"]
