"""Shopify, GraphQL Admin API 2026-10 (2026-07 also works, without `jobResult`).

Sources: Shopify's published schemas of both versions and shopify.dev; pages and doubts in docs/vendors.md.
Quirks: `orderCancel` starts a job and cancels whole orders only; part of an order is a refund (CANCEL lines) or an
edit; NO_RESTOCK takes *shipped* units first; refunds need `@idempotent`, cancels and edits have no key; user errors
of refunds have no code; search lags, so after a write an order is read by id. REST is legacy there and not used.

Read first: adapter.py (the calls, and its webhooks), api.py (how one is made, and what an answer proves), mapping.py
with cancellable.py and money.py (theirs to ours), writing.py (ours to theirs), finding.py (asking after an effect and
looking for it), reading.py (one order whole, and lists). documents.py is no part of another file because the queries
for one order and what each costs must be read side by side; every other document stands where it is sent.
Only registry and config.conform import from here.
"""

from stores.platforms.shopify.adapter import Shopify

__all__ = ["Shopify"]
