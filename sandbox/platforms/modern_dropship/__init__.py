"""A simulated Modern Dropship (formerly Convictional), seen by the supplier.

Read first: house.py (the Python door), then door.py (HTTP), acts.py (what cancels and ships), told.py (both
versions' field names and envelopes). Its accounts are found by their API key, as the real host has no shop name in it.
"""
