"""BigCommerce, orders v2 with payment actions, inventory and webhooks v3.

Sources: the vendor's OpenAPI descriptions and guides of April 2026 (repository bigcommerce/docs).
Quirks: the number `status_id` is written, the text `status` is passed over; a status moves no money, a refund moves
no stock; 201 of a refund is not success, its payment runs afterwards and may be declined; amounts must equal a quote
made just before; refunds of one order run one after another; `refunded_amount` is always zero; empty lists are 204;
money is text with four decimals in v2 and numbers in v3; nothing is idempotent, so our mark in each item's reason and
in the staff notes tells our effects from anybody else's.

Read first: adapter.py (the calls), api.py (paths, errors, rate limit), reading.py and mapping.py (theirs to ours),
items.py (what a refund names: the one computation for quote and refund), sending.py (ours to theirs), stock.py.
Only stores.platforms.registry imports from here.
"""

from stores.platforms.bigcommerce.adapter import BigCommerce

__all__ = ["BigCommerce"]
