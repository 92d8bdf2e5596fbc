"""Square, simulated: orders, payments, refunds, inventory and webhook subscriptions of version 2025-08-20.

Records are kept in Square's own words, so what is stored is what is told, less names that begin with an underscore.

simulator  the Python door                 router  paths, tokens, keys, limits        refusals  its envelope of errors
update     what an order allows            refund, payments, disputes, pricing        money
stock, search, places, webhooks            the other APIs
spec, build, seeds, populate, switches, staff      orders in words, doubts, people behind our back
Read simulator, router, update, refund.
"""
