"""Telling others. `outbox.put` is called by the floor above in its own transaction; `sender` delivers, leased like a
step, at most one automatic repeat when the outcome is unknown. Read `outbox` first.

A delivery never stops or reverses a cancellation; that is why it is no step. Channels and ledgers stand in packages of
their own and know `contract` only.
"""
