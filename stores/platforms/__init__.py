"""One file per order platform. Read `base` first: it is the contract; `registry` lists who keeps it.

An adapter decides no policy, writes to no database, and speaks HTTP through `transport` only.
"""
