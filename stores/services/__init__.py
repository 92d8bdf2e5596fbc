"""What changes a shop, its copies and its people. Services take keyword values, check truth, record in the audit.

Read first: `connections` (connect, pause, re-key; `open_platform` is the one way to reach a shop), then `reach` (what
an adapter is handed: session, `credentials`, `limiter`, `breaker`), `orders` (the copies), `sync` (import and
following), `hooks` (webhooks that stand at the platform).

Nothing remote happens inside a transaction. A token is fetched under a lease on the health row, not under a lock.
"""
