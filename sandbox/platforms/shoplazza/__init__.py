"""Shoplazza as its fact sheet tells it: REST, versions 2022-01 and 2025-06 to 2026-07, refunds that take their time.

simulator  the Python door      router, auth, refusals    paths, tokens, envelopes, no
refund, legacy     the same path in new and old versions, and how dangerously different it is
cancel, totals     what an order may become, its money and the words of one
listing, serializers, webhooks  how it answers            session  orders read and written
spec, build, seeds, switches, staff        orders in words and in bulk, doubts, people behind our back
Read simulator, router, refund.
"""
