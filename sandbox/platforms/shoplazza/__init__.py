"""Shoplazza: REST, versions 2022-01 and 2025-06 to 2026-07, refunds that take their time.

Read first: simulator.py (for Python, and what all simulators are asked), router.py (paths, envelopes, refusals),
refund.py and legacy.py (the same path, and how dangerously different it is), totals.py (the words of an order).
"""
