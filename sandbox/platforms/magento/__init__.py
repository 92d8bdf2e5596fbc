"""Magento 2 / Adobe Commerce: REST V1 of one self-hosted shop, OAuth 1.0a, MSI or not.

Amounts are kept in the base currency, as decimal text; the order currency is shown at the order's own rate.

simulator  the Python door      router, oauth, listing, refusals    routes, rights, searchCriteria, no
amounts    money, and what can be invoiced, shipped, cancelled      totals  what a credit memo comes to
billing    invoices, shipments, cancelling                          refund  credit memos      stock  MSI or not
serializers  records as the API shows them
spec, build, seeds, switches, staff        orders in words and in bulk, doubts, people behind our back
Read simulator, router, amounts, refund.
"""
