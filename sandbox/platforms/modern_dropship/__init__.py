"""A simulated Modern Dropship (formerly Convictional), seen by the supplier.

Its accounts are found by their API key, as the real host has no shop name in it.

simulator  the Python door      router  paths, versions, envelopes      acts  what cancels and ships
serializers  both versions' field names        listing  pages and filters        session  orders read and written
spec, build, seeds, switches, staff        orders in words and in bulk, doubts, people behind our back
Read simulator, router, acts. The smallest simulator: begin here to see how one is made.
"""
