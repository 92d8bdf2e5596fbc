"""The shops: who may enter, how they are reached, what they told us. The ground floor: it knows nobody above.

kernel and canonical (no vendor, no rows), connectors (what adapters share), platforms (one package each), models,
audit, selectors, services, forms, views. Read `canonical/order` first, then `services/connections`.

`stores` never hears of a cancellation: whatever comes from outside enters above and calls down, without signals.
"""
