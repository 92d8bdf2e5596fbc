"""A simulated Modern Dropship (formerly Convictional), seen by the supplier.

Read first: simulator.py (for Python), then router.py (HTTP), acts.py (what cancels and ships), serializers.py (both
versions' field names and envelopes). Its accounts are found by their API key, as the real host has no shop name in it.
"""
