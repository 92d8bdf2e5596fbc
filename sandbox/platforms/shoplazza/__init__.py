"""Shoplazza: REST, versions 2022-01 and 2025-06 to 2026-07, refunds that take their time.

simulator  the Python door      router  paths, tokens, envelopes
refund, legacy     cancelling; and the same path in new and old versions, and how dangerously different it is
totals     an order's units and money, and the words of one
listing, serializers, webhooks  how it answers            session  orders read and written, refusals
spec, build, seeds, switches, staff        orders in words and in bulk, doubts, people behind our back
Read simulator, router, refund.
"""
