"""Magento 2 / Adobe Commerce: REST V1 of one self-hosted shop, OAuth 1.0a, MSI or not.

Read first: simulator.py (for Python), router.py (routes, rights, refusals), units.py (what can be invoiced, shipped,
cancelled), cancel.py and refund.py (what really happens), serializers.py (records as the API shows them).
Amounts are kept in the base currency, as decimal text; the order currency is shown at the order's own rate.
"""
