"""Shops to practise on: they answer at the HTTP level, with a world of their own.

A `World` is one SQLite file (plain sqlite3, own commits, never the product's database). Every effect is a row of
its ledger, so that a crash test counts what really happened there. Several processes may open the same file.

Read first: world.py (the Python door), then http.py (the HTTP door), shopify/answer.py (one GraphQL request),
switches.py and faults.py (what can be made to behave differently or to break). In tests: adapter.InProcess.
Nothing here needs Django; only `manage.py sandbox serve` does.
"""
