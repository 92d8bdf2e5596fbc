"""Telling others. `outbox.put` is called by the floor above in its own transaction; `sender` delivers, by the same
durable machine as steps (stores/effects) with tables and words of its own: one whose outcome stays unknown is put in
front of a person. A delivery never stops or reverses a cancellation. Read `outbox` first.

A channel or ledger with a connection is a connector like any other (`registry`); what is asked of it is a command
(`commands`). Those that come stand in `channels` and `ledgers`; the mail that is built in needs no connection.
"""
