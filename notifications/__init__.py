"""Telling others. `outbox.put` is called by the floor above in its own transaction; `sender` delivers, leased like a
step, at most one automatic repeat when the outcome is unknown. A delivery never stops or reverses a cancellation.
"""
