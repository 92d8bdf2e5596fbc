"""Shoplazza, REST API 2026-01 (2025-06 and 2026-07 also work).

Sources: the vendor's registry and command line tool, its documentation and changelog; pages, doubts: docs/vendors.md.
Quirks: cancel takes a reason and nothing else, and its answer proves nothing; money and stock go back in a refund of
its own, before the cancel; there is no calculator, so the amounts are ours; nothing is idempotent; and the very path
that refunds lines from 2025-06 on refunds *everything* under 2022-01, so refunds refuse to run below 2025-06.

Read first: adapter.py (the calls), api.py (envelopes and errors), mapping.py and money.py (theirs to ours), reading.py
and cancellable.py (our estimate), writing.py (ours to theirs), finding.py (what a look reads back).
Only registry and config.conform import from here.
"""

from stores.platforms.shoplazza.adapter import Shoplazza

__all__ = ["Shoplazza"]
