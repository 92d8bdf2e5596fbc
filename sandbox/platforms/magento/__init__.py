"""Magento 2 / Adobe Commerce: REST V1 of one self-hosted shop, OAuth 1.0a, MSI or not.

Amounts are kept in the base currency, as decimal text; the order currency is shown at the order's own rate.

simulator  the Python door      router, oauth, listing, refusals    routes, rights, searchCriteria, no
units      what can be invoiced, shipped, cancelled                 cancel, refund, billing  what really happens
amounts, totals, stock          money and units                     serializers  records as the API shows them
spec, build, seeds, populate, switches, staff      orders in words, doubts, people behind our back
Read simulator, router, units, refund.
"""
