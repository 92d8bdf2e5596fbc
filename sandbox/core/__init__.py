"""The simulators' ground: the world and its file, HTTP without and with sockets, faults, switches, the ledger.

The ledger is the oracle of every crash test: a row for each effect that happened, in a file and commits of its own.
Read `world`, then `router`.
"""
