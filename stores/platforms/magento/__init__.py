"""Magento 2 / Adobe Commerce, self-hosted, REST V1 of 2.4 (Adobe's cloud service is not connected yet).

Sources: the vendor's own code and schema of 2.4.9; pages and doubts in docs/vendors.md.
Quirks: cancel takes only what was never invoiced and answers `true` or `false`, of which neither proves anything; what
was paid goes back by one credit memo per invoice, and whatever such a request leaves out means *everything*; a misspelt
`isOnline` moves no money and answers 200; one error text says that the payment provider refused, and also that it paid
and the shop forgot; nothing is idempotent, and no cancel leaves a mark.

Read first: adapter.py (the calls), api.py (how they are signed), items.py (which items are lines),
refund_math.py and shipping.py (what a credit memo comes to, used by quote and by sending), sending.py (ours to theirs).
Only stores.platforms.registry imports from here.
"""

from stores.platforms.magento.adapter import Magento

__all__ = ["Magento"]
