"""Shops to practise on: they answer at the HTTP level, with a world of their own. Demo and benches use them.

A `World` is one SQLite file (plain sqlite3, own commits, never the product's database). Every effect is a row of
its ledger, so that a crash test counts what really happened there. Several processes may open the same file.

world     the world with every simulator in it     registry, switches   all simulators, all their switches
core      the kit; it knows no platform            platforms            one simulator a package
in_process, connections, colleagues                what tests call      demo, benches   what drives the product
version_0               a world's file of the version before becomes one of today

Read core/world.py, then core/router.py and one small platform (modern_dropship). In tests: in_process.InProcess.
Nothing in core and platforms needs Django; the product starts when this folder is missing.
"""
