"""WooCommerce, REST API wc/v3 (order search, refunds, status; with the refund preview of 11.1 where it is there).

Sources: the vendor's open source (orders, refunds, stock, webhooks, authentication), its REST documentation and its
Python client.
Quirks: `cancelled` is a word that moves stock and never money; a refund pays, restocks by one switch, and ends the
order by itself once everything is back; its defaults are dangerous (it pays and restocks unless told not to, and a
quantity without an amount gives 0.00 back); business refusals travel as HTTP 500; nothing is idempotent; older stores
swallow `compute_totals` in silence, so amounts are always said.

Read first: adapter.py (the calls), api.py (login, addresses, errors), writing.py (what units are worth: one pure
function for the quote and for what is sent), mapping.py (theirs to ours). Texts stand in capabilities.py. Only
stores.platforms.registry imports this.
"""

from stores.platforms.woocommerce.adapter import WooCommerce

__all__ = ["WooCommerce"]
