"""What changes a shop, its copies and its people. Services take keyword values, check truth, record in the audit.

Read first: `connections` (connect, pause, re-key; `open_connector` is the one way to reach an account, `open_platform`
the same for the orders of a shop), then `platform_client` (what an adapter is handed: session, `credentials`,
`rate_limit`, `circuit_breaker`; one of each a connection, however many shops it serves), `orders` (the copies), `sync`
(import and following), `webhooks` (what stands at the platform).

Nothing remote happens inside a transaction. A token is fetched under a lease on the health row, not under a lock.
"""
