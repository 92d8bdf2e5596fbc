"""Square, simulated: orders, payments, refunds, inventory and webhook subscriptions of version 2025-08-20.

Records are kept in Square's own words, so what is stored is what is told, less names that begin with an underscore.
Read first: simulator.py (for Python), router.py (paths and refusals), update.py (what an order allows), refund.py.
"""
