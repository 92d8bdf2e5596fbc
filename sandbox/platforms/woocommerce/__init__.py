"""A simulated WooCommerce store, `wc/v3`, seen as WordPress serves it.

simulator  the Python door: shops, orders, what comes due      router  paths, logins, limits, refusals
auth       Basic, or OAuth 1.0a in the query                   statuses  PUT of an order and its consequences
refund     the classic refund; computed: the one of 11.1       sums  money and stock as the store counts them
listing, serializers, refusals, webhooks                       how it answers
spec, build, seeds, switches, staff        orders in words and in bulk, doubts, people behind our back
Read simulator, then router.
"""
