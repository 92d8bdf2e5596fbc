"""Telling others. `outbox.put` is called by the floor above in its own transaction; `sender` delivers, by the same
durable machine as steps (stores/effects) with tables and words of its own: one whose outcome stays unknown is put in
front of a person. A delivery never stops or reverses a cancellation. Read `outbox` first.

Channels and ledgers stand in packages of their own and know `contract` only.
"""
