"""Modern Dropship (formerly Convictional), supplier side, API 2022-03-03; answers of 2021-01-01 are understood too.

Sources: developers.moderndropship.com (cancelling orders, webhooks), the vendor's generated client of 2021-01-01;
pages and doubts in docs/vendors.md.
Quirks: no money and no stock here; a partial cancellation cancels the item and makes a new one with a new
id, so an item is addressed once and every step reads afresh; no flag says that an order is cancelled; webhooks are not
signed and are set up by hand; a whole cancel always says `unfulfilledOnly: false`, so that a shipment that slipped in
is refused.

Read first: adapter.py (the calls), mapping.py and cancellable.py (theirs to ours, the arithmetic), writing.py (ours to
theirs, what is checked before, and what an answer proves), finding.py (looking for an effect), reading.py (pages
without a filter, and what is read again when).
"""

from stores.platforms.modern_dropship.adapter import ModernDropship

__all__ = ["ModernDropship"]
