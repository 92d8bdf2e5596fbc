"""BigCommerce, simulated at the HTTP level: orders v2, payment actions v3, inventory, settings and webhooks.

Read first: router.py (routes, rights, limits), quotes.py (what a refund is worth), refunds.py (what becomes of one),
statuses.py (status, void, archive). An order is one record; money in it is decimal text.
"""
