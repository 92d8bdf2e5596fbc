"""Magento 2 / Adobe Commerce, self-hosted, REST V1 of 2.4 (Adobe's cloud service is not connected yet).

Sources: the vendor's own code and schema of 2.4.9; pages and doubts in docs/vendors.md.
Quirks: cancel takes only what was never invoiced and answers `true` or `false`, of which neither proves anything; what
was paid goes back by one credit memo per invoice, and whatever such a request leaves out means *everything*; a misspelt
`isOnline` moves no money and answers 200; one error text says that the payment provider refused, and also that it paid
and the shop forgot; nothing is idempotent, and no cancel leaves a mark.

Read first: adapter.py (the calls), api.py (how they are signed, what a refusal means), money.py (which items are lines,
what an invoice still holds), writing.py (the quote, ours to theirs). A file of its own is refund_math.py (what a credit
memo comes to, for the quote and for what is sent): money.py stands below it, and one file of both would be too long.
Texts stand in capabilities.py, the classes of errors in api.py.
Only registry and config.conform import from here.
"""

from stores.platforms.magento.adapter import Magento

__all__ = ["Magento"]
