"""Shops to practise on: they answer at the HTTP level, with a world of their own. Demo and benches use them.

A `World` is one SQLite file (plain sqlite3, own commits, never the product's database). Every effect is a row of
its ledger, so that a crash test counts what really happened there. Several processes may open the same file.

Read first: core/world.py (the entrance for Python), then core/router.py (for HTTP), platforms/shopify/answer.py (one
GraphQL request), core/switches.py and core/faults.py (what can be made to behave differently or to break). In tests:
`in_process`. The product never imports it, and runs where it is missing.
"""
