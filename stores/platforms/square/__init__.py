"""Square, API version 2025-08-20: orders, payments, refunds, inventory.

Sources: the vendor's published OpenAPI description, its documentation of orders, refunds and webhooks, and threads of
its developer forum.
Quirks: a paid order can never become CANCELED, so its fulfilments are cancelled and its money goes back; refunds are
amounts on payments and know no lines, so we write the units into each refund's reason and read them there; nothing
but a stock adjustment puts units back; a misspelt field is ignored with 200, so every answer is looked into.

Read first: adapter.py (the calls), reading.py (what is read of one order), api.py (our record of lines in a refund),
cancellable.py (what left, what is gone), mapping.py and money.py (theirs to ours), writing.py (ours to theirs, and what
their answers prove), finding.py (what a look reads back).
Only registry and config.conform import from here.
"""

from stores.platforms.square.adapter import Square

__all__ = ["Square"]
