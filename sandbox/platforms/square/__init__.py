"""Square, simulated: orders, payments, refunds, inventory and webhook subscriptions of version 2025-08-20.

Records are kept in Square's own words, so what is stored is what is shown, less names that begin with an underscore.

simulator  the Python door                 router  paths, tokens, keys, limits      serializers  records and refusals
update     what an order allows            refund, payments, pricing                money, and disputes about it
stock, search, webhooks                    the other APIs; locations stand with search
spec, build, seeds, switches, staff        orders in words and in bulk, doubts, people behind our back
Read simulator, router, update, refund.
"""
