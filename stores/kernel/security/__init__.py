"""Secrets at rest (`vault`), signatures (`signing`), and what never reaches a log (`redaction`). Read `vault` first.

Services seal and open, adapters sign and verify, logging redacts. The seal binds table, column, row and shop, so that a
value copied to another row does not open; keys come from a ring of their own and never from SECRET_KEY.
"""
