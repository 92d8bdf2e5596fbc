"""Shopify, GraphQL Admin API 2026-10 (2026-07 also works, without `jobResult`).

Sources: Shopify's published schemas of both versions and shopify.dev; pages and doubts in docs/vendors.md.
Quirks: `orderCancel` starts a job and cancels whole orders only; part of an order is a refund (CANCEL lines) or an
edit; NO_RESTOCK takes *shipped* units first; refunds need `@idempotent`, cancels and edits have no key; user errors
of refunds have no code; search lags, so after a write an order is read by id. REST is legacy there and not used.

Read first: adapter.py (the calls), documents.py and effects.py (what is asked), mapping.py (theirs to ours),
sending.py (ours to theirs), receipts.py (what an answer proves), finding.py (looking for an effect). Only
stores.platforms.registry imports from here.
"""

from stores.platforms.shopify.adapter import Shopify

__all__ = ["Shopify"]
